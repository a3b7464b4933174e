import { removeStrayData } from './data-folder.ts';
import { progressOf } from './progress.ts';
import type { RunnerServices } from './services.ts';
import { tidyDiagnostics } from './tidy-diagnostics.ts';

/**
 * Removes what nothing refers to any more of a run that has ended: data files that did not come into the table, diagnostics
 * that no batch names, then its staging, unless the flow's next run needs that. Does nothing to a run that is open. Its
 * staging goes last, for it is what a worker that starts finds the run by.
 */
export async function tidyRun(services: RunnerServices, runId: string): Promise<void> {
  const { store, staging, lake } = services;
  const { run, needsStaging } = await store.queue.leftBy(runId);
  if (run !== undefined) await removeStrayData(lake.io, run);
  // Whoever ends a run otherwise forgets its plan with that.
  if (run?.state === 'cancelled') await store.scoped(run.scope).staging.clear(run.id);
  if (run?.completedAt !== undefined) {
    const { batchId, outcome } = progressOf(run);
    const mayHaveDiagnostics = outcome?.failedRows !== 0;
    if (batchId !== undefined && mayHaveDiagnostics)
      await tidyDiagnostics(services, store.scoped(run.scope), batchId);
  }
  if (!needsStaging) await staging.remove(runId);
}

/** Tidies every run that has staging: those that ended while nobody was left to do so are among them. */
export async function tidyRuns(services: RunnerServices): Promise<void> {
  for (const runId of await services.staging.runs()) await tidyRun(services, runId);
}
