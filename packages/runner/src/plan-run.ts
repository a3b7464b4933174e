import type { Source, TableDescription } from '@tributary/connectors';
import type { StagedPartition } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import { columnsToRead } from './columns-to-read.ts';
import type { RunNotice } from './notices.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { nextWindow, partsOf, type RunWindow } from './read-window.ts';
import { type Comparison, comparisonFor } from './reconcile-run.ts';
import { driftNotices, type SchemaDrift } from './schema-drift.ts';
import type { Attempt } from './services.ts';
import { timeWatermark } from './time-watermark.ts';

export type PlannedPartition = Omit<StagedPartition, 'isStaged'>;

/** What one run will read. */
export interface RunPlan {
  /** Undefined where the source has no column to tell changes by: the whole table is read. */
  readonly window: RunWindow | undefined;
  readonly columns: readonly SourceColumn[];
  readonly partitions: readonly PlannedPartition[];
  readonly notices: readonly RunNotice[];
  /** What the rows that arrive will be held against; undefined where nothing of the read is settled. */
  readonly comparison: Comparison | undefined;
}

/** Where a run reads from, as it is now. */
export interface DescribedSource {
  readonly source: Source;
  readonly table: TableDescription;
  readonly drift: SchemaDrift | undefined;
}

/**
 * Fixes the run's window by the source's clock and splits the read into partitions. Jobs that the source starts for
 * them run on if this process dies before the plan is kept: harmless, they are asked for again.
 */
export async function planRun(
  { services, store, run, signal }: Attempt,
  prepared: PreparedFlow,
  { source, table, drift }: DescribedSource,
  fixed: RunWindow | undefined,
): Promise<RunPlan> {
  const deltaColumn = fixed?.column ?? prepared.deltaColumn ?? table.deltaColumns[0];
  const columns = columnsToRead(prepared, table, deltaColumn, drift);
  const names = columns.map(({ name }) => name);
  const window =
    fixed ??
    (deltaColumn === undefined
      ? undefined
      : nextWindow({
          column: deltaColumn,
          watermark: await timeWatermark(store, run.flowId),
          backfill: prepared.flow.scheduleParams?.backfill ?? true,
          sourceClock: await source.clock(signal),
          settleSeconds: services.settleSeconds,
        }));

  const parts = window === undefined ? [{ settled: true, range: undefined }] : partsOf(window);
  const partitions: PlannedPartition[] = [];
  let comparison: Comparison | undefined;
  for (const { settled, range } of parts) {
    const request = { table: table.table, columns: names, window: range };
    if (settled) comparison = await comparisonFor(source, request, signal);
    for (const partition of await source.plan(request, signal)) {
      partitions.push({ ...partition, id: `${settled ? 'settled' : 'unsettled'}-${partition.id}`, settled });
    }
  }
  const notices = [...tableNotices(table), ...driftNotices(drift, new Set(names)), ...fallBacks(partitions)];
  return { window, columns, partitions, notices, comparison };
}

function tableNotices({ notices = [] }: TableDescription): readonly RunNotice[] {
  return notices.map((message) => ({ code: 'TABLE_LIMITED', message }));
}

function fallBacks(partitions: readonly PlannedPartition[]): readonly RunNotice[] {
  return partitions.flatMap(({ notice }) =>
    notice === undefined ? [] : [{ code: 'READ_FALL_BACK', message: notice }],
  );
}
