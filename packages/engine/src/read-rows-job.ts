import { quoteLiteral } from '@tributary/data-prep';
import { openDatabase } from './database.ts';
import { membersToJson } from './json-values.ts';
import { type LiveFile, pathsOf } from './live-files.ts';
import type { Resources } from './transform-job.ts';

/** Parquet data files, and how many of their rows are wanted. */
export interface ReadRowsRequest {
  readonly files: readonly LiveFile[];
  readonly limit: number;
}

/** The first rows of data files, file by file, as nested JSON without nulls. */
export async function runReadRows(
  { files, limit }: ReadRowsRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<readonly Record<string, unknown>[]> {
  const database = await openDatabase(
    { ...resources, files: pathsOf(files), directories: [], keepOrder: true },
    signal,
  );
  try {
    const rows: Record<string, unknown>[] = [];
    // Files differ in their columns, since each run writes what its mapping set maps: one is read at a time.
    for (const file of files) {
      if (rows.length >= limit) break;
      const result = await database.read(`${liveRows(file)} LIMIT ${limit - rows.length}`);
      const names = result.columnNames();
      for (const values of result.getRows()) {
        rows.push(membersToJson(names.map((name, index) => [name, values[index]])));
      }
    }
    return rows;
  } finally {
    database.close();
  }
}

function liveRows({ path, location, deleteFiles = [] }: LiveFile): string {
  if (deleteFiles.length === 0) return `SELECT * FROM read_parquet(${quoteLiteral(path)})`;
  const deletes = `read_parquet([${deleteFiles.map(quoteLiteral).join(', ')}])`;
  return (
    `SELECT rows.* EXCLUDE (file_row_number) ` +
    `FROM read_parquet(${quoteLiteral(path)}, file_row_number = true) rows ` +
    `ANTI JOIN (SELECT pos FROM ${deletes} WHERE file_path = ${quoteLiteral(location ?? '')}) gone ` +
    `ON rows.file_row_number = gone.pos`
  );
}
