import {
  currentSchema,
  discardStaged,
  type FileIO,
  parquetDataFile,
  removeOldMetadata,
  type StagedCommit,
  stageAppend,
  type Table,
  writeVersionHint,
} from '@tributary/lake';
import type { RunRecord, ScopedStore, StagedPage, StagedPartition, TimeWatermark } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import { batchDocument } from './batch-document.ts';
import { noteSource } from './meet-drift.ts';
import { runnerActor } from './progress.ts';
import type { RunWindow } from './read-window.ts';
import type { RunCommit } from './run-commit.ts';
import type { Attempt } from './services.ts';
import { currentTable } from './transform-run.ts';

/**
 * Ends a run: one transaction moves the table's pointer and the flow's watermark, closes the batch and the run. If
 * another run has moved the pointer meanwhile, the same data files are staged again on what it left.
 */
export async function commitRun(attempt: Attempt, commit: RunCommit): Promise<RunRecord> {
  for (;;) {
    const staged = commit.verdict === 'failed' ? undefined : await stageFiles(attempt, commit);
    const ended = await attempt.store.transaction((store) => commitIn(store, attempt, commit, staged));
    const { io } = attempt.services.lake;
    if (ended !== 'pointer moved') {
      if (staged) await tidyTable(io, staged);
      return ended;
    }
    if (staged) await discardStaged(io, staged.append);
  }
}

/** What readers and the disk are better off with, but no run depends on: best effort, after the commit. */
async function tidyTable(io: FileIO, { base, append }: StagedSnapshot): Promise<void> {
  await Promise.allSettled([writeVersionHint(io, append), removeOldMetadata(io, base, append)]);
}

interface StagedSnapshot {
  readonly append: StagedCommit;
  /** The table that the snapshot was staged on: its metadata must still be the current one. */
  readonly base: Table;
}

/** Stages a snapshot with the run's files; undefined when no row landed. */
async function stageFiles(
  { services, store, run }: Attempt,
  commit: RunCommit,
): Promise<StagedSnapshot | undefined> {
  if (commit.result.files.length === 0) return undefined;
  const { io } = services.lake;
  const table = await currentTable({ services, store }, commit.prepared.dataSetId);
  const schema = currentSchema(table.metadata);
  const files = commit.result.files.map(({ path, ...file }) =>
    parquetDataFile({ ...file, location: io.locationOf(path) }, schema),
  );
  const summary = {
    'tributary.flow-id': run.flowId,
    'tributary.run-id': run.id,
    'tributary.batch-id': commit.batchId,
  };
  return {
    append: await stageAppend(io, table, { files, summary, now: new Date() }),
    base: table,
  };
}

async function commitIn(
  store: ScopedStore,
  { run, owner, services }: Attempt,
  commit: RunCommit,
  staged: StagedSnapshot | undefined,
): Promise<RunRecord | 'pointer moved'> {
  const { prepared, batchId, verdict, window } = commit;
  if (staged) {
    const swapped = await store.tables.swap(
      prepared.dataSetId,
      staged.base.metadataLocation,
      staged.append.metadataLocation,
    );
    if (!swapped) return 'pointer moved';
  }
  const partitions = await store.staging.partitions(run.id);
  const pages = await store.staging.pages(run.id);
  if (window && verdict !== 'failed') {
    await store.watermarks.put(watermarkAfter(run, commit.progress.columns ?? [], window, partitions, pages));
  }
  if (verdict !== 'failed') await noteSource(store, run.flowId, run.id, commit.tableColumns);
  const batch = batchDocument(run, commit, services.lake.io);
  await store.resources('batch').insert(batchId, { ...batch }, runnerActor);
  await store.staging.clear(run.id);
  return store.runs.advance(run, owner, verdict, { ...commit.progress });
}

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
