import { type CatalogTable, readableTable } from '../catalog-table.ts';
import { type DatabaseSession, type DatabaseTable, quoteText, type TextRow } from '../dialect.ts';
import type { TablePath } from '../table-path.ts';
import { columnOf } from './columns.ts';

/** The tables and views that the user may read. */
export const TABLES_QUERY = `
  SELECT DISTINCT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\` FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
    AND FIND_IN_SET('select', PRIVILEGES) > 0
  ORDER BY 1, 2`;

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
  const indexes = indexesOf(await session.rows(describeIndexes(place)));
  const leading = new Set(indexes.map(({ names }) => names[0]));
  return readableTable({
    path: place,
    rows,
    keys: indexes.filter(({ isKey }) => isKey).map(({ names }) => names),
    rangeKinds: RANGE_KINDS,
    isReadable,
    columnOf: ({ name, base, type }) =>
      columnOf(
        { name: name ?? '', base: base ?? '', type: type ?? '', isJson: jsonColumns.has(name ?? '') },
        session.zone,
      ),
    timeOf: ({ name, base, nullable, extra }) => ({
      isIndexed: leading.has(name ?? ''),
      isNullable: nullable === 'YES',
      isInstant: base === 'timestamp',
      movesByItself: /on update/i.test(extra ?? ''),
    }),
    isComputed: ({ extra }) => /generated/i.test(extra ?? ''),
  });
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

const RANGE_KINDS: CatalogTable['rangeKinds'] = new Map([
  ...['tinyint', 'smallint', 'mediumint', 'int', 'bigint'].map((base) => [base, 'integer'] as const),
  ...['char', 'varchar', 'uuid', 'date', 'datetime', 'timestamp'].map((base) => [base, 'text'] as const),
]);
