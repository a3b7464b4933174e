import { quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import { type Database, openDatabase } from './database.ts';
import { EngineError } from './engine-error.ts';
import { dataFileOptions } from './good-rows.ts';
import { type LiveFile, pathsOf } from './live-files.ts';
import { fieldsPresent } from './merged-fields.ts';
import { writtenFiles } from './parquet-figures.ts';
import { deletedPositions, liveRows, openStored, type StoredRows, storedRows } from './stored-rows.ts';
import type { TargetField, WrittenFile } from './transform.ts';
import type { Resources } from './transform-job.ts';

/** Rows of a table that are to lie in other files. */
export interface RewriteRowsRequest {
  readonly files: readonly LiveFile[];
  /** All fields of the table. */
  readonly fields: readonly TargetField[];
  /** Where data files are written, absolute; exists. */
  readonly dataDirectory: string;
}

export interface RewriteRowsResult {
  /** None where no row is left. */
  readonly files: readonly WrittenFile[];
}

/**
 * Writes the live rows of data files into as few files as their size allows, in no promised order. Fails rather than leave
 * a row out.
 */
export async function runRewriteRows(
  { files, fields, dataDirectory }: RewriteRowsRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<RewriteRowsResult> {
  if (files.length === 0) return { files: [] };
  const bounds = { ...resources, files: pathsOf(files), directories: [dataDirectory], keepOrder: false };
  const database = await openDatabase(bounds, signal);
  try {
    const stored = await openStored(database, files);
    const written = await writeRows(database, stored, fields, dataDirectory);
    const [rows, live] = [
      written.reduce((sum, file) => sum + file.rows, 0),
      await countLive(database, stored),
    ];
    if (rows !== live) throw new EngineError('failed', `Of ${live} live rows ${rows} were written.`);
    return { files: written };
  } finally {
    database.close();
  }
}

async function writeRows(
  database: Database,
  stored: StoredRows,
  fields: readonly TargetField[],
  dataDirectory: string,
): Promise<readonly WrittenFile[]> {
  const known = new Set(stored.groups.flatMap(({ columns }) => [...columns.keys()]));
  const written = fieldsPresent(fields, [], { replaces: [], known });
  const rows = storedRows(stored, (column) => written.map((field) => `${column(field)} AS f${field.id}`));
  const columns = written.map(({ id, name }) => `f${id} AS ${quoteIdentifier(name)}`);
  const stats = await database.read(
    `COPY (SELECT ${columns.join(', ')} FROM (${liveRows(stored, rows)}) r) ` +
      `TO ${quoteLiteral(dataDirectory)} (${dataFileOptions(written).join(', ')})`,
  );
  return writtenFiles(stats, written);
}

/** As the files' footers and their deletes have it. */
async function countLive(database: Database, stored: StoredRows): Promise<number> {
  const paths = stored.files.map(({ path }) => quoteLiteral(path)).join(', ');
  const [count] = (
    await database.read(
      `SELECT (SELECT sum(num_rows) FROM parquet_file_metadata([${paths}])) - ` +
        `(SELECT count(*) FROM (SELECT DISTINCT file, pos FROM (${deletedPositions(stored)}))) AS live`,
    )
  ).getRowObjects();
  return Number(count?.live);
}
