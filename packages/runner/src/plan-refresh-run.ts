import type { SourceColumn } from '@tributary/xdm';
import { FlowUnfit } from './failure.ts';
import type { HeldBack } from './held-items.ts';
import { itemsToRefresh } from './new-items.ts';
import type { RunNotice } from './notices.ts';
import { type DescribedSource, fallBacks, type PlannedPartition, tableNotices } from './plan-run.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import type { Refresh } from './progress.ts';
import { type Comparison, comparisonFor } from './reconcile-run.ts';
import { requireOwnKeys } from './refresh-conflict.ts';
import { planRefresh, refreshKey } from './refresh-plan.ts';
import type { Attempt } from './services.ts';
import { chooseColumns } from './source-columns.ts';

/** What a refresh will read: all rows of the table, of few columns. */
export interface RefreshRunPlan {
  readonly refresh: Refresh;
  readonly columns: readonly SourceColumn[];
  readonly partitions: readonly PlannedPartition[];
  readonly notices: readonly RunNotice[];
  readonly comparison: Comparison | undefined;
  /** Items that are not read because earlier runs could not. */
  readonly heldBefore: HeldBack | undefined;
}

/**
 * @throws {FlowUnfit} where the table has no such column, no mapping reads it, or rows cannot be found by
 *   their key, or are not the flow's alone
 */
export async function planRefreshRun(
  attempt: Attempt,
  prepared: PreparedFlow,
  { source, table }: Pick<DescribedSource, 'source' | 'table'>,
  refreshed: readonly string[],
): Promise<RefreshRunPlan> {
  const { store, run, signal } = attempt;
  requireColumns(table, refreshed);
  const keyColumns = refreshKey(prepared, table);
  const planning = planRefresh(prepared, table.columns, refreshed, keyColumns);
  if (!planning.ok) throw new FlowUnfit(planning.violations);
  await requireOwnKeys(store, run, prepared, planning.plan.key);
  const columns = requireColumns(table, [...keyColumns, ...planning.plan.mappings.sourceColumns]);
  const request = { table: table.table, columns: columns.map(({ name }) => name), window: undefined };
  const comparison = table.isItemwise ? undefined : await comparisonFor(source, request, signal);
  const planned = (await source.plan(request, signal)).map((partition) => ({
    ...partition,
    id: `settled-${partition.id}`,
    settled: true,
  }));
  const { partitions, notices, heldBefore } = await itemsToRefresh(attempt, prepared, planned);
  return {
    refresh: { columns: refreshed, keyColumns, replaces: planning.plan.replaces },
    columns,
    partitions,
    notices: [...notices, ...tableNotices(table), ...fallBacks(partitions)],
    comparison,
    heldBefore,
  };
}

function requireColumns(table: DescribedSource['table'], names: readonly string[]): readonly SourceColumn[] {
  const choice = chooseColumns(table, names);
  if (choice.ok) return choice.columns;
  const message = `the table ${table.table} has no column ${choice.missing.join(', ')}`;
  throw new FlowUnfit([{ path: '/params/refreshColumns', message }]);
}
