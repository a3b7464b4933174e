import type { RunRecord, ScopedStore } from '@tributary/store';
import { knownColumns } from './meet-drift.ts';
import { progressOf } from './progress.ts';
import { afterDrift } from './schema-drift.ts';

/**
 * Takes the columns that a run has failed for as those that the flow knows: its next run compares with them.
 * To be called in a transaction.
 * @returns false where the run has not failed for a change, or for one from other columns than are known by
 *   now: it was accepted already, or a run has landed since
 */
export async function acceptDrift(store: ScopedStore, run: RunRecord): Promise<boolean> {
  const { drift, notices } = progressOf(run);
  const hasFailedForIt =
    run.state === 'failed' && notices.some(({ code }) => code === 'SCHEMA_DRIFT_REFUSED');
  const known = await store.flowSources.get(run.flowId);
  if (!hasFailedForIt || drift === undefined || known === undefined) return false;
  const columns = afterDrift(knownColumns(known), drift);
  if (columns === undefined) return false;
  await store.flowSources.put({ ...known, columns });
  return true;
}
