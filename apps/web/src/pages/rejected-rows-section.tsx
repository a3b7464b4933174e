import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback } from 'react';
import { CodedList } from '../parts/coded-list.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import type { PlatformClient } from '../platform/platform-client.ts';
import type { RejectedRow } from '../platform/rejected-rows.ts';
import { usePolling } from '../use-polling.ts';

/** Enough to see what is wrong with them; all of them are served as files. */
const SHOWN_ROWS = 20;

const text = style({ font: 'body', margin: 0 });
const valueText = style({ font: 'code-sm', overflowWrap: 'anywhere' });

/** The first rows of a batch that did not land, and why. */
export function RejectedRowsSection({ client, batchId }: { client: PlatformClient; batchId: string }) {
  const load = useCallback(() => client.dataSets.rejectedRows(batchId), [client, batchId]);
  const [loaded] = usePolling(load, () => 'once');
  return (
    <Section title="Rejected rows">
      <ProblemAlert
        title="The rejected rows could not be loaded"
        problem={loaded.state === 'loading' ? undefined : loaded.problem}
      />
      {loaded.state === 'loading' && <Loading what="the rejected rows" />}
      {loaded.state === 'loaded' && loaded.value.length === 0 && (
        <p className={text}>They are not kept any more, or the flow keeps none.</p>
      )}
      {loaded.state === 'loaded' && loaded.value.length > 0 && (
        <RecordTable
          label="Rejected rows"
          columns={columns}
          records={loaded.value.slice(0, SHOWN_ROWS).map((row, index) => ({ ...row, number: index + 1 }))}
          keyOf={({ number }) => String(number)}
          onNarrow="cards"
        />
      )}
    </Section>
  );
}

const columns: readonly Column<RejectedRow & { readonly number: number }>[] = [
  { title: 'Why', cell: ({ errors }) => <CodedList items={errors} tone="negative" /> },
  { title: 'Row', cell: ({ values }) => <bdi className={valueText}>{JSON.stringify(values)}</bdi> },
];
