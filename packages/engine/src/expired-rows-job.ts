import { openDatabase } from './database.ts';
import { type LiveFile, pathsOf } from './live-files.ts';
import { type WrittenDeletes, writeTaken } from './position-deletes-job.ts';
import { liveRows, openStored, storedRows } from './stored-rows.ts';
import type { TargetField } from './transform.ts';
import type { Resources } from './transform-job.ts';

/** Which live rows of data files have had their time. */
export interface ExpiredRowsRequest {
  readonly files: readonly LiveFile[];
  /** The field that tells a row's time, a timestamp. A row without one stays. */
  readonly field: TargetField;
  /** Rows of earlier times go. */
  readonly before: Date;
  /** Where the delete file is written, absolute; exists. */
  readonly directory: string;
}

/** Where the rows that go are named, and which files go whole. */
export interface ExpiredRowsResult {
  /** Undefined where no row goes that needs one. */
  readonly deleteFile: WrittenDeletes | undefined;
  /**
   * Locations of data files none of whose rows is left: they can go whole, and the delete file does not name
   * them.
   */
  readonly emptiedFiles: readonly string[];
  readonly rows: number;
}

/** Writes the positions of the rows that go. Of the data files only the one column is read. */
export async function runExpiredRows(
  { files, field, before, directory }: ExpiredRowsRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<ExpiredRowsResult> {
  // The order of the delete file's rows is part of its format.
  const bounds = { ...resources, files: pathsOf(files), directories: [directory], keepOrder: true };
  const database = await openDatabase(bounds, signal);
  try {
    const stored = await openStored(database, files);
    const timed = storedRows(stored, (column) => [`${column(field)} AS happened`]);
    // A request comes by a message, in which dates are texts.
    const limit = `epoch_us(happened) < ${BigInt(new Date(before).getTime()) * 1000n}`;
    const expired = `SELECT file, pos FROM (${timed}) WHERE ${limit}`;
    await database.run(`CREATE TEMP TABLE taken AS ${liveRows(stored, expired)}`);
    const [count] = (await database.read('SELECT count(*) AS rows FROM taken')).getRowObjects();
    const rows = Number(count?.rows);
    if (rows === 0) return { deleteFile: undefined, emptiedFiles: [], rows };
    return { ...(await writeTaken(database, stored, directory)), rows };
  } finally {
    database.close();
  }
}
