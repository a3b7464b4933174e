import type { DatabaseSync } from 'node:sqlite';
import type { TableDescription } from '@tributary/connectors';
import { SourceError } from '@tributary/connectors';

/** A column, with the SQL of its value as JSON has it. */
export type Column = TableDescription['columns'][number] & { readonly json: string };

const TYPES = [
  [/BOOL/, 'boolean'],
  [/DATETIME|TIMESTAMP/, 'date-time'],
  [/DATE/, 'date'],
  [/INT/, 'long'],
  [/REAL|FLOA|DOUB|NUM|DEC/, 'number'],
  [/CHAR|CLOB|TEXT|JSON|UUID/, 'string'],
] as const;

/** The columns of a table. SQLite takes any declared type, and any value in any column: what holds bytes is left out. */
export function columnsOf(file: DatabaseSync, table: string) {
  const rows = file.prepare('SELECT name, type, pk FROM pragma_table_xinfo(?)').all(table);
  if (rows.length === 0)
    throw new SourceError('invalid', 'NO_SUCH_TABLE', `table: there is no table ${table}`);
  const columns: Column[] = [];
  const notices: string[] = [];
  for (const { name, type } of rows.map((row) => ({ name: String(row.name), type: String(row.type) }))) {
    const found = TYPES.find(([declared]) => declared.test(type.toUpperCase()))?.[1];
    if (found === undefined) notices.push(`${name} is not read: it is declared as ${type || 'nothing'}`);
    else columns.push({ name, type: found, originalType: type, json: jsonValueOf(quoteName(name), found) });
  }
  const keys = rows
    .filter(({ pk }) => Number(pk) > 0)
    .sort((one, other) => Number(one.pk) - Number(other.pk));
  return { columns, keyColumns: keys.map(({ name }) => String(name)), notices };
}

function jsonValueOf(column: string, type: Column['type']): string {
  if (type === 'boolean') return `json(iif(${column} IS NULL, 'null', iif(${column}, 'true', 'false')))`;
  // What is no time stays as it is: then its row is rejected, and told, rather than landed without it.
  if (type === 'date-time') return `coalesce(${momentOf(column)}, ${column})`;
  return type === 'string' ? `CAST(${column} AS TEXT)` : column;
}

/** The SQL of a row as an object. */
export function jsonOf(columns: readonly Column[]): string {
  return `json_object(${columns.map(({ name, json }) => `'${name.replaceAll("'", "''")}', ${json}`).join(', ')})`;
}

/** The SQL of a time as text in UTC, to the millisecond, which sorts as times do. */
export function momentOf(column: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${column})`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
