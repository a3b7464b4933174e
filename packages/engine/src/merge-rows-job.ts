import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import { type Bounds, type Database, openDatabase } from './database.ts';
import { EngineError } from './engine-error.ts';
import { dataFileOptions } from './good-rows.ts';
import { type LiveFile, pathsOf } from './live-files.ts';
import { fieldAt, fieldsPresent, mergedValue, piecesOf } from './merged-fields.ts';
import { writtenFiles } from './parquet-figures.ts';
import { type PositionDeletesResult, writeTaken } from './position-deletes-job.ts';
import { liveRows, openStored, type StoredRows, storedRows } from './stored-rows.ts';
import type { TargetField, WrittenFile } from './transform.ts';
import type { Resources } from './transform-job.ts';

/** Values that take the place of those that rows of a table have in some fields. */
export interface MergeRowsRequest {
  /** The scalar fields that a row's key is made of. */
  readonly key: readonly TargetField[];
  /** The table's data files. */
  readonly table: readonly LiveFile[];
  /** Files with the key and the fields that are replaced, one row a key. */
  readonly fresh: readonly { readonly path: string }[];
  /** Paths, through objects alone, of the fields that are replaced. A fresh row without a value there empties the field. */
  readonly replaces: readonly (readonly string[])[];
  /** All fields of the table. */
  readonly fields: readonly TargetField[];
  /** Where data files are written, absolute; exists. */
  readonly dataDirectory: string;
  /** Where the delete file is written, absolute; exists. */
  readonly directory: string;
}

export interface MergeRowsResult extends Pick<PositionDeletesResult, 'deleteFile' | 'emptiedFiles'> {
  /** The changed rows, whole. */
  readonly files: readonly WrittenFile[];
  /** Rows that differ in a field that is replaced; all others stay where they are. */
  readonly changedRows: number;
}

/**
 * Finds the live rows that have the key of a fresh row and differ from it, and writes them anew with its values, beside
 * the positions at which they stood. First only keys and replaced fields are read; whole rows only of files in which one
 * changes.
 */
export async function runMergeRows(
  request: MergeRowsRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<MergeRowsResult> {
  const { table, fresh, dataDirectory, directory } = request;
  if (table.length === 0 || fresh.length === 0) return NOTHING_CHANGES;
  const files = [...pathsOf(table), ...pathsOf(fresh)];
  const positions = join(directory, `${randomUUID()}-changed.parquet`);
  const bounds = { ...resources, files, directories: [dataDirectory, directory] };
  try {
    const written = await writeChangedRows(request, { ...bounds, keepOrder: false }, positions, signal);
    if (written.changedRows === 0) return NOTHING_CHANGES;
    // The order of the delete file's rows is part of its format.
    return {
      ...written,
      ...(await writeDeletes(request, { ...bounds, keepOrder: true }, positions, signal)),
    };
  } finally {
    await rm(positions, { force: true });
  }
}

async function writeChangedRows(
  request: MergeRowsRequest,
  bounds: Bounds,
  positions: string,
  signal: AbortSignal,
): Promise<Pick<MergeRowsResult, 'files' | 'changedRows'>> {
  const database = await openDatabase(bounds, signal);
  try {
    const stored = await openStored(database, request.table);
    const changedRows = await collectChanged(database, request, stored);
    if (changedRows === 0) return NOTHING_CHANGES;
    const files = await writeWholeRows(database, request, stored);
    await database.run(`COPY (SELECT file, pos FROM changed) TO ${quoteLiteral(positions)} (FORMAT parquet)`);
    return { files, changedRows };
  } finally {
    database.close();
  }
}

async function writeDeletes(
  { table, directory }: MergeRowsRequest,
  bounds: Bounds,
  positions: string,
  signal: AbortSignal,
): Promise<Pick<MergeRowsResult, 'deleteFile' | 'emptiedFiles'>> {
  const database = await openDatabase(bounds, signal);
  try {
    // The same files in the same order have the same numbers.
    const stored = await openStored(database, table);
    await database.run(
      `CREATE TEMP TABLE taken AS SELECT file, pos, true AS replaced FROM read_parquet(${quoteLiteral(positions)})`,
    );
    return await writeTaken(database, stored, directory);
  } finally {
    database.close();
  }
}

const NOTHING_CHANGES: MergeRowsResult = {
  files: [],
  changedRows: 0,
  deleteFile: undefined,
  emptiedFiles: [],
};

/** Makes the table `changed`: `file` and `pos` of a live row, and `v0`, `v1`, … that it gets. */
async function collectChanged(
  database: Database,
  { key, fresh, replaces, fields }: MergeRowsRequest,
  stored: StoredRows,
): Promise<number> {
  const replaced = replaces.map((path) => fieldAt(fields, path));
  const values = replaced.map((_, index) => `v${index}`);
  const read = (rows: StoredRows) =>
    storedRows(rows, (column) => [
      ...key.map((field, index) => `${column(field)} AS k${index}`),
      ...replaced.map((field, index) => `${column(field)} AS v${index}`),
    ]);
  const same = key.map((_, index) => `l.k${index} = f.k${index}`).join(' AND ');
  const differs = values.map((value) => `l.${value} IS DISTINCT FROM f.${value}`).join(' OR ');
  const freshRows = read(await openStored(database, fresh));
  await database.run(
    `CREATE TEMP TABLE changed AS SELECT l.file, l.pos, ${values.map((value) => `f.${value}`).join(', ')} ` +
      `FROM (${liveRows(stored, read(stored))}) l JOIN (${freshRows}) f ON ${same} WHERE ${differs}`,
  );
  const [count] = (
    await database.read('SELECT count(*) AS rows, count(DISTINCT (file, pos)) AS distinct_rows FROM changed')
  ).getRowObjects();
  if (Number(count?.rows) !== Number(count?.distinct_rows))
    throw new EngineError('failed', 'Several fresh rows have one key.');
  return Number(count?.rows);
}

async function writeWholeRows(
  database: Database,
  { replaces, fields, dataDirectory }: MergeRowsRequest,
  stored: StoredRows,
): Promise<readonly WrittenFile[]> {
  const touched = (await database.read('SELECT DISTINCT file FROM changed ORDER BY file')).getRowObjects();
  const numbers = touched.map(({ file }) => Number(file));
  const reread = await openStored(
    database,
    numbers.flatMap((number) => stored.files[number] ?? []),
  );
  const known = new Set(reread.groups.flatMap(({ columns }) => [...columns.keys()]));
  const written = fieldsPresent(fields, [], { replaces, known });
  const pieces = written.flatMap((field) => piecesOf(field, [field.name], replaces));
  const rows = storedRows(reread, (column) => pieces.map((field) => `${column(field)} AS f${field.id}`));
  const renumbered = reread.files.map((file, number) => `(${number}, ${stored.files.indexOf(file)})`);
  const columns = written.map(
    (field) => `${mergedValue(field, [field.name], replaces)} AS ${quoteIdentifier(field.name)}`,
  );
  const stats = await database.read(
    `COPY (SELECT ${columns.join(', ')} FROM (${rows}) r ` +
      `JOIN (VALUES ${renumbered.join(', ')}) AS n(file, was) ON r.file = n.file ` +
      `JOIN changed c ON c.file = n.was AND c.pos = r.pos) ` +
      `TO ${quoteLiteral(dataDirectory)} (${dataFileOptions(written).join(', ')})`,
  );
  return writtenFiles(stats, written);
}
