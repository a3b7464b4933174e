import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useRef, useState } from 'react';
import { PageHeading } from '../parts/headings.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';
import { FunctionsSection } from './functions-section.tsx';
import { TryItSection } from './try-it-section.tsx';

const FIRST_EXPRESSION = 'concat(upper(FirstName), " ", LastName)';

const introduction = style({ font: 'body', margin: 0, marginTop: 8 });

/** The language of mappings: a place to try expressions, and all functions and operators. */
export function MappingLanguagePage({ client }: { client: PlatformClient }) {
  const load = useCallback(() => client.mappingLanguage.vocabulary(), [client]);
  const [language] = usePolling(load, () => 'once');
  const [expression, setExpression] = useState(FIRST_EXPRESSION);
  const expressionField = useRef<HTMLInputElement>(null);

  const tryExample = (example: string) => {
    setExpression(example);
    expressionField.current?.focus();
    expressionField.current?.scrollIntoView({ block: 'center' });
  };

  return (
    <>
      <PageHeading title="Mapping language" />
      <p className={introduction}>
        An expression makes the value of a field from the columns of a source row.
      </p>
      <ProblemAlert
        title="The functions could not be loaded"
        problem={language.state === 'loading' ? undefined : language.problem}
      />
      {language.state === 'loading' && <Loading what="the functions" />}
      {language.state === 'loaded' && (
        <>
          <TryItSection
            client={client}
            functions={language.value.functions}
            expression={expression}
            onExpression={setExpression}
            expressionField={expressionField}
          />
          <FunctionsSection language={language.value} onTry={tryExample} />
        </>
      )}
    </>
  );
}
