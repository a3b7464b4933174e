import type { RunnerServices } from './services.ts';

/** Removes the staging of runs that ended while nobody was left to remove it. */
export async function sweepStaging({ store, staging }: RunnerServices): Promise<void> {
  for (const runId of await staging.runs()) {
    if (!(await store.queue.needsStaging(runId))) await staging.remove(runId);
  }
}
