import type { RunRecord, ScopedStore } from '@tributary/store';
import { documentOf } from '../documents.ts';
import { progressOf, runnerActor } from '../progress.ts';
import type { RunnerServices } from '../services.ts';
import { keptSince } from './retention.ts';

const AT_ONCE = 100;

/** Forgets runs that ended long ago, each in one transaction with what was kept of the rows that it did not land. */
export async function forgetRuns(
  { store, retention }: Pick<RunnerServices, 'store' | 'retention'>,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const since = keptSince(retention.runsDays, now);
  if (since === undefined) return;
  for (;;) {
    const runs = await store.retention.runsEndedBefore(since, AT_ONCE);
    for (const run of runs) {
      signal.throwIfAborted();
      await store.scoped(run.scope).transaction((scoped) => forgetRun(scoped, run, now));
    }
    if (runs.length < AT_ONCE) return;
  }
}

async function forgetRun(store: ScopedStore, run: RunRecord, now: Date): Promise<void> {
  const { outcome } = progressOf(run);
  if (outcome !== undefined) await forgetDiagnostics(store, outcome.batchId, now);
  await store.runs.forget(run.id);
}

/** The batch stays in the Catalog, with what it says of rows that failed, but without the rows. */
async function forgetDiagnostics(store: ScopedStore, batchId: string, now: Date): Promise<void> {
  const batch = await store.resources('batch').getForUpdate(batchId);
  if (batch !== undefined && documentOf('batch', batch).diagnosticsFiles.length > 0)
    await store
      .resources('batch')
      .replace(batchId, batch.etag, { ...batch.body, diagnosticsFiles: [] }, runnerActor);
  await store.leftovers.note([{ kind: 'diagnostics', name: batchId, notBefore: now }]);
}
