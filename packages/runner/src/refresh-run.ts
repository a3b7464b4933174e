import type { TransformResult } from '@tributary/engine';
import type { RunRecord, ScopedStore } from '@tributary/store';
import { advance } from './advance.ts';
import { batchDocument, keepsDiagnostics } from './batch-document.ts';
import { DataFolder } from './data-folder.ts';
import { advanceRun } from './events/advance-run.ts';
import { requireFewBad, verdictWith, withHeldBack } from './held-items.ts';
import { noteRefresh } from './meet-drift.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf, type RunProgress, runnerActor } from './progress.ts';
import {
  discardRefresh,
  type FreshRows,
  freshRows,
  type StagedRefresh,
  stageRefresh,
  tidyRefreshed,
} from './refresh-rows.ts';
import { type LandedRun, type RunVerdict, verdictOf } from './run-commit.ts';
import { withOutcome } from './run-outcome.ts';
import type { Attempt } from './services.ts';
import type { StagedRead } from './staged-pages.ts';

/**
 * Maps what a refresh has read and merges it into the table, in one snapshot and one transaction. If another run moves the
 * table's pointer meanwhile, only the merge is done again, into what it left.
 */
export async function landRefresh(
  attempt: Attempt,
  prepared: PreparedFlow,
  staged: StagedRead,
  batchId: string,
): Promise<LandedRun> {
  const folder = await DataFolder.make(attempt);
  try {
    return await mergeFresh(attempt, prepared, staged, batchId, folder);
  } finally {
    await folder.leave();
  }
}

async function mergeFresh(
  attempt: Attempt,
  prepared: PreparedFlow,
  read: StagedRead,
  batchId: string,
  folder: DataFolder,
): Promise<LandedRun> {
  const fresh = await freshRows(attempt, prepared, read, batchId);
  const { partitions } = fresh.staged;
  requireFewBad(partitions, prepared.flow);
  const ofRows = verdictOf(fresh.result, prepared.flow.options?.partialIngestionPercent);
  const verdict = verdictWith(ofRows, partitions);
  const committing = await advance(attempt, 'committing', progressOf(attempt.run));
  for (;;) {
    const staged =
      verdict === 'failed' ? undefined : await stageRefresh(committing, prepared, fresh, batchId, folder);
    const landed = landedOf(fresh, staged);
    const ended = await committing.store.transaction((store) =>
      commitIn(store, committing, { prepared, read: fresh.staged, batchId, verdict, landed, staged }),
    );
    if (ended !== 'pointer moved') {
      if (staged) await tidyRefreshed(committing, staged);
      return { run: ended, result: landed };
    }
    if (staged) await discardRefresh(committing, staged, folder);
  }
}

/** What comes into the table of the rows that were read. */
function landedOf({ result }: FreshRows, staged: StagedRefresh | undefined): TransformResult {
  const { files = [], changedRows = 0 } = staged?.merged ?? {};
  return {
    ...result,
    outputRows: changedRows,
    unchangedRows: Math.max(0, result.outputRows - changedRows),
    files,
  };
}

interface RefreshCommit {
  readonly prepared: PreparedFlow;
  readonly read: StagedRead;
  readonly batchId: string;
  readonly verdict: RunVerdict;
  readonly landed: TransformResult;
  readonly staged: StagedRefresh | undefined;
}

async function commitIn(
  store: ScopedStore,
  { run, claim }: Attempt,
  { prepared, read, batchId, verdict, landed, staged }: RefreshCommit,
): Promise<RunRecord | 'pointer moved'> {
  const { snapshot, base } = staged ?? {};
  if (snapshot !== undefined && base !== undefined) {
    const { metadataLocation } = base;
    if (!(await store.tables.swap(prepared.dataSetId, metadataLocation, snapshot.metadataLocation)))
      return 'pointer moved';
  }
  if (verdict !== 'failed') await noteRefresh(store, run);
  const progress = outcomeOf(run, prepared, read, batchId, verdict, landed);
  const commit = {
    prepared,
    staged: read,
    window: undefined,
    batchId,
    verdict,
    result: landed,
    files: staged?.files ?? [],
    tableColumns: undefined,
    progress,
  };
  await store.resources('batch').insert(batchId, { ...batchDocument(run, commit) }, runnerActor);
  await store.staging.clear(run.id);
  return advanceRun(store, run, claim, verdict, progress);
}

function outcomeOf(
  run: RunRecord,
  prepared: PreparedFlow,
  { partitions }: StagedRead,
  batchId: string,
  verdict: RunVerdict,
  landed: TransformResult,
): RunProgress {
  const isLanded = verdict !== 'failed';
  const isDiagnosed = keepsDiagnostics(prepared);
  return withOutcome(withHeldBack(progressOf(run), run, partitions), landed, {
    batchId,
    isLanded,
    isDiagnosed,
    attempt: run.attempt,
  });
}
