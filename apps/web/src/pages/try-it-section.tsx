import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { TextArea } from '@react-spectrum/s2/TextArea';
import { type RefObject, useCallback, useId, useMemo, useState } from 'react';
import { columnCompletions, expressionCompletions, functionCompletions } from '../completion.ts';
import { CompletionField } from '../parts/completion-field.tsx';
import { Section } from '../parts/section.tsx';
import type { ExpressionError, LanguageFunction } from '../platform/mapping-language.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { readRow, type TrialRequest, tryExpression } from '../trial.ts';
import { usePolling } from '../use-polling.ts';
import { useSettled } from '../use-settled.ts';
import { ExpressionErrors } from './expression-errors.tsx';
import { MappingTarget, type Target } from './mapping-target.tsx';
import { TrialResult } from './trial-result.tsx';

/** Short enough to be read as an answer to what was typed, long enough not to answer every letter. */
const SETTLE_MS = 250;
const FIRST_ROW = JSON.stringify(
  {
    FirstName: 'Ada',
    LastName: 'Lovelace',
    Email: 'ada@example.com',
    Birthdate: '1815-12-10',
    Address: { City: 'London', Country: 'GB' },
  },
  null,
  2,
);

const panel = style({
  display: 'grid',
  gridTemplateColumns: { default: ['minmax(0, 1fr)'], lg: ['minmax(0, 1fr)', 'minmax(0, 1fr)'] },
  columnGap: 32,
  rowGap: 20,
  padding: { default: 16, md: 20 },
  borderRadius: 'lg',
  backgroundColor: 'layer-2',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
});
const whole = style({ gridColumnStart: 1, gridColumnEnd: -1, minWidth: 0 });
const column = style({ display: 'flex', flexDirection: 'column', gap: 16, minWidth: 0 });

interface TryItSectionProps {
  readonly client: PlatformClient;
  readonly functions: readonly LanguageFunction[];
  readonly expression: string;
  readonly onExpression: (expression: string) => void;
  readonly expressionField: RefObject<HTMLInputElement | null>;
}

/** An expression over a sample row: what is wrong with it while it is typed, and what it makes of the row. */
export function TryItSection(props: TryItSectionProps) {
  const { client, functions, expression, onExpression, expressionField } = props;
  const [rowText, setRowText] = useState(FIRST_ROW);
  const [target, setTarget] = useState<Target>({ schemaId: undefined, destination: '' });
  const reading = useMemo(() => readRow(rowText), [rowText]);
  const trial = useTrial(client, reading.ok ? { expression, row: reading.row, ...target } : undefined);
  const errors: readonly ExpressionError[] =
    trial.isCurrent && trial.outcome?.kind === 'wrong' ? trial.outcome.errors : [];

  const errorsId = useId();
  const named = useMemo(() => functionCompletions(functions), [functions]);
  const columns = useMemo(() => (reading.ok ? columnCompletions(reading.row) : []), [reading]);

  return (
    <Section title="Try it">
      <div className={panel}>
        <div className={whole}>
          <CompletionField
            label="Expression"
            value={expression}
            onChange={onExpression}
            completionsAt={(text, caret) => expressionCompletions(text, caret, columns, named)}
            isInvalid={errors.length > 0}
            describedBy={errorsId}
            inputRef={expressionField}
          />
          <ExpressionErrors id={errorsId} expression={expression} errors={errors} onMend={onExpression} />
        </div>
        <div className={column}>
          <TextArea
            label="Sample row, as JSON"
            value={rowText}
            onChange={setRowText}
            isInvalid={!reading.ok}
            errorMessage={reading.ok ? undefined : reading.problem}
            styles={fullWidth}
          />
          <MappingTarget client={client} target={target} onTarget={setTarget} />
        </div>
        <TrialResult trial={trial} hasRow={reading.ok} hasSchema={target.schemaId !== undefined} />
      </div>
    </Section>
  );
}

const fullWidth = style({ width: 'full' });

/** The outcome for what was last typed. Until there is one, that of before stays, and is not current. */
function useTrial(client: PlatformClient, request: TrialRequest | undefined) {
  const settled = useSettled(request, SETTLE_MS);
  const load = useCallback(
    async () => ({ settled, outcome: settled && (await tryExpression(client, settled)) }),
    [client, settled],
  );
  const [loaded] = usePolling(load, () => 'once');
  const value = loaded.state === 'loaded' ? loaded.value : undefined;
  return {
    outcome: value?.outcome,
    isCurrent: value !== undefined && JSON.stringify(value.settled) === JSON.stringify(request),
    problem: loaded.state === 'loading' ? undefined : loaded.problem,
  };
}
