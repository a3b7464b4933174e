import { Picker, PickerItem } from '@react-spectrum/s2/Picker';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useEffect } from 'react';
import { fieldCompletions } from '../completion.ts';
import { CompletionField } from '../parts/completion-field.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import type { PlatformClient } from '../platform/platform-client.ts';
import { firstDestination } from '../platform/schema-fields.ts';
import { usePolling } from '../use-polling.ts';

/** Where the value of an expression goes. */
export interface Target {
  readonly schemaId: string | undefined;
  /** The path of a field of the schema. */
  readonly destination: string;
}

const text = style({ font: 'body-sm', margin: 0 });
const fullWidth = style({ width: 'full' });

interface MappingTargetProps {
  readonly client: PlatformClient;
  readonly target: Target;
  readonly onTarget: (target: Target) => void;
}

/** Picks a schema of the sandbox and one of its fields; begins with the first of both. */
export function MappingTarget({ client, target, onTarget }: MappingTargetProps) {
  const { schemaId, destination } = target;
  const loadSchemas = useCallback(() => client.schemas.list(), [client]);
  const [schemas] = usePolling(loadSchemas, () => 'once');
  const loadFields = useCallback(
    async () => ({ schemaId, fields: schemaId === undefined ? [] : await client.schemas.fields(schemaId) }),
    [client, schemaId],
  );
  const [known] = usePolling(loadFields, () => 'once');
  const fields = known.state === 'loaded' && known.value.schemaId === schemaId ? known.value.fields : [];

  const firstSchemaId = schemas.state === 'loaded' ? schemas.value[0]?.id : undefined;
  useEffect(() => {
    if (schemaId === undefined && firstSchemaId !== undefined) {
      onTarget({ schemaId: firstSchemaId, destination: '' });
    }
  }, [schemaId, firstSchemaId, onTarget]);
  const first = firstDestination(fields);
  // Only another schema begins anew: what is typed, or taken out, stays.
  useEffect(() => {
    if (first !== '') onTarget({ schemaId, destination: first });
  }, [schemaId, first, onTarget]);

  return (
    <>
      <ProblemAlert
        title="The schemas could not be loaded"
        problem={schemas.state === 'loading' ? undefined : schemas.problem}
      />
      <ProblemAlert
        title="The fields of the schema could not be loaded"
        problem={known.state === 'loading' ? undefined : known.problem}
      />
      {schemas.state === 'loading' && <Loading what="the schemas" />}
      {schemas.state === 'loaded' && schemas.value.length === 0 && (
        <p className={text}>
          There is no schema in this sandbox yet, so that expressions are checked only. With a schema, their
          values are shown as well.
        </p>
      )}
      {schemas.state === 'loaded' && schemas.value.length > 0 && (
        <>
          <Picker
            label="Schema"
            items={schemas.value}
            selectedKey={schemaId ?? null}
            onSelectionChange={(key) => {
              if (key !== null && key !== schemaId) onTarget({ schemaId: String(key), destination: '' });
            }}
            styles={fullWidth}
          >
            {({ id, title }) => <PickerItem id={id}>{title}</PickerItem>}
          </Picker>
          <CompletionField
            label="Field of the schema"
            value={destination}
            onChange={(path) => onTarget({ schemaId, destination: path })}
            completionsAt={(path) => fieldCompletions(path, fields)}
            isInvalid={false}
          />
        </>
      )}
    </>
  );
}
