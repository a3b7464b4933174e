import type { Source, TableDescription } from '@tributary/connectors';
import { advance } from './advance.ts';
import { dataFolderOf } from './data-folder.ts';
import { describeTable } from './describe-table.ts';
import { documentOf } from './documents.ts';
import { advanceRun } from './events/advance-run.ts';
import { FlowUnfit } from './failure.ts';
import { meetDrift } from './meet-drift.ts';
import { withPlanNotices } from './notices.ts';
import { planRefreshRun } from './plan-refresh-run.ts';
import { type DescribedSource, type PlannedPartition, planRun, type RunPlan } from './plan-run.ts';
import { type PreparedFlow, prepareFlow } from './prepare-flow.ts';
import { progressOf, type RunProgress, readWindow, storeWindow } from './progress.ts';
import { hasDrifted, type SchemaDrift } from './schema-drift.ts';
import type { Attempt } from './services.ts';
import { currentTable } from './transform-run.ts';

/** A run whose plan is kept, and the flow as the plan was made for. */
export interface PlannedAttempt {
  readonly attempt: Attempt;
  readonly prepared: PreparedFlow;
  /** How many partitions were planned just now; undefined where the plan is that of an attempt before. */
  readonly newlyPlanned: number | undefined;
}

/** Plans a run that has no plan yet, and keeps the plan before anything is read. */
export async function ensurePlan(
  attempt: Attempt,
  prepared: PreparedFlow,
  source: Source,
): Promise<PlannedAttempt> {
  const progress = progressOf(attempt.run);
  if (progress.columns !== undefined && progress.dataFolder !== undefined)
    return { attempt, prepared, newlyPlanned: undefined };
  const planning = await advance(attempt, 'planning', {
    ...progress,
    sourceConnectionId: prepared.sourceConnection.id,
    targetConnectionId: prepared.targetConnectionId,
  });
  const { table, isEmpty } = await describeTable(attempt, prepared, source);
  if (progress.refresh !== undefined) return ensureRefreshPlan(planning, prepared, { source, table });
  const { drift, run } = isEmpty
    ? { drift: undefined, run: planning.run }
    : await meetDrift(planning, prepared, table);
  const met = { ...planning, run };
  // New columns may have got mappings.
  const current = run === planning.run ? prepared : await preparedFlowOf(met);
  const fixed = progress.window === undefined ? undefined : readWindow(progress.window);
  const plan = await planRun(met, current, { source, table, drift }, fixed);
  const planned = await keepPlan(met, prepared.connection.id, plan.partitions, {
    ...withPlanNotices(progressOf(run), plan.notices),
    ...(!isEmpty && whatTheTableIs(table, drift)),
    ...computedColumnsOf(current, table, plan),
    window: storeWindow(plan.window),
    columns: plan.columns,
    ...(plan.keyed && { keyed: plan.keyed }),
    ...(plan.comparison && { comparison: plan.comparison }),
    ...(plan.reading !== undefined && { reading: plan.reading }),
    ...(plan.heldBefore && { heldBefore: plan.heldBefore }),
    dataFolder: await dataFolderIn(attempt, prepared.dataSetId),
    extract: { startedAt: Date.now(), files: 0, bytes: 0 },
  });
  return { attempt: planned, prepared: current, newlyPlanned: plan.partitions.length };
}

async function ensureRefreshPlan(
  planning: Attempt,
  prepared: PreparedFlow,
  described: Pick<DescribedSource, 'source' | 'table'>,
): Promise<PlannedAttempt> {
  const progress = progressOf(planning.run);
  const plan = await planRefreshRun(planning, prepared, described, progress.refresh?.columns ?? []);
  const planned = await keepPlan(planning, prepared.connection.id, plan.partitions, {
    ...withPlanNotices(progress, plan.notices),
    refresh: plan.refresh,
    window: null,
    columns: plan.columns,
    ...(plan.comparison && { comparison: plan.comparison }),
    ...(plan.heldBefore && { heldBefore: plan.heldBefore }),
    dataFolder: await dataFolderIn(planning, prepared.dataSetId),
    extract: { startedAt: Date.now(), files: 0, bytes: 0 },
  });
  return { attempt: planned, prepared, newlyPlanned: plan.partitions.length };
}

/** @throws {FlowUnfit} where the flow is gone or does not fit what it refers to */
export async function preparedFlowOf({ services, run }: Attempt): Promise<PreparedFlow> {
  const reads = services.flowReads(run.scope);
  const resource = (await reads.findResources(['flow'], [run.flowId])).get(run.flowId);
  if (resource === undefined) throw new FlowUnfit([{ path: '', message: 'the flow was deleted' }]);
  const preparation = await prepareFlow(reads, documentOf('flow', resource));
  if (preparation.ok) return preparation.prepared;
  throw new FlowUnfit(preparation.violations);
}

async function dataFolderIn(attempt: Attempt, dataSetId: string): Promise<string> {
  const { metadata } = await currentTable(attempt, dataSetId);
  return dataFolderOf(metadata.location, attempt.run.id);
}

/** Kept where the flow has them refreshed, and this run does not read all rows anyway. */
function computedColumnsOf(
  { flow }: PreparedFlow,
  { computedColumns = [] }: TableDescription,
  { window, keyed, columns }: Pick<RunPlan, 'window' | 'keyed' | 'columns'>,
): Partial<RunProgress> {
  const isPart = keyed === undefined ? window !== undefined : !keyed.isWhole;
  if (flow.options?.computedColumnRefresh === undefined || !isPart) return {};
  const read = new Set(columns.map(({ name }) => name));
  return { computedColumns: computedColumns.filter((name) => read.has(name)) };
}

/** The table's columns are kept with a run only where its end changes what is known of them. */
function whatTheTableIs({ columns }: TableDescription, drift: SchemaDrift | undefined): Partial<RunProgress> {
  if (drift === undefined) return { tableColumns: columns };
  return { drift, ...(hasDrifted(drift) && { tableColumns: columns }) };
}

async function keepPlan(
  attempt: Attempt,
  connectionId: string,
  partitions: readonly PlannedPartition[],
  progress: RunProgress,
): Promise<Attempt> {
  const { run, claim } = attempt;
  const planned = await attempt.store.transaction(async (store) => {
    if (run.attempt > 1) await store.staging.clear(run.id);
    await store.staging.plan(run.id, connectionId, partitions);
    return advanceRun(store, run, claim, 'extracting', progress);
  });
  return { ...attempt, run: planned };
}
