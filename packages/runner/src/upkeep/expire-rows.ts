import { randomUUID } from 'node:crypto';
import {
  currentSchema,
  discardStaged,
  type FileScanTask,
  type IcebergField,
  planScan,
  positionDeleteFile,
  stageRowDelta,
  type Table,
} from '@tributary/lake';
import type { LeftoverFiles, ScopedStore } from '@tributary/store';
import { DataFolder, dataFolderOf } from '../data-folder.ts';
import { documentOf } from '../documents.ts';
import { tidyTables } from '../evolve-data-sets.ts';
import { withLiveFiles } from '../live-files.ts';
import type { RunnerServices } from '../services.ts';
import { targetFields } from '../target-fields.ts';
import { isBeingWritten } from './being-written.ts';
import { DAY_MS } from './retention.ts';
import { expiredBefore, mayHold, timeFieldOf } from './row-expiration.ts';
import { tableOf } from './table-of.ts';

/** What is looked through for one commit. */
const FILES_AT_ONCE = 50;
const BYTES_AT_ONCE = 1024 ** 3;

/** Files that come into the table later than this are taken for those of a process that has died. */
const LONGEST_EXPIRY_MS = DAY_MS;
/** How often all is looked through anew because others have changed the table. */
const ATTEMPTS = 3;

/** A table whose rows expire. */
export interface RowExpiry {
  readonly services: Pick<RunnerServices, 'lake' | 'scratch' | 'engine'>;
  readonly store: ScopedStore;
  readonly dataSetId: string;
  readonly signal: AbortSignal;
}

/** `given up`: a run is about to commit; `moved`: one has, and what was looked at is of yesterday. */
type Outcome = 'done' | 'given up' | 'moved';

/**
 * Takes rows that have had their time from a dataset's table, some files at a time, each in a commit of its
 * own: files go whole of which no row is left, of others the rows by position deletes. `doneBefore` is up to
 * when that was done before. Answers up to when it is done now; undefined where no row expires.
 */
export async function expireRows(
  expiry: RowExpiry,
  doneBefore: Date | undefined,
  now: Date,
): Promise<Date | undefined> {
  const { store, dataSetId } = expiry;
  const dataSet = await store.resources('dataSet').get(dataSetId);
  const before = dataSet && expiredBefore(documentOf('dataSet', dataSet), now);
  if (before === undefined) return undefined;
  if (doneBefore !== undefined && doneBefore >= before) return doneBefore;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await expireAll(expiry, before);
    if (outcome === 'done') return before;
    if (outcome === 'given up') break;
  }
  return doneBefore;
}

async function expireAll(expiry: RowExpiry, before: Date): Promise<Outcome> {
  const { services, store, dataSetId, signal } = expiry;
  const first = await tableOf(services.lake, store, dataSetId);
  const field = first && timeFieldOf(currentSchema(first.metadata));
  if (first === undefined || field === undefined) return 'done';
  const tasks: FileScanTask[] = [];
  for await (const task of planScan(services.lake.io, first))
    if (mayHold(task.dataFile, field.id, before)) tasks.push(bare(task));
  let table = first;
  for (const bite of bitesOf(tasks)) {
    signal.throwIfAborted();
    const outcome = await expireIn(expiry, { table, bite, field, before });
    if (typeof outcome === 'string') return outcome;
    table = outcome;
  }
  return 'done';
}

interface Bite {
  /** As it must still be when the rows go. */
  readonly table: Table;
  readonly bite: readonly FileScanTask[];
  readonly field: IcebergField;
  readonly before: Date;
}

/**
 * Answers the table as it is then. Files that nobody names go with what is left over, unless the commit keeps
 * them.
 */
async function expireIn(expiry: RowExpiry, { table, bite, field, before }: Bite): Promise<Table | Outcome> {
  const { services, store, dataSetId, signal } = expiry;
  const { lake, engine } = services;
  if (await isBeingWritten(store, dataSetId)) return 'given up';
  const name = `expired-${randomUUID()}`;
  const location = dataFolderOf(table.metadata.location, name);
  const note: LeftoverFiles = {
    kind: 'folder',
    name: location,
    notBefore: new Date(Date.now() + LONGEST_EXPIRY_MS),
  };
  await store.leftovers.note([note]);
  const folder = await DataFolder.at({ io: lake.io, scratch: services.scratch }, location, name);
  try {
    const [target] = targetFields({ fields: [field] });
    if (target === undefined) throw new Error('a field has no type');
    const { deleteFile, emptiedFiles, rows } = await withLiveFiles(
      lake,
      bite,
      (files) => engine.expiredRows({ files, field: target, before, directory: folder.path }, signal),
      signal,
    );
    const staged =
      rows === 0
        ? undefined
        : await stageRowDelta(lake.io, table, {
            deleteFiles: (await folder.place(deleteFile === undefined ? [] : [deleteFile])).map(
              positionDeleteFile,
            ),
            removedDataFiles: emptiedFiles,
            summary: { 'tributary.upkeep': 'row-expiration' },
            now: new Date(),
          });
    if (staged === undefined) {
      await forget();
      return table;
    }
    const outcome = await store.transaction(async (scoped): Promise<Outcome> => {
      if (await isBeingWritten(scoped, dataSetId)) return 'given up';
      if (!(await scoped.tables.swap(dataSetId, table.metadataLocation, staged.metadataLocation)))
        return 'moved';
      if (!(await scoped.leftovers.keep(note))) throw new Error(`${note.name} may be gone already`);
      return 'done';
    });
    if (outcome === 'done') {
      await tidyTables(lake.io, [{ base: table, staged }]);
      return (await tableOf(lake, store, dataSetId)) ?? 'done';
    }
    await discardStaged(lake.io, staged);
    await forget();
    return outcome;
  } finally {
    await folder.leave();
  }

  async function forget(): Promise<void> {
    await lake.io.removeFolder(location);
    await store.leftovers.keep(note);
  }
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
