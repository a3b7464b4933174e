import type { TableListing } from '../../source.ts';
import {
  type DatabaseColumn,
  type DatabaseSession,
  type DatabaseTable,
  quoteText,
  type RangeColumn,
  type TextRow,
} from '../dialect.ts';
import { formatTablePath, type TablePath } from '../table-path.ts';
import { columnOf } from './columns.ts';

const LIST_TABLES = `
  SELECT DISTINCT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
    AND FIND_IN_SET('select', PRIVILEGES) > 0
  ORDER BY 1, 2`;

/** The tables and views that the user may read. */
export async function listMysqlTables(session: DatabaseSession): Promise<readonly TableListing[]> {
  const rows = await session.rows(LIST_TABLES);
  return rows.map(({ table_schema: schema, table_name: table }) => ({
    name: table ?? '',
    path: formatTablePath(schema ?? '', table ?? ''),
    canPreview: true,
    canFetchSchema: true,
  }));
}

/** A table with its columns; undefined where there is none, or none that the user may read. */
export async function describeMysqlTable(
  session: DatabaseSession,
  path: TablePath,
): Promise<DatabaseTable | undefined> {
  const rows = await session.rows(describeColumns(path));
  const [first] = rows;
  if (first === undefined || !rows.some(isReadable)) return undefined;
  const place = { schema: first.table_schema ?? '', table: path.table };
  const jsonColumns = await jsonColumnsOf(session, place);
  const described = rows.map((row) => ({ row, column: readableColumn(row, jsonColumns, session.zone) }));
  const columns = new Map(
    described.flatMap(({ column }) =>
      typeof column === 'string' ? [] : [[column.column.name, column] as const],
    ),
  );
  const indexes = indexesOf(await session.rows(describeIndexes(place)));
  const key =
    indexes.find(({ isKey, names }) => isKey && names.every((name) => columns.has(name)))?.names ?? [];
  const leading = new Set(indexes.map(({ names }) => names[0]));
  return {
    path: place,
    columns,
    keyColumns: key,
    rangeColumn: rangeColumnOf(rows.find(({ name }) => name === key[0])),
    times: described.flatMap(({ row, column }) =>
      typeof column === 'string' || column.within === undefined
        ? []
        : [
            {
              name: column.column.name,
              isIndexed: leading.has(column.column.name),
              isNullable: row.nullable === 'YES',
              isInstant: row.base === 'timestamp',
              movesByItself: /on update/i.test(row.extra ?? ''),
            },
          ],
    ),
    computedColumns: rows
      .filter(({ extra, name }) => /generated/i.test(extra ?? '') && columns.has(name ?? ''))
      .flatMap(({ name }) => name ?? []),
    unreadable: described.flatMap(({ column }) => (typeof column === 'string' ? [column] : [])),
  };
}

/** Names are compared letter by letter; the plain comparison beside it spares the server a look at every table. */
function isTable(path: TablePath): string {
  const schema = path.schema === undefined ? 'DATABASE()' : quoteText(path.schema);
  const table = quoteText(path.table);
  return `TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${table} AND CAST(TABLE_NAME AS BINARY) = CAST(${table} AS BINARY)`;
}

function describeColumns(path: TablePath): string {
  return `
    SELECT TABLE_SCHEMA AS table_schema, COLUMN_NAME AS name, DATA_TYPE AS base, COLUMN_TYPE AS type,
      IS_NULLABLE AS nullable, EXTRA AS extra, PRIVILEGES AS privileges
    FROM information_schema.COLUMNS WHERE ${isTable(path)} ORDER BY ORDINAL_POSITION`;
}

function describeIndexes(path: TablePath): string {
  return `
    SELECT INDEX_NAME AS index_name, COLUMN_NAME AS name, NON_UNIQUE AS non_unique, NULLABLE AS nullable,
      SUB_PART AS sub_part
    FROM information_schema.STATISTICS WHERE ${isTable(path)}
    ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`;
}

/** MariaDB's JSON is text with a check that it is JSON. */
async function jsonColumnsOf(session: DatabaseSession, path: TablePath): Promise<ReadonlySet<string>> {
  const [server] = await session.rows('SELECT VERSION() AS version');
  if (!/mariadb/i.test(server?.version ?? '')) return new Set();
  const place = isTable(path).replace('TABLE_SCHEMA', 'CONSTRAINT_SCHEMA');
  const checks = await session.rows(
    `SELECT CHECK_CLAUSE AS clause FROM information_schema.CHECK_CONSTRAINTS WHERE ${place}`,
  );
  return new Set(
    checks.flatMap(
      ({ clause }) => /^json_valid\(`(.+)`\)$/i.exec(clause ?? '')?.[1]?.replaceAll('``', '`') ?? [],
    ),
  );
}

function isReadable({ privileges }: TextRow): boolean {
  return (privileges ?? '').split(',').includes('select');
}

/** The column, or why it cannot be read. */
function readableColumn(
  row: TextRow,
  jsonColumns: ReadonlySet<string>,
  zone: string,
): DatabaseColumn | string {
  const name = row.name ?? '';
  const type = row.type ?? '';
  if (!isReadable(row)) return `${name} is left out: the user may not select it`;
  const column = columnOf({ name, base: row.base ?? '', type, isJson: jsonColumns.has(name) }, zone);
  return column ?? `${name} is left out: ${type} holds bytes, not text`;
}

interface Index {
  readonly names: readonly string[];
  /** Whether it tells rows apart: unique, whole columns, never null. */
  readonly isKey: boolean;
}

/** The primary key first, then the shortest. */
function indexesOf(rows: readonly TextRow[]): readonly Index[] {
  return [...Map.groupBy(rows, ({ index_name: index }) => index).values()]
    .map((parts) => ({
      names: parts.map(({ name }) => name ?? ''),
      isKey: parts.every(
        ({ name, non_unique: repeats, nullable, sub_part: length }) =>
          name !== null && repeats === '0' && nullable !== 'YES' && length === null,
      ),
      isPrimary: parts[0]?.index_name === 'PRIMARY',
    }))
    .sort(
      (one, other) =>
        Number(other.isPrimary) - Number(one.isPrimary) || one.names.length - other.names.length,
    );
}

const INTEGERS = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);
const TEXTS = new Set(['char', 'varchar', 'uuid', 'date', 'datetime', 'timestamp']);

function rangeColumnOf(row: TextRow | undefined): RangeColumn | undefined {
  const { name, base } = row ?? {};
  if (typeof name !== 'string' || typeof base !== 'string') return undefined;
  if (INTEGERS.has(base)) return { name, kind: 'integer' };
  return TEXTS.has(base) ? { name, kind: 'text' } : undefined;
}
