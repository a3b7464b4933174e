import { Picker, PickerItem } from '@react-spectrum/s2/Picker';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useEffect } from 'react';
import { fieldCompletions } from '../completion.ts';
import type { TargetDraft } from '../flow/drafts.ts';
import { CompletionField } from '../parts/completion-field.tsx';
import { FieldGrid } from '../parts/field-grid.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { pathText } from '../path-text.ts';
import type { DescribedTable } from '../platform/connections.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';

const text = style({ font: 'body-sm', margin: 0 });
const whole = style({ width: 'full' });

interface MappingFormProps {
  readonly client: PlatformClient;
  readonly table: DescribedTable;
  readonly draft: TargetDraft;
  readonly onChange: (change: Partial<TargetDraft>) => void;
}

/** Picks a schema, and the field of it that each column goes to; begins with what the server suggests. */
export function MappingForm({ client, table, draft, onChange }: MappingFormProps) {
  const { schemaId, destinations } = draft;
  const loadSchemas = useCallback(() => client.schemas.list(), [client]);
  const [schemas] = usePolling(loadSchemas, () => 'once');
  const loadFields = useCallback(
    () => (schemaId === undefined ? Promise.resolve(undefined) : loadMapping(client, schemaId, table)),
    [client, schemaId, table],
  );
  const [loaded] = usePolling(loadFields, () => 'once');
  const mapping = loaded.state === 'loaded' && loaded.value?.schemaId === schemaId ? loaded.value : undefined;
  // Suggestions are a beginning: what is typed afterwards stays.
  useEffect(() => {
    if (mapping !== undefined) onChange({ destinations: mapping.suggested });
  }, [mapping, onChange]);

  return (
    <>
      <ProblemAlert
        title="The schemas could not be loaded"
        problem={schemas.state === 'loading' ? undefined : schemas.problem}
      />
      {schemas.state === 'loaded' && schemas.value.length === 0 && (
        <p className={text}>There is no schema in this sandbox yet.</p>
      )}
      {schemas.state === 'loaded' && schemas.value.length > 0 && (
        <Picker
          label="Schema to land in"
          items={schemas.value}
          selectedKey={schemaId ?? null}
          onSelectionChange={(key) => onChange({ schemaId: key === null ? undefined : String(key) })}
          isRequired
          styles={whole}
        >
          {({ id, title }) => <PickerItem id={id}>{title}</PickerItem>}
        </Picker>
      )}
      <ProblemAlert
        title="The fields of the schema could not be loaded"
        problem={loaded.state === 'loading' ? undefined : loaded.problem}
      />
      {schemaId !== undefined && mapping === undefined && loaded.state !== 'failed' && (
        <Loading what="the fields of the schema" />
      )}
      {mapping !== undefined && (
        <>
          <p className={text}>Columns whose field is left empty do not land.</p>
          <FieldGrid>
            {sourcesOf(table).map((source) => (
              <CompletionField
                key={source}
                label={`${source} goes to`}
                value={destinations[source] ?? ''}
                onChange={(path) => onChange({ destinations: { ...destinations, [source]: path } })}
                completionsAt={(path) => fieldCompletions(path, mapping.fields)}
                isInvalid={false}
              />
            ))}
          </FieldGrid>
        </>
      )}
    </>
  );
}

/** The paths of a table's values, as the mapping language writes them. */
function sourcesOf(table: DescribedTable): readonly string[] {
  return table.columns.flatMap(({ paths }) => paths.map(pathText));
}

async function loadMapping(client: PlatformClient, schemaId: string, table: DescribedTable) {
  const [fields, suggestions] = await Promise.all([
    client.schemas.fields(schemaId),
    client.flowSetup.suggestMappings(schemaId, table.columns, table.rows),
  ]);
  const suggested = Object.fromEntries(suggestions.map(({ source, destination }) => [source, destination]));
  return { schemaId, fields, suggested };
}
