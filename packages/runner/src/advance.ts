import type { RunState } from '@tributary/store';
import { advanceRun } from './events/advance-run.ts';
import type { RunProgress } from './progress.ts';
import type { Attempt } from './services.ts';

/** Keeps how far an attempt's run is; rejects where the attempt does not hold the run any more. */
export async function advance(attempt: Attempt, state: RunState, progress: RunProgress): Promise<Attempt> {
  const run = await advanceRun(attempt.store, attempt.run, attempt.claim, state, progress);
  return { ...attempt, run };
}
