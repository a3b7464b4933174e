import type { KeysThatCame, PositionDeletesResult, WrittenDeletes } from '@tributary/engine';
import {
  currentSchema,
  discardStaged,
  parquetDataFile,
  positionDeleteFile,
  type StagedCommit,
  stageRowDelta,
  type Table,
  tableFigures,
} from '@tributary/lake';
import type { DataFolder, PlacedFile } from './data-folder.ts';
import type { FlowDocument } from './documents.ts';
import { TableChanged, TooManyRemoved } from './failure.ts';
import { withTable } from './live-files.ts';
import { requireAlone } from './mirror-conflict.ts';
import { progressOf } from './progress.ts';
import type { RunCommit } from './run-commit.ts';
import type { Attempt } from './services.ts';
import { currentTable } from './transform-run.ts';

const DEFAULT_REMOVAL_LIMIT_PERCENT = 50;

/** A run's rows, staged on the table as it was a moment ago. */
export interface StagedRows {
  /** The table that the snapshot was staged on: its metadata must still be the current one. */
  readonly base: Table;
  /** Undefined where the table stays as it is. */
  readonly snapshot: StagedCommit | undefined;
  /** Undefined where rows are appended. */
  readonly deletes: PositionDeletesResult | undefined;
  readonly deleteFiles: readonly (WrittenDeletes & PlacedFile)[];
}

/**
 * Stages a snapshot with the run's files and, where rows are told apart by a key, the deletion of those in
 * whose place they come and of those that are gone; undefined where nothing comes and nothing can go. Deletes
 * name rows of one state of the table, so that they are made for each anew.
 * @throws {TableChanged} when rows were left out because they stood in the table, which is another by now
 * @throws {TooManyRemoved} when more rows would go for being absent than the flow lets go at once
 */
export async function stageRows(
  attempt: Attempt,
  commit: RunCommit,
  folder: DataFolder,
): Promise<StagedRows | undefined> {
  const { files } = commit;
  if (files.length === 0 && commit.result.keyed === undefined) return undefined;
  const { services, run } = attempt;
  const { io } = services.lake;
  const table = await currentTable(attempt, commit.prepared.dataSetId);
  const deletes = await deletesFor(attempt, commit, table, folder);
  if (files.length === 0 && !takesRows(deletes))
    return { base: table, snapshot: undefined, deletes, deleteFiles: [] };
  const deleteFiles = await folder.place(deletes?.deleteFile === undefined ? [] : [deletes.deleteFile]);
  const schema = currentSchema(table.metadata);
  const snapshot = await stageRowDelta(io, table, {
    dataFiles: files.map((file) => parquetDataFile(file, schema)),
    deleteFiles: deleteFiles.map(positionDeleteFile),
    removedDataFiles: deletes?.emptiedFiles ?? [],
    summary: {
      'tributary.flow-id': run.flowId,
      'tributary.run-id': run.id,
      'tributary.batch-id': commit.batchId,
    },
    now: new Date(),
  });
  return { base: table, snapshot, deletes, deleteFiles };
}

/** Removes what was staged and lost the pointer; the data files stay for the next attempt. */
export async function discardRows(
  { services }: Attempt,
  { snapshot, deleteFiles }: StagedRows,
  folder: DataFolder,
): Promise<void> {
  if (snapshot) await discardStaged(services.lake.io, snapshot);
  await folder.discard(deleteFiles);
}

async function deletesFor(
  attempt: Attempt,
  { result, prepared }: RunCommit,
  table: Table,
  folder: DataFolder,
): Promise<PositionDeletesResult | undefined> {
  const { services, store, run, signal } = attempt;
  const { keyed: chosen } = progressOf(run);
  if (result.keyed === undefined || chosen === undefined) return undefined;
  const { key, snapshotId } = result.keyed;
  if (result.unchangedRows > 0 && table.metadata['current-snapshot-id'] !== snapshotId)
    throw new TableChanged();
  const keys = keysFor(chosen.removes, result);
  const isComparison = keys?.removes === 'absent';
  // Asked after the table was read: who has landed there before was a flow by then.
  if (isComparison) await requireAlone(store, run, prepared);
  const request = { key, replacing: result.files, ...(keys && { keys }), directory: folder.path };
  const deletes = await withTable(
    services.lake,
    table,
    (files) => services.engine.positionDeletes({ ...request, table: files }, signal),
    signal,
  );
  if (isComparison) requireFew(deletes.removedRows, table, prepared.flow);
  return deletes;
}

/**
 * A source that shows fewer rows than it has, or none, says so in no other way than one of which they are
 * gone.
 */
function requireFew(removedRows: number, { metadata }: Table, { options }: FlowDocument): void {
  const { removalLimitPercent = DEFAULT_REMOVAL_LIMIT_PERCENT } = options ?? {};
  const { rows = removedRows } = tableFigures(metadata);
  if (removedRows * 100 > removalLimitPercent * rows)
    throw new TooManyRemoved(removedRows, rows, removalLimitPercent);
}

/** What the keys that came remove. Where some of them could not be read, none is taken for absent. */
function keysFor(
  removes: 'nothing' | 'gone' | 'absent',
  { keys }: RunCommit['result'],
): KeysThatCame | undefined {
  if (keys === undefined || removes === 'nothing') return undefined;
  return { path: keys.path, removes: removes === 'absent' && !keys.isComplete ? 'gone' : removes };
}

function takesRows(deletes: PositionDeletesResult | undefined): boolean {
  return deletes !== undefined && deletes.replacedRows + deletes.removedRows > 0;
}
