import type { TableDescription } from '@tributary/connectors';
import type { FlowSource, ScopedStore } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import type { PreparedFlow } from './prepare-flow.ts';
import { DEFAULT_DRIFT_POLICY, requireNoDrift, type SchemaDrift, schemaDrift } from './schema-drift.ts';
import type { Attempt } from './services.ts';

/** How a table's columns have changed since the flow's last landed run; undefined where there was none. */
export async function meetDrift(
  { store, run }: Pick<Attempt, 'store' | 'run'>,
  { flow }: PreparedFlow,
  table: TableDescription,
): Promise<SchemaDrift | undefined> {
  const known = await store.flowSources.get(run.flowId);
  if (known === undefined) return undefined;
  const drift = schemaDrift(columnsOf(known), table.columns);
  requireNoDrift(drift, flow.options?.schemaDrift ?? DEFAULT_DRIFT_POLICY);
  return drift;
}

/** Keeps what a run has found at its source for the next one to compare with. To be called in the commit's transaction. */
export async function noteSource(
  store: ScopedStore,
  flowId: string,
  runId: string,
  columns: readonly SourceColumn[] | undefined,
): Promise<void> {
  if (columns === undefined) return;
  const known = await store.flowSources.get(flowId);
  await store.flowSources.put({ flowId, columns, refreshedAt: known?.refreshedAt, runId });
}

function columnsOf({ columns }: FlowSource): readonly SourceColumn[] {
  // `noteSource` alone writes them.
  return columns as readonly SourceColumn[];
}
