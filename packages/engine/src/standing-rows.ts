import type { CompiledMapping } from './compile-mapping.ts';
import type { Database } from './database.ts';
import { keyFields } from './keyed-rows.ts';
import type { LiveFile } from './live-files.ts';
import { sqlType } from './parquet-fields.ts';
import { liveRows, openStored, storedRows } from './stored-rows.ts';
import type { KeyedRows, TargetField, TransformRequest } from './transform.ts';

/*
 * Rows that stand in the table already just as they would be written are left alone. They are compared by key and by a
 * hash of all columns of the table: 64 bits, and what differs in one column never hashes alike.
 */

/** Reads keys and hashes of the table's rows. Several rows with one key are to become one, so that none of them stands. */
export async function collectStanding(
  database: Database,
  request: TransformRequest,
  keyed: KeyedRows,
  table: readonly LiveFile[],
): Promise<void> {
  const { fields } = request;
  const stored = await openStored(database, table);
  const rows = storedRows(stored, (column) => [
    ...keyFields(request, keyed).map((field, index) => `${column(field)} AS k${index}`),
    `${contentHash(fields, column)} AS content`,
  ]);
  const names = keyed.key.map((_, index) => `k${index}`).join(', ');
  await database.run(
    `CREATE TEMP TABLE standing AS SELECT ${names}, any_value(content) AS content ` +
      `FROM (${liveRows(stored, rows)}) GROUP BY ${names} HAVING count(*) = 1`,
  );
}

/** The rows of an evaluated relation with `stands`: whether the row stands in the table. */
export function withStanding(rows: string, { fields }: TransformRequest, mapping: CompiledMapping): string {
  // What its column cannot hold is among the values that fail.
  const written = ({ id, type }: TargetField) =>
    `TRY_CAST(${mapping.values.get(id) ?? 'NULL'} AS ${sqlType(type)})`;
  const same = mapping.keyValues.map((value, index) => `e.${value} = s.k${index}`);
  return (
    `SELECT e.*, coalesce(s.content = e.content, false) AS stands ` +
    `FROM (SELECT *, ${contentHash(fields, written)} AS content FROM (${rows})) e ` +
    `LEFT JOIN standing s ON ${same.join(' AND ')}`
  );
}

function contentHash(fields: readonly TargetField[], value: (field: TargetField) => string): string {
  return `hash(${fields.map(value).join(', ')})`;
}
