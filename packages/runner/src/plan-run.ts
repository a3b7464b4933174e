import type { Source, TableDescription } from '@tributary/connectors';
import type { StagedPartition } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import { type ChosenRead, chooseRead, type KeyedRun } from './choose-read.ts';
import { columnsToRead } from './columns-to-read.ts';
import { isExpired } from './failure.ts';
import { type HeldBack, readingOf } from './held-items.ts';
import { type NewItems, newItems } from './new-items.ts';
import type { RunNotice } from './notices.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf } from './progress.ts';
import type { RunWindow } from './read-window.ts';
import { type Comparison, comparisonFor } from './reconcile-run.ts';
import { readRequested } from './requested-window.ts';
import { driftNotices, type SchemaDrift } from './schema-drift.ts';
import type { Attempt } from './services.ts';

export type PlannedPartition = Omit<StagedPartition, 'isStaged'>;

/** What one run will read. */
export interface RunPlan {
  /** Undefined where the source has no column to tell changes by: the whole table is read. */
  readonly window: RunWindow | undefined;
  /** Undefined where rows are appended. */
  readonly keyed: KeyedRun | undefined;
  readonly columns: readonly SourceColumn[];
  readonly partitions: readonly PlannedPartition[];
  readonly notices: readonly RunNotice[];
  /** What the rows that arrive will be held against; undefined where nothing of the read is settled. */
  readonly comparison: Comparison | undefined;
  /** Tells how items are read; undefined where the table is not read item by item. */
  readonly reading?: string;
  /** Items that are not read because earlier runs could not. */
  readonly heldBefore: HeldBack | undefined;
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
  attempt: Attempt,
  prepared: PreparedFlow,
  described: DescribedSource,
  fixed: RunWindow | undefined,
): Promise<RunPlan> {
  const { refusedToken, requestedWindow } = progressOf(attempt.run);
  const watermark = await attempt.store.watermarks.get(attempt.run.flowId);
  const situation = { source: described.source, table: described.table, fixed, refusedToken, watermark };
  if (requestedWindow !== undefined) {
    const requested = await readRequested(attempt, prepared, situation, requestedWindow);
    return planRead(attempt, prepared, described, requested);
  }
  const read = await chooseRead(attempt, prepared, situation);
  const since = read.keyed?.changes?.since;
  return planRead(attempt, prepared, described, read).catch(async (error: unknown) => {
    if (since === undefined || !isExpired(error)) throw error;
    const all = await chooseRead(attempt, prepared, { ...situation, refusedToken: since });
    return planRead(attempt, prepared, described, all);
  });
}

async function planRead(
  attempt: Attempt,
  prepared: PreparedFlow,
  { source, table, drift }: DescribedSource,
  read: ChosenRead,
): Promise<RunPlan> {
  const columns = columnsToRead(prepared, table, read, drift);
  const names = columns.map(({ name }) => name);
  const { signal } = attempt;
  const planned: PlannedPartition[] = [];
  let comparison: Comparison | undefined;
  for (const { settled, request: part } of read.parts) {
    const request = { table: table.table, columns: names, ...part };
    // A file does not tell how many rows it has; that all of it was read, its connector sees to.
    if (settled && !table.isItemwise) comparison = await comparisonFor(source, request, signal);
    for (const partition of await source.plan(request, signal)) {
      planned.push({ ...partition, id: `${settled ? 'settled' : 'unsettled'}-${partition.id}`, settled });
    }
  }
  const reading = readingOf(prepared, names);
  const items: NewItems = table.isItemwise
    ? await newItems(attempt, prepared, planned, reading)
    : { partitions: planned, notices: [] };
  const { partitions } = items;
  const notices = [
    ...read.notices,
    ...items.notices,
    ...tableNotices(table),
    ...driftNotices(drift, new Set(names)),
    ...fallBacks(partitions),
  ];
  return {
    window: read.window,
    keyed: read.keyed,
    columns,
    partitions,
    notices,
    comparison,
    ...(table.isItemwise && { reading }),
    heldBefore: items.heldBefore,
  };
}

export function tableNotices({ notices = [] }: TableDescription): readonly RunNotice[] {
  return notices.map((message) => ({ code: 'TABLE_LIMITED', message }));
}

export function fallBacks(partitions: readonly PlannedPartition[]): readonly RunNotice[] {
  return partitions.flatMap(({ notice }) =>
    notice === undefined ? [] : [{ code: 'READ_FALL_BACK', message: notice }],
  );
}
