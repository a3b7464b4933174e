import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Bounds, openDatabase } from './database.ts';
import type { FileLayout } from './file-layout.ts';
import { compileKeyPass } from './keyed-rows.ts';
import type { KeyedRows, TransformRequest } from './transform.ts';

/** What the keys of the staged rows tell. */
export interface RankedKeys {
  /** A file with the numbers of the rows of which a newer version is staged; undefined where there are none. */
  readonly superseded: string | undefined;
  /** A file with the keys that came. */
  readonly keys: string;
  readonly supersededRows: number;
  readonly deletedRows: number;
  /** Rows whose key cannot be read. */
  readonly unkeyedRows: number;
}

/** Reads the keys of all staged rows. */
export async function rankKeys(
  request: TransformRequest,
  keyed: KeyedRows,
  files: { readonly staged: readonly FileLayout[]; readonly landed: readonly FileLayout[] },
  bounds: Omit<Bounds, 'keepOrder'>,
  signal: AbortSignal,
): Promise<RankedKeys> {
  const sql = compileKeyPass(request, keyed, files.staged, files.landed);
  const database = await openDatabase({ ...bounds, keepOrder: true }, signal);
  try {
    for (const statement of [sql.setup, ...sql.collect, sql.rank]) await database.run(statement);
    const [figures] = (await database.read(sql.figures)).getRowObjects();
    const supersededRows = Number(figures?.superseded);
    const superseded = supersededRows === 0 ? undefined : fileIn(keyed.directory, 'superseded');
    if (superseded !== undefined) await database.run(sql.writeSuperseded(superseded));
    const keys = fileIn(keyed.directory, 'keys');
    await database.run(sql.writeKeys(keys));
    return {
      superseded,
      keys,
      supersededRows,
      deletedRows: Number(figures?.deleted),
      unkeyedRows: Number(figures?.unkeyed),
    };
  } finally {
    database.close();
  }
}

function fileIn(directory: string, what: string): string {
  return join(directory, `${what}-${randomUUID()}.parquet`);
}
