import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteLiteral } from '@tributary/data-prep';
import { type Database, openDatabase } from './database.ts';
import { type LiveFile, pathsOf } from './live-files.ts';
import {
  deletedPositions,
  liveRows,
  locationsOf,
  openStored,
  type StoredRows,
  storedRows,
} from './stored-rows.ts';
import type { TargetField } from './transform.ts';
import type { Resources } from './transform-job.ts';

/** Which live rows of a table go, told by keys. */
export interface PositionDeletesRequest {
  /** The scalar fields that a row's key is made of. A row in whose key something is null has no namesake. */
  readonly key: readonly TargetField[];
  /** The table's data files. */
  readonly table: readonly LiveFile[];
  /** Files of new rows: rows of the table with the key of one of them are replaced. */
  readonly replacing: readonly { readonly path: string }[];
  readonly keys?: KeysThatCame;
  /** Where the delete file is written, absolute; exists. */
  readonly directory: string;
}

/** Keys as a transform writes them, and which rows of the table are removed by them. */
export interface KeysThatCame {
  /** A Parquet file with the key's columns `k0`, `k1`, … in the order of the key, and the boolean `gone`. */
  readonly path: string;
  /** Rows whose key is gone, or all whose key did not come. */
  readonly removes: 'gone' | 'absent';
}

/** A file of position deletes (Iceberg spec, "Position Delete Files"). */
export interface WrittenDeletes {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** Locations, in the order of their UTF-8. */
  readonly firstDataFile: string;
  readonly lastDataFile: string;
}

export interface PositionDeletesResult {
  /** Undefined where no row goes that needs one. */
  readonly deleteFile: WrittenDeletes | undefined;
  /** Locations of data files none of whose rows is left: they can go whole, and the delete file does not name them. */
  readonly emptiedFiles: readonly string[];
  /** Rows of the table in whose place new ones come. */
  readonly replacedRows: number;
  /** Rows of the table that go without one. */
  readonly removedRows: number;
}

/**
 * Writes the positions of the rows that go, in one file sorted by data file and position. Of the table's data files only
 * the key's columns are read; rows that are deleted already are not named again.
 */
export async function runPositionDeletes(
  request: PositionDeletesRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<PositionDeletesResult> {
  const { table, replacing, keys, directory } = request;
  if (table.length === 0) return NOTHING_GOES;
  const files = [...pathsOf(table), ...pathsOf(replacing), ...(keys === undefined ? [] : [keys.path])];
  // The order of the delete file's rows is part of its format.
  const bounds = { ...resources, files, directories: [directory], keepOrder: true };
  const database = await openDatabase(bounds, signal);
  try {
    const stored = await openStored(database, table);
    const fresh = await openStored(database, replacing);
    await database.run(`CREATE TEMP TABLE taken AS ${takenRows(request, stored, fresh)}`);
    const [counts] = (
      await database.read('SELECT count(*) FILTER (replaced) AS replaced, count(*) AS taken FROM taken')
    ).getRowObjects();
    const [replacedRows, takenCount] = [Number(counts?.replaced), Number(counts?.taken)];
    if (takenCount === 0) return NOTHING_GOES;
    return {
      ...(await writeTaken(database, stored, directory)),
      replacedRows,
      removedRows: takenCount - replacedRows,
    };
  } finally {
    database.close();
  }
}

const NOTHING_GOES: PositionDeletesResult = {
  deleteFile: undefined,
  emptiedFiles: [],
  replacedRows: 0,
  removedRows: 0,
};

/** SQL for the live rows that go: `file`, `pos`, `replaced`. */
function takenRows(
  { key, keys }: Pick<PositionDeletesRequest, 'key' | 'keys'>,
  stored: StoredRows,
  fresh: StoredRows,
): string {
  const names = key.map((_, index) => `k${index}`);
  const keyed = (rows: StoredRows) =>
    storedRows(rows, (column) => key.map((field, index) => `${column(field)} AS ${names[index]}`));
  const same = (one: string, other: string) =>
    names.map((name) => `${one}.${name} = ${other}.${name}`).join(' AND ');
  const newKeys = `SELECT DISTINCT ${names.join(', ')}, true AS hit FROM (${keyed(fresh)})`;
  if (keys === undefined) {
    // A semi join lets the reader skip row groups in which no key can lie.
    const replaced = `SELECT l.file, l.pos, true AS replaced FROM (${keyed(stored)}) l SEMI JOIN (${newKeys}) n ON ${same('l', 'n')}`;
    return liveRows(stored, replaced);
  }
  const came = `SELECT ${names.join(', ')}, gone FROM read_parquet(${quoteLiteral(keys.path)})`;
  const goes = keys.removes === 'gone' ? 'coalesce(c.gone, false)' : 'coalesce(c.gone, true)';
  return liveRows(
    stored,
    `SELECT l.file, l.pos, n.hit IS NOT NULL AS replaced FROM (${keyed(stored)}) l ` +
      `LEFT JOIN (${newKeys}) n ON ${same('l', 'n')} LEFT JOIN (${came}) c ON ${same('l', 'c')} ` +
      `WHERE n.hit IS NOT NULL OR ${goes}`,
  );
}

/** Writes the positions in the table `taken` (`file`, `pos`); files of which no row is left are told instead. */
export async function writeTaken(
  database: Database,
  stored: StoredRows,
  directory: string,
): Promise<Pick<PositionDeletesResult, 'deleteFile' | 'emptiedFiles'>> {
  await database.run(`CREATE TEMP TABLE located AS ${locationsOf(stored.files)}`);
  const emptiedFiles = await emptiedOf(database, stored);
  return { deleteFile: await writeDeletes(database, directory), emptiedFiles };
}

/** Takes the rows of files that can go whole out of `taken`. One with shared deletes cannot: those would outlive it. */
async function emptiedOf(database: Database, stored: StoredRows): Promise<readonly string[]> {
  const candidates = stored.files
    .map(({ path, sharesDeletes = false }, file) => ({ path, file, sharesDeletes }))
    .filter(({ sharesDeletes }) => !sharesDeletes);
  if (candidates.length === 0) return [];
  const sizes = candidates.map(({ path, file }) => `(${file}, ${quoteLiteral(path)})`);
  const paths = candidates.map(({ path }) => quoteLiteral(path)).join(', ');
  await database.run(
    `CREATE TEMP TABLE emptied AS ` +
      `WITH sizes AS (SELECT c.file, m.num_rows AS rows FROM (VALUES ${sizes.join(', ')}) AS c(file, path) ` +
      `JOIN parquet_file_metadata([${paths}]) m ON m.file_name = c.path), ` +
      `gone AS (SELECT file, count(*) AS rows FROM (SELECT file, pos FROM taken UNION ${deletedPositions(stored)}) GROUP BY file) ` +
      `SELECT sizes.file FROM sizes JOIN gone USING (file) WHERE sizes.rows = gone.rows ` +
      `AND file IN (SELECT file FROM taken)`,
  );
  const emptied = await database.read(
    'SELECT location FROM emptied JOIN located USING (file) ORDER BY location',
  );
  await database.run('DELETE FROM taken WHERE file IN (SELECT file FROM emptied)');
  return emptied.getRowObjects().map(({ location }) => String(location));
}

async function writeDeletes(database: Database, directory: string): Promise<WrittenDeletes | undefined> {
  const [figures] = (
    await database.read(
      `SELECT count(*) AS rows, min(location) AS first, max(location) AS last FROM taken JOIN located USING (file)`,
    )
  ).getRowObjects();
  const rows = Number(figures?.rows);
  if (rows === 0) return undefined;
  const path = join(directory, `${randomUUID()}-deletes.parquet`);
  await database.run(
    `COPY (SELECT location AS file_path, pos FROM taken JOIN located USING (file) ORDER BY file_path, pos) ` +
      `TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd, FIELD_IDS {file_path: ${FILE_PATH_ID}, pos: ${POS_ID}})`,
  );
  const { size } = await stat(path);
  return {
    path,
    rows,
    bytes: size,
    firstDataFile: String(figures?.first),
    lastDataFile: String(figures?.last),
  };
}

/** Ids that Iceberg reserves for the columns of position deletes (spec, "Reserved Field IDs"). */
const FILE_PATH_ID = 2147483546;
const POS_ID = 2147483545;
