import { quoteLiteral } from '@tributary/data-prep';
import { openDatabase } from './database.ts';
import { membersToJson } from './json-values.ts';
import type { Resources } from './transform-job.ts';

/** Parquet data files, and how many of their rows are wanted. */
export interface ReadRowsRequest {
  readonly files: readonly { readonly path: string }[];
  readonly limit: number;
}

/** The first rows of data files, file by file, as nested JSON without nulls. */
export async function runReadRows(
  { files, limit }: ReadRowsRequest,
  resources: Resources,
  signal: AbortSignal,
): Promise<readonly Record<string, unknown>[]> {
  const paths = files.map(({ path }) => path);
  const database = await openDatabase(
    { ...resources, files: paths, directories: [], keepOrder: true },
    signal,
  );
  try {
    const rows: Record<string, unknown>[] = [];
    // Files differ in their columns, since each run writes what its mapping set maps: one is read at a time.
    for (const path of paths) {
      if (rows.length >= limit) break;
      const result = await database.read(
        `SELECT * FROM read_parquet(${quoteLiteral(path)}) LIMIT ${limit - rows.length}`,
      );
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
