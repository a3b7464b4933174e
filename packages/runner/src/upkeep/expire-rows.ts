import {
  currentSchema,
  type FileScanTask,
  type IcebergField,
  planScan,
  positionDeleteFile,
  type StagedCommit,
  stageRowDelta,
  type Table,
} from '@tributary/lake';
import type { DataFolder } from '../data-folder.ts';
import { documentOf } from '../documents.ts';
import { withLiveFiles } from '../live-files.ts';
import { targetFields } from '../target-fields.ts';
import { isBeingWritten } from './being-written.ts';
import {
  type CommitOutcome,
  commitNoted,
  makeNotedFolder,
  removeNoted,
  type TableUpkeep,
} from './noted-commit.ts';
import { expiredBefore, mayHold, timeFieldOf } from './row-expiration.ts';
import { tableOf } from './table-of.ts';

/** What a bite has at most. */
const FILES_AT_ONCE = 50;
const BYTES_AT_ONCE = 1024 ** 3;

/** How often all is looked through anew because others have changed the table. */
const ATTEMPTS = 3;

type Outcome = 'done' | Exclude<CommitOutcome, 'committed'>;

/**
 * Takes rows that have had their time from a dataset's table, some files at a time, each in a commit of its
 * own: files go whole of which no row is left, of others the rows by position deletes. `doneBefore` is up to
 * when that was done before. Answers up to when it is done now; undefined where no row expires.
 */
export async function expireRows(
  upkeep: TableUpkeep,
  doneBefore: Date | undefined,
  now: Date,
): Promise<Date | undefined> {
  const { store, dataSetId } = upkeep;
  const dataSet = await store.resources('dataSet').get(dataSetId);
  const before = dataSet && expiredBefore(documentOf('dataSet', dataSet), now);
  if (before === undefined) return undefined;
  if (doneBefore !== undefined && doneBefore >= before) return doneBefore;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await expireAll(upkeep, before);
    if (outcome === 'done') return before;
    if (outcome === 'given up') break;
  }
  return doneBefore;
}

async function expireAll(upkeep: TableUpkeep, before: Date): Promise<Outcome> {
  const { services, store, dataSetId, signal } = upkeep;
  const first = await tableOf(services.lake, store, dataSetId);
  const field = first && timeFieldOf(currentSchema(first.metadata));
  if (first === undefined || field === undefined) return 'done';
  const tasks: FileScanTask[] = [];
  for await (const task of planScan(services.lake.io, first))
    if (mayHold(task.dataFile, field.id, before)) tasks.push(bare(task));
  let table = first;
  for (const some of bitesOf(tasks)) {
    signal.throwIfAborted();
    const outcome = await expireIn(upkeep, { table, tasks: some, field, before });
    if (typeof outcome === 'string') return outcome;
    table = outcome;
  }
  return 'done';
}

/** Files that are looked through for one commit. */
interface Bite {
  /** As it must still be when the rows go. */
  readonly table: Table;
  readonly tasks: readonly FileScanTask[];
  readonly field: IcebergField;
  readonly before: Date;
}

/**
 * Answers the table as it is then. Files that nobody names go with what is left over, unless the commit keeps
 * them.
 */
async function expireIn(upkeep: TableUpkeep, bite: Bite): Promise<Table | Outcome> {
  const { services, store, dataSetId } = upkeep;
  const { table } = bite;
  if (await isBeingWritten(store, dataSetId)) return 'given up';
  const { folder, note } = await makeNotedFolder(upkeep, table, 'expired');
  try {
    const staged = await stageExpiry(upkeep, bite, folder);
    const outcome = staged && (await commitNoted(upkeep, table, staged, note));
    if (outcome === 'committed') return (await tableOf(services.lake, store, dataSetId)) ?? 'done';
    await removeNoted(upkeep, note);
    return outcome ?? table;
  } finally {
    await folder.leave();
  }
}

/** Undefined where no row has had its time. */
async function stageExpiry(
  { services: { lake, engine }, signal }: TableUpkeep,
  { table, tasks, field, before }: Bite,
  folder: DataFolder,
): Promise<StagedCommit | undefined> {
  const [target] = targetFields({ fields: [field] });
  if (target === undefined) throw new Error('a field has no type');
  const { deleteFile, emptiedFiles, rows } = await withLiveFiles(
    lake,
    tasks,
    (files) => engine.expiredRows({ files, field: target, before, directory: folder.path }, signal),
    signal,
  );
  if (rows === 0) return undefined;
  const deleteFiles = await folder.place(deleteFile === undefined ? [] : [deleteFile]);
  return stageRowDelta(lake.io, table, {
    deleteFiles: deleteFiles.map(positionDeleteFile),
    removedDataFiles: emptiedFiles,
    summary: { 'tributary.upkeep': 'row-expiration' },
    now: new Date(),
  });
}

function* bitesOf(tasks: readonly FileScanTask[]): Generator<readonly FileScanTask[]> {
  let bite: FileScanTask[] = [];
  let bytes = 0;
  for (const task of tasks) {
    const size = task.dataFile.fileSizeInBytes;
    if (bite.length > 0 && (bite.length >= FILES_AT_ONCE || bytes + size > BYTES_AT_ONCE)) {
      yield bite;
      bite = [];
      bytes = 0;
    }
    bite.push(task);
    bytes += size;
  }
  if (bite.length > 0) yield bite;
}

/** Tables of many files and columns have more figures than fit into memory. */
function bare({ dataFile, deleteFiles }: FileScanTask): FileScanTask {
  const { lowerBounds: _lower, upperBounds: _upper, columnSizes: _sizes, ...kept } = dataFile;
  return { dataFile: kept, deleteFiles };
}
