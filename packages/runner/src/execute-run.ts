import type { Source } from '@tributary/connectors';
import type { RunRecord } from '@tributary/store';
import { advance } from './advance.ts';
import { keepsDiagnostics } from './batch-document.ts';
import { newBatchId } from './batch-id.ts';
import { commitRun } from './commit-run.ts';
import { DataFolder } from './data-folder.ts';
import { ensurePlan, type PlannedAttempt, preparedFlowOf } from './ensure-plan.ts';
import { extractRun } from './extract-run.ts';
import { MAX_ATTEMPTS, TakesWorkersDown } from './failure.ts';
import { handleFailure } from './handle-failure.ts';
import { requireFewBad, verdictWith, withHeldBack } from './held-items.ts';
import { withNotices } from './notices.ts';
import { openSourceOf } from './open-source.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf, readWindow } from './progress.ts';
import { comparisonNotices, reconcileRun } from './reconcile-run.ts';
import { landRefresh } from './refresh-run.ts';
import { type LandedRun, verdictOf } from './run-commit.ts';
import { withOutcome } from './run-outcome.ts';
import { scratchOf } from './scratch-folders.ts';
import type { Attempt } from './services.ts';
import { figuresOf, type StagedRead, stagedRead } from './staged-pages.ts';
import { tidyDiagnostics } from './tidy-diagnostics.ts';
import { tidyRun } from './tidy-run.ts';
import { isEmptyRead, NO_ROWS, transformRun } from './transform-run.ts';

/*
 * A flow run, step by step. Each step is kept in the store before the next begins, so any worker can take the
 * run up where another has left it.
 *
 *   pending       Nothing is done.
 *   planning      The flow is being prepared, its window fixed by the source's clock, the read split into partitions.
 *                 A worker that dies here leaves nothing; the next one plans again, in the same window if it was kept.
 *   extracting    Partitions and window are kept. Every page that is staged is kept too; only missing ones are fetched.
 *   transforming  All pages are staged. Writing Parquet has no effect until it is committed, and is done anew, in a folder
 *                 of the attempt's own.
 *   committing    As transforming: the commit itself is one transaction, and before it nothing has happened.
 *                 Where no row came there is nothing to transform, and the commit follows on extracting.
 *   success, partial, failed, cancelled   Final.
 *
 * One worker holds a run, under a name that it has for this attempt alone, and all that it writes to the
 * store it writes as the holder: one that has lost the run without knowing changes nothing any more. An
 * answer that is lost on its way from the store is no failure either: what has become of the run is asked,
 * not assumed.
 *
 * A failed attempt either ends the run (nobody can mend it by waiting), or gives the run back to be taken up
 * again after a pause: from where it stands, or with everything fetched anew where what is staged cannot be
 * trusted. Where the source's allowance is used up nothing has failed: the run is given back with all that it
 * has staged, shows what it waits for, and goes on when it may (`wait-for-source.ts`).
 */

/**
 * Takes a run from where it stands to its end, or gives it back. Rejects when the store cannot be told of
 * either.
 */
export async function executeRun(attempt: Attempt): Promise<void> {
  try {
    requireBearable(attempt.run);
    await takeSteps(attempt);
  } catch (error) {
    await handleFailure(attempt, error);
  } finally {
    // What cannot be removed now goes with the process.
    await attempt.services.scratch.remove(scratchOf(attempt)).catch(() => undefined);
  }
}

/** A run that waited was given back in good order: that was no worker's end. */
function requireBearable(run: RunRecord): void {
  const attempts = run.attempt - (progressOf(run).waits ?? 0);
  if (attempts > MAX_ATTEMPTS) throw new TakesWorkersDown(attempts - 1);
}

async function takeSteps(attempt: Attempt): Promise<void> {
  const prepared = await preparedFlowOf(attempt);
  const source = openSourceOf(attempt, prepared);
  const planned = await ensurePlan(attempt, prepared, source);
  const extracted = await extract(planned, source);
  await transformAndCommit(extracted, planned.prepared);
}

/**
 * An attempt whose run has all of its pages. Where no row came it stays `extracting` until it is committed.
 */
interface ExtractedAttempt {
  readonly attempt: Attempt;
  readonly staged: StagedRead;
}

async function extract(
  { attempt, prepared, newlyPlanned }: PlannedAttempt,
  source: Source,
): Promise<ExtractedAttempt> {
  await extractRun(attempt, source, prepared, newlyPlanned);
  const staged = await stagedRead(attempt);
  requireFewBad(staged.partitions, prepared.flow);
  const { waiting: _waiting, ...progress } = progressOf(attempt.run);
  const sourceRecordCount =
    progress.sourceRecordCount ?? (await reconcileRun(attempt, prepared, source, staged));
  // A worker that died in mid-transform has left some.
  if (progress.batchId !== undefined)
    await tidyDiagnostics(attempt.services, attempt.store, progress.batchId);
  const extracted = {
    ...withNotices(progress, comparisonNotices(progress.comparison, sourceRecordCount)),
    batchId: newBatchId(),
    ...(sourceRecordCount && { sourceRecordCount }),
    extract: {
      startedAt: progress.extract?.startedAt ?? Date.now(),
      completedAt: Date.now(),
      ...figuresOf(staged),
    },
    transform: { startedAt: Date.now() },
  };
  if (isEmptyRead(progress, staged.pages))
    return { attempt: { ...attempt, run: { ...attempt.run, progress: extracted } }, staged };
  return { attempt: await advance(attempt, 'transforming', extracted), staged };
}

async function transformAndCommit(
  { attempt, staged }: ExtractedAttempt,
  prepared: PreparedFlow,
): Promise<void> {
  const { batchId } = progressOf(attempt.run);
  if (batchId === undefined) throw new Error(`the run ${attempt.run.id} has no batch`);
  try {
    await landBatch(attempt, prepared, staged, batchId);
  } catch (error) {
    // Best effort: where the store does not answer, it cannot be known whether the batch is there.
    await tidyDiagnostics(attempt.services, attempt.store, batchId).catch(() => undefined);
    throw error;
  }
}

async function landBatch(
  attempt: Attempt,
  prepared: PreparedFlow,
  staged: StagedRead,
  batchId: string,
): Promise<void> {
  const { services, store, run } = attempt;
  const previous = await store.watermarks.get(run.flowId);
  const isRefresh = progressOf(run).refresh !== undefined;
  const landed = await (isRefresh ? landRefresh : landRows)(attempt, prepared, staged, batchId);
  const { id, flowId, state } = landed.run;
  services.log.info({ flowId, runId: id, state, ...progressOf(landed.run).outcome }, 'flow run ended');
  if (!hasStagedNothing(run, staged)) await tidyRun(services, run.id);
  // Whatever else it had staged went at its own end.
  if (previous?.kind === 'time' && previous.unsettledPages.length > 0)
    await tidyRun(services, previous.runId);
}

/** Of an attempt before, or of an item that was held back, there may be files that the store does not know. */
function hasStagedNothing({ attempt }: RunRecord, { partitions, pages }: StagedRead): boolean {
  return attempt === 1 && pages.length === 0 && partitions.every(({ item }) => item === undefined);
}

async function landRows(
  attempt: Attempt,
  prepared: PreparedFlow,
  staged: StagedRead,
  batchId: string,
): Promise<LandedRun> {
  if (attempt.run.state === 'extracting') return landIn(undefined, attempt, prepared, staged, batchId);
  const folder = await DataFolder.make(attempt);
  try {
    return await landIn(folder, attempt, prepared, staged, batchId);
  } finally {
    await folder.leave();
  }
}

/** Without a folder where no row came. */
async function landIn(
  folder: DataFolder | undefined,
  attempt: Attempt,
  prepared: PreparedFlow,
  staged: StagedRead,
  batchId: string,
): Promise<LandedRun> {
  const { run } = attempt;
  const before = progressOf(run);
  const { columns, tableColumns, ...kept } = before;
  if (columns === undefined) throw new Error(`the run ${run.id} was not planned`);
  const window = before.window === undefined ? undefined : readWindow(before.window);
  const mapped =
    folder === undefined
      ? { result: NO_ROWS, staged }
      : await transformRun(attempt, prepared, staged, columns, window, batchId, folder.path);
  const { result } = mapped;
  const { partitions } = mapped.staged;
  requireFewBad(partitions, prepared.flow);
  const { partialIngestionPercent } = prepared.flow.options ?? {};
  const verdict = verdictWith(verdictOf(result, partialIngestionPercent), partitions);
  const files = verdict === 'failed' || folder === undefined ? [] : await folder.place(result.files);
  const progress = withOutcome(withHeldBack({ ...kept, columns }, run, partitions), result, {
    batchId,
    isLanded: verdict !== 'failed',
    isDiagnosed: keepsDiagnostics(prepared),
    attempt: run.attempt,
  });
  const committing = folder === undefined ? attempt : await advance(attempt, 'committing', before);
  const commit = {
    prepared,
    staged: mapped.staged,
    window,
    batchId,
    verdict,
    result,
    files,
    tableColumns,
    progress,
  };
  return { run: await commitRun(committing, commit, folder), result };
}
