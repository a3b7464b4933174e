import type { TableDescription } from '@tributary/connectors';
import { planMappings } from '@tributary/data-prep';
import type { FlowSource, RunRecord, ScopedStore } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import { addColumns } from './add-columns.ts';
import { namesRead } from './columns-to-read.ts';
import { advanceRun } from './events/advance-run.ts';
import { FlowUnfit } from './failure.ts';
import { keyDrift } from './key-drift.ts';
import { withNotices, withPlanNotices } from './notices.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf } from './progress.ts';
import {
  DEFAULT_DRIFT_POLICY,
  hasDrifted,
  listOf,
  type RefusedDrift,
  refusedDrift,
  refusedKeyDrift,
  type SchemaDrift,
  schemaDrift,
} from './schema-drift.ts';
import type { Attempt } from './services.ts';

export interface MetDrift {
  /** How the columns have changed since the flow's last landed run; undefined where there was none. */
  readonly drift: SchemaDrift | undefined;
  /** The run as it is now. */
  readonly run: RunRecord;
}

/**
 * Compares a table's columns with those that the flow's last landed run found, and does what the flow's
 * policy says.
 * @throws {FlowUnfit} where that is to fail, or rows would not be found any more by their key
 */
export async function meetDrift(
  attempt: Attempt,
  prepared: PreparedFlow,
  table: TableDescription,
): Promise<MetDrift> {
  const { store, run } = attempt;
  const known = await store.flowSources.get(run.flowId);
  if (known === undefined) return { drift: undefined, run };
  const drift = withoutUnseen(schemaDrift(knownColumns(known), table.columns), prepared, table);
  const policy = prepared.flow.options?.schemaDrift ?? DEFAULT_DRIFT_POLICY;
  if (policy === 'fail' && hasDrifted(drift)) await refuse(attempt, drift, refusedDrift(drift));
  const ofKey = { added: [], removed: [], retyped: keyDrift(prepared, table, drift) };
  if (hasDrifted(ofKey)) await refuse(attempt, ofKey, refusedKeyDrift(ofKey));
  const wanted = policy === 'add' ? unread(prepared, table, drift.added) : [];
  if (wanted.length === 0) return { drift, run };
  return { drift, run: await addUnlessPinned(attempt, prepared, wanted) };
}

/** A column that nobody reads, and that may be in an item which could not be looked into, is not known to be gone. */
function withoutUnseen(drift: SchemaDrift, prepared: PreparedFlow, table: TableDescription): SchemaDrift {
  if (table.hasUnseenItems !== true) return drift;
  const read = new Set(namesRead(prepared));
  return { ...drift, removed: drift.removed.filter(({ name }) => read.has(name)) };
}

/** Keeps with the run what it refuses, for it to be accepted, and ends it. */
async function refuse(
  { store, run, claim }: Attempt,
  drift: SchemaDrift,
  { violation, notice }: RefusedDrift,
): Promise<never> {
  await advanceRun(store, run, claim, run.state, { ...withPlanNotices(progressOf(run), [notice]), drift });
  throw new FlowUnfit([violation]);
}

/**
 * Those that no mapping reads yet. Where the mappings do not fit at all, planning says so, and nothing is
 * added.
 */
function unread(
  { mappings, schema }: PreparedFlow,
  table: TableDescription,
  added: readonly SourceColumn[],
): readonly SourceColumn[] {
  const planned = planMappings({ mappings, columns: table.columns, target: schema.root });
  if (!planned.ok) return [];
  const read = new Set(planned.plan.sourceColumns);
  return added.filter(({ name }) => !read.has(name));
}

/** A flow that names a version of its mapping set is to map as that does for ever. */
async function addUnlessPinned(
  attempt: Attempt,
  prepared: PreparedFlow,
  columns: readonly SourceColumn[],
): Promise<RunRecord> {
  const mapping = prepared.flow.transformations.find(({ name }) => name === 'Mapping');
  if (mapping?.params.mappingVersion === undefined) return addColumns(attempt, prepared, columns);
  const { store, run, claim } = attempt;
  const names = listOf(columns.map(({ name }) => name));
  const message =
    `${names} was not added: the flow names version ${String(mapping.params.mappingVersion)} of its mapping set. ` +
    'Map what is wanted by hand, and leave mappingVersion out for columns that come later to be added.';
  const progress = withNotices(progressOf(run), [{ code: 'COLUMNS_NOT_ADDED', message }]);
  return advanceRun(store, run, claim, run.state, progress);
}

/**
 * Keeps what a run has found at its source for the next one to compare with. To be called in the commit's
 * transaction. What a first run reads is fresh in all of its columns.
 */
export async function noteSource(
  store: ScopedStore,
  { flowId, id: runId, startedAt, createdAt }: RunRecord,
  columns: readonly SourceColumn[] | undefined,
): Promise<void> {
  if (columns === undefined) return;
  const known = await store.flowSources.get(flowId);
  const refreshedAt = known === undefined ? (startedAt ?? createdAt) : known.refreshedAt;
  await store.flowSources.put({ ...known, flowId, columns, refreshedAt, runId });
}

/** Keeps when columns were read for all rows. To be called in the commit's transaction. */
export async function noteRefresh(
  store: ScopedStore,
  { flowId, startedAt, createdAt }: RunRecord,
): Promise<void> {
  const known = await store.flowSources.get(flowId);
  if (known !== undefined) await store.flowSources.put({ ...known, refreshedAt: startedAt ?? createdAt });
}

/** The columns that a flow's next run compares with. */
export function knownColumns({ columns }: FlowSource): readonly SourceColumn[] {
  // `noteSource` alone writes them.
  return columns as readonly SourceColumn[];
}
