import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type FileIO,
  removeOldMetadata,
  type StagedCommit,
  type Table,
  writeVersionHint,
} from '@tributary/lake';
import type { RunRecord, ScopedStore, StagedPage, StagedPartition, TimeWatermark } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import { batchDocument } from './batch-document.ts';
import type { DataFolder } from './data-folder.ts';
import { advanceRun } from './events/advance-run.ts';
import { holdItems } from './held-items.ts';
import { noteSource } from './meet-drift.ts';
import { noteItems } from './new-items.ts';
import { type RunNotice, withNotices } from './notices.ts';
import { type RunProgress, runnerActor } from './progress.ts';
import { queueDueRefresh } from './queue-refresh.ts';
import type { RunWindow } from './read-window.ts';
import type { RunCommit } from './run-commit.ts';
import type { Attempt } from './services.ts';
import { discardRows, type StagedRows, stageRows } from './stage-rows.ts';

/**
 * Ends a run: one transaction moves the table's pointer and the flow's watermark, closes the batch and the
 * run. If another run has moved the pointer meanwhile, the same data files are staged again on what it left.
 * Without a folder nothing comes into the table.
 */
export async function commitRun(
  attempt: Attempt,
  commit: RunCommit,
  folder: DataFolder | undefined,
): Promise<RunRecord> {
  for (;;) {
    const staged =
      commit.verdict === 'failed' || folder === undefined
        ? undefined
        : await stageRows(attempt, commit, folder);
    const ended = await attempt.store.transaction((store) => commitIn(store, attempt, commit, staged));
    if (ended !== 'pointer moved') {
      if (staged?.snapshot) await tidyTable(attempt.services.lake.io, staged.base, staged.snapshot);
      await removeKeys(commit);
      return ended;
    }
    if (staged && folder) await discardRows(attempt, staged, folder);
  }
}

/** What readers and the disk are better off with, but no run depends on: best effort, after the commit. */
async function tidyTable(io: FileIO, base: Table, snapshot: StagedCommit): Promise<void> {
  await Promise.allSettled([writeVersionHint(io, snapshot), removeOldMetadata(io, base, snapshot)]);
}

async function removeKeys({ result: { keys } }: RunCommit): Promise<void> {
  if (keys !== undefined)
    await rm(dirname(keys.path), { recursive: true, force: true }).catch(() => undefined);
}

async function commitIn(
  store: ScopedStore,
  { run, claim }: Attempt,
  commit: RunCommit,
  staged: StagedRows | undefined,
): Promise<RunRecord | 'pointer moved'> {
  const { prepared, batchId, verdict } = commit;
  if (staged && !(await movePointer(store, prepared.dataSetId, staged))) return 'pointer moved';
  if (verdict !== 'failed') await moveFlow(store, run, commit);
  await holdItems(store, run, commit.staged.partitions);
  const batch = batchDocument(run, commit);
  await store.resources('batch').insert(batchId, { ...batch }, runnerActor);
  await store.staging.clear(run.id);
  const ended = await advanceRun(store, run, claim, verdict, withRemovals(commit, staged));
  if (verdict !== 'failed') await queueDueRefresh(store, ended, prepared.flow);
  return ended;
}

/** Keeps where the flow's next run goes on. One that was asked for a window leaves the flow where it was. */
async function moveFlow(store: ScopedStore, run: RunRecord, commit: RunCommit): Promise<void> {
  await noteItems(store, run, commit.staged.partitions);
  if (commit.progress.requestedWindow !== undefined) return;
  await moveWatermark(store, run, commit);
  await noteSource(store, run, commit.tableColumns);
}

/**
 * False when another run has moved it. Where nothing changes, the table must still be the one in which
 * nothing does.
 */
async function movePointer(
  store: ScopedStore,
  dataSetId: string,
  { base, snapshot, deletes }: StagedRows,
): Promise<boolean> {
  const next = snapshot?.metadataLocation ?? (deletes && base.metadataLocation);
  return next === undefined || store.tables.swap(dataSetId, base.metadataLocation, next);
}

async function moveWatermark(store: ScopedStore, run: RunRecord, commit: RunCommit): Promise<void> {
  const { window, progress } = commit;
  const { partitions, pages } = commit.staged;
  const changeToken = partitions.findLast((partition) => partition.changeToken !== undefined)?.changeToken;
  if (progress.keyed?.changes !== undefined && changeToken !== undefined)
    await store.watermarks.put({ kind: 'token', flowId: run.flowId, changeToken, runId: run.id });
  else if (progress.keyed?.removes === 'absent') await forgetToken(store, run.flowId);
  if (window === undefined) return;
  await store.watermarks.put(watermarkAfter(run, progress.columns ?? [], window, partitions, pages));
}

/**
 * What a source tells to have changed since a token goes with the rows of then, which other ones have come in
 * place of.
 */
async function forgetToken(store: ScopedStore, flowId: string): Promise<void> {
  const watermark = await store.watermarks.get(flowId);
  if (watermark?.kind === 'token') await store.watermarks.remove(flowId);
}

/** What the table lost is known only once it is known what the table is. */
function withRemovals({ progress, result }: RunCommit, staged: StagedRows | undefined): RunProgress {
  const { outcome, keyed } = progress;
  const deletes = staged?.deletes;
  if (outcome === undefined || keyed === undefined || deletes === undefined) return progress;
  const { deleteFile, replacedRows, removedRows } = deletes;
  const notFollowed = keyed.removes === 'absent' && result.keys?.isComplete === false;
  return withNotices(
    {
      ...progress,
      outcome: {
        ...outcome,
        updatedRows: replacedRows,
        ...(keyed.removes !== 'nothing' && { removedRows }),
        outputFiles: outcome.outputFiles + (deleteFile === undefined ? 0 : 1),
        outputBytes: outcome.outputBytes + (deleteFile?.bytes ?? 0),
      },
    },
    notFollowed ? [ABSENCE_UNKNOWN] : [],
  );
}

const ABSENCE_UNKNOWN: RunNotice = {
  code: 'DELETIONS_NOT_FOLLOWED',
  message:
    'No row was removed for not being at the source any more: the key of some rows that failed, or some files, could not be ' +
    'read, and each of them may be one that the table has. The next run that can read all keys removes what is gone.',
};

function watermarkAfter(
  run: RunRecord,
  columns: readonly SourceColumn[],
  window: RunWindow,
  partitions: readonly StagedPartition[],
  pages: readonly StagedPage[],
): TimeWatermark {
  const unsettled = new Set(partitions.filter(({ settled }) => !settled).map(({ id }) => id));
  return {
    kind: 'time',
    flowId: run.flowId,
    deltaColumn: window.column,
    settledUpTo: window.settledUpTo,
    upTo: window.upTo,
    columns: columns.map(({ name }) => name),
    unsettledPages: pages.filter(({ partitionId }) => unsettled.has(partitionId)),
    runId: run.id,
  };
}
