import { ClaimLost, type RunRecord } from '@tributary/store';
import { attemptFolder } from './data-folder.ts';
import { advanceRun } from './events/advance-run.ts';
import { backOff, type Failure, judge, MAX_FAILURES, SourceStaysClosed } from './failure.ts';
import { withLatestNotice } from './notices.ts';
import { progressOf, type RunProgress } from './progress.ts';
import type { Attempt } from './services.ts';
import { tidyRun } from './tidy-run.ts';
import { hasLostPatience, nextWait, waitingNotice } from './wait-for-source.ts';

/**
 * Does what an error means for an attempt's run: ends it, or gives it back to be taken up again. Rejects when the store
 * cannot be told.
 */
export async function handleFailure(attempt: Attempt, error: unknown): Promise<void> {
  const { services, store, claim, signal } = attempt;
  const run = await store.runs.get(attempt.run.id);
  if (run === undefined || run.completedAt !== undefined) {
    // It was cancelled; or it was committed, and only the answer, or the tidying, has failed.
    return tidyRun(services, attempt.run.id);
  }
  // Whoever has lost a partition may hold the run yet; one that is another's by now is not given back.
  if (signal.aborted || error instanceof ClaimLost)
    return services.store.queue.release(run, claim, new Date());
  const failure = judge(error);
  try {
    if (failure.verdict === 'wait') await wait(attempt, run, failure);
    else await fail(attempt, run, failure, error);
  } catch (lost) {
    if (!(lost instanceof ClaimLost)) throw lost;
  }
}

async function fail(attempt: Attempt, run: RunRecord, failure: Failure, error: unknown): Promise<void> {
  attempt.services.log.warn(
    { err: error, flowId: run.flowId, runId: run.id, attempt: run.attempt },
    'flow run attempt failed',
  );
  if (failure.verdict === 'fail' || progressOf(run).errors.length + 1 >= MAX_FAILURES)
    await giveUp(attempt, run, failure);
  else await tryAgain(attempt, run, failure);
}

async function giveUp({ services, store, claim }: Attempt, run: RunRecord, failure: Failure): Promise<void> {
  await store.transaction(async (transaction) => {
    await transaction.staging.clear(run.id);
    await advanceRun(transaction, run, claim, 'failed', withError(run, failure));
  });
  await tidyRun(services, run.id);
}

async function tryAgain(
  { services, store, claim }: Attempt,
  run: RunRecord,
  failure: Failure,
): Promise<void> {
  const failed = withError(run, failure);
  if (failure.verdict === 'restart') {
    await store.transaction(async (transaction) => {
      await transaction.staging.clear(run.id);
      await advanceRun(transaction, run, claim, 'planning', withoutPlan(failed));
    });
    await services.staging.remove(run.id);
  } else {
    await advanceRun(store, run, claim, run.state, failed);
  }
  // This worker holds the run and it is open, so that nothing of this attempt has been committed, nor will be.
  const { dataFolder } = failed;
  if (dataFolder !== undefined)
    // What cannot be removed now goes at the run's end.
    await services.lake.io.removeFolder(attemptFolder(dataFolder, run.attempt)).catch(() => undefined);
  await services.store.queue.release(run, claim, new Date(Date.now() + backOff(failed.errors.length)));
}

/** What a run keeps that is planned anew: all but what came of its plan. */
function withoutPlan(progress: RunProgress): RunProgress {
  const {
    columns: _columns,
    comparison: _comparison,
    drift: _drift,
    extract: _extract,
    heldBefore: _heldBefore,
    reading: _reading,
    keyed: _keyed,
    sourceRecordCount: _sourceRecordCount,
    tableColumns: _tableColumns,
    ...kept
  } = progress;
  return kept;
}

/** Gives a run back with all that it has staged; it is in progress, and shows what it waits for. */
async function wait(attempt: Attempt, run: RunRecord, failure: Failure): Promise<void> {
  const { services, store, claim } = attempt;
  const progress = progressOf(run);
  const { length: stagedPages } = await store.staging.pages(run.id);
  const waiting = nextWait(progress.waiting, { now: Date.now(), reason: failure.message, stagedPages });
  if (hasLostPatience(waiting)) {
    const error = new SourceStaysClosed(failure.message, new Date(waiting.since));
    return fail(attempt, run, judge(error), error);
  }
  const waits = (progress.waits ?? 0) + 1;
  const told = withLatestNotice({ ...progress, waits, waiting }, waitingNotice(waiting));
  await advanceRun(store, run, claim, run.state, told);
  services.log.info(
    { flowId: run.flowId, runId: run.id, until: new Date(waiting.until), reason: waiting.reason },
    'flow run waits for its source',
  );
  await services.store.queue.release(run, claim, new Date(waiting.until));
}

function withError(run: RunRecord, { code, message }: Failure): RunProgress {
  const { waiting: _waiting, ...progress } = progressOf(run);
  return {
    ...progress,
    errors: [...progress.errors, { code, message, at: Date.now(), attempt: run.attempt }],
  };
}
