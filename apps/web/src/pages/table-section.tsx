import { Button } from '@react-spectrum/s2/Button';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { TextField } from '@react-spectrum/s2/TextField';
import { useCallback, useMemo, useState } from 'react';
import { readingOf, withTabs } from '../flow/reading.ts';
import { Card } from '../parts/card.tsx';
import { Facts } from '../parts/facts.tsx';
import { Focused } from '../parts/focused.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Section } from '../parts/section.tsx';
import { SpecForm } from '../parts/spec-form.tsx';
import type { BaseConnection, ConnectorSpec, DescribedTable } from '../platform/connections.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { type FieldValues, paramsOf } from '../spec/spec-fields.ts';
import { usePolling } from '../use-polling.ts';
import { useSettled } from '../use-settled.ts';
import { count } from '../wording.ts';
import { NewFlowSection } from './new-flow-section.tsx';
import { PreviewTable } from './preview-table.tsx';

const PREVIEW_ROWS = 20;
/** How long nobody must have typed before a source is asked. */
const SETTLE_MS = 500;

const whole = style({ width: 'full' });

interface TableSectionProps {
  readonly client: PlatformClient;
  readonly connection: BaseConnection;
  readonly connector: ConnectorSpec;
  readonly firstPath: string;
}

/** One table, or files and how they are read: its columns and first rows, and the way to a flow. */
export function TableSection({ client, connection, connector, firstPath }: TableSectionProps) {
  const isOfFiles = connector.objectType === 'file';
  const [path, setPath] = useState(firstPath);
  const [values, setValues] = useState<FieldValues>(() => (isOfFiles ? readingOf(firstPath) : {}));
  const [isMakingFlow, setMakingFlow] = useState(false);
  const reading = useMemo(() => withTabs(paramsOf(connector.readingFields, values)), [connector, values]);
  const wanted = { path: path.trim(), reading };
  const asked = useSettled(wanted, SETTLE_MS);
  const load = useCallback(
    async () => ({
      asked,
      table: await client.connections.describe(connection.id, {
        objectType: connector.objectType,
        rows: PREVIEW_ROWS,
        ...asked,
      }),
    }),
    [client, connection.id, connector.objectType, asked],
  );
  const [loaded] = usePolling(load, () => 'once');
  const known = loaded.state === 'loaded' && loaded.problem === undefined ? loaded.value : undefined;

  return (
    <>
      <Focused>
        <Section title={path}>
          {isOfFiles && (
            <Card>
              <TextField
                label="Path"
                description="A file, a folder, or a pattern such as /in/**/*.csv, which also takes files that come later: * and ? within a name, ** for any folders"
                value={path}
                onChange={setPath}
                autoComplete="off"
                styles={whole}
              />
              <SpecForm
                fields={connector.readingFields}
                values={values}
                onChange={(key, value) => setValues((before) => ({ ...before, [key]: value }))}
              />
            </Card>
          )}
          <ProblemAlert
            title="It could not be read"
            problem={loaded.state === 'loading' ? undefined : loaded.problem}
          />
          {loaded.state === 'loading' && <Loading what="the table" />}
          {known !== undefined && (
            <>
              <TableFacts table={known.table} />
              <PreviewTable table={known.table} />
              {!isMakingFlow && (
                <div>
                  <Button variant="accent" onPress={() => setMakingFlow(true)}>
                    Land it with a flow
                  </Button>
                </div>
              )}
            </>
          )}
        </Section>
      </Focused>
      {isMakingFlow && known !== undefined && (
        // What is filled in stays for as long as the columns do.
        <Focused key={JSON.stringify(known.table.columns)}>
          <NewFlowSection
            client={client}
            connection={connection}
            connector={connector}
            table={known.table}
            {...wanted}
          />
        </Focused>
      )}
    </>
  );
}

function TableFacts({ table }: { table: DescribedTable }) {
  const listOf = (names: readonly string[]) => (names.length === 0 ? undefined : names.join(', '));
  return (
    <Facts
      facts={[
        { term: 'Columns', definition: count(table.columns.length) },
        { term: 'Key', definition: listOf(table.keyColumns) },
        { term: 'Changes are told by', definition: listOf(table.deltaColumns) },
        { term: 'Computed by the source', definition: listOf(table.computedColumns) },
        ...table.notices.map((notice, index) => ({
          term: index === 0 ? 'To be known' : `To be known (${index + 1})`,
          definition: notice,
          isWide: true,
        })),
      ]}
    />
  );
}
