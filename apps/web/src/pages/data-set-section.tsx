import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useMemo } from 'react';
import { flattenRows, sharedObject } from '../flat-rows.ts';
import { Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import type { Row } from '../platform/answers.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { usePolling } from '../use-polling.ts';

const SHOWN_ROWS = 20;

const text = style({ font: 'body', margin: 0 });
const code = style({ font: 'code', overflowWrap: 'anywhere' });
const rowsHeading = style({ font: 'title', margin: 0, marginTop: 12 });

interface DataSetSectionProps {
  readonly client: PlatformClient;
  readonly targetConnectionId: string;
  /** When it changes, rows may have landed. */
  readonly newestEndedRunId: string | undefined;
}

/** The dataset that a flow lands in: where its Iceberg table lies, and its first rows. */
export function DataSetSection({ client, targetConnectionId, newestEndedRunId }: DataSetSectionProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: an ended run is the reason to load again
  const load = useCallback(
    () => loadDataSet(client, targetConnectionId),
    [client, targetConnectionId, newestEndedRunId],
  );
  const [loaded] = usePolling(load, () => 'once');

  return (
    <Section title="Dataset">
      <ProblemAlert
        title="The dataset could not be loaded"
        problem={loaded.state === 'loading' ? undefined : loaded.problem}
      />
      {loaded.state === 'loading' && <Loading what="the dataset" />}
      {loaded.state === 'loaded' && (
        <>
          <Facts
            facts={[
              { term: 'Name', definition: loaded.value.dataSet.name },
              { term: 'Dataset ID', definition: loaded.value.dataSet.id, kind: 'code' },
              { term: 'Schema', definition: loaded.value.dataSet.schemaId, kind: 'code', isWide: true },
              {
                term: 'Iceberg table',
                definition: loaded.value.dataSet.tableLocation,
                kind: 'code',
                isWide: true,
              },
              {
                term: 'Its current metadata',
                definition: loaded.value.dataSet.metadataLocation,
                kind: 'code',
                isWide: true,
              },
            ]}
          />
          <FirstRows rows={loaded.value.rows} />
        </>
      )}
    </Section>
  );
}

function FirstRows({ rows }: { rows: readonly Row[] }) {
  const flat = useMemo(() => flattenRows(rows), [rows]);
  const object = sharedObject(flat.paths);
  if (flat.rows.length === 0) return <p className={text}>No rows have landed yet.</p>;
  const columns: Column<{ number: number; values: ReadonlyMap<string, string> }>[] = [
    { title: 'Row', cell: ({ number }) => number },
    ...flat.paths.map((path) => ({
      title: object === '' ? path : path.slice(object.length + 1),
      cell: ({ values }: { values: ReadonlyMap<string, string> }) => <bdi>{values.get(path)}</bdi>,
    })),
  ];
  return (
    <>
      <h3 className={rowsHeading}>First rows</h3>
      {object !== '' && (
        <p className={text}>
          All of their fields lie in <bdi className={code}>{object}</bdi>.
        </p>
      )}
      <RecordTable
        label={`First ${flat.rows.length} rows`}
        columns={columns}
        records={flat.rows.map((values, index) => ({ number: index + 1, values }))}
        keyOf={({ number }) => String(number)}
        onNarrow="scroll"
      />
    </>
  );
}

async function loadDataSet(client: PlatformClient, targetConnectionId: string) {
  const id = await client.dataSets.idOf(targetConnectionId);
  const [dataSet, rows] = await Promise.all([
    client.dataSets.get(id),
    client.dataSets.firstRows(id, SHOWN_ROWS),
  ]);
  return { dataSet, rows };
}
