import type { TableListing } from '../../source.ts';
import type { TimeColumn } from '../delta-columns.ts';
import {
  type DatabaseColumn,
  type DatabaseSession,
  type DatabaseTable,
  quoteText,
  type RangeColumn,
  type TextRow,
} from '../dialect.ts';
import { formatTablePath, type TablePath } from '../table-path.ts';
import { columnOf, type PostgresType } from './columns.ts';

/** Tables, partitioned tables, views, materialised views and foreign tables. */
const READABLE_KINDS = `('r', 'p', 'v', 'm', 'f')`;

const LIST_TABLES = `
  SELECT n.nspname AS schema, c.relname AS table
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ${READABLE_KINDS} AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
    AND has_schema_privilege(n.oid, 'USAGE')
    AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
  ORDER BY 1, 2`;

/** The tables and views that the user may read. */
export async function listPostgresTables(session: DatabaseSession): Promise<readonly TableListing[]> {
  const rows = await session.rows(LIST_TABLES);
  return rows.map(({ schema, table }) => ({
    name: table ?? '',
    path: formatTablePath(schema ?? '', table ?? ''),
    canPreview: true,
    canFetchSchema: true,
  }));
}

/** A table with its columns; undefined where there is none, or none that the user may read. */
export async function describePostgresTable(
  session: DatabaseSession,
  path: TablePath,
): Promise<DatabaseTable | undefined> {
  const [table] = await session.rows(findTable(path));
  if (table === undefined) return undefined;
  const rows = await session.rows(describeColumns(table.oid ?? '0'));
  const described = rows.map((row) => ({ row, column: readableColumn(row, session.zone) }));
  const columns = new Map(
    described.flatMap(({ column }) =>
      typeof column === 'string' ? [] : [[column.column.name, column] as const],
    ),
  );
  const indexes = await session.rows(describeKeys(table.oid ?? '0'));
  const key = indexes.map(namesOf).find((names) => names.every((name) => columns.has(name))) ?? [];
  return {
    path: { schema: table.schema ?? '', table: table.table ?? '' },
    columns,
    keyColumns: key,
    rangeColumn: rangeColumnOf(rows.find(({ name }) => name === key[0])),
    times: described.flatMap(({ row, column }) =>
      typeof column === 'string' || column.within === undefined ? [] : [timeColumnOf(row)],
    ),
    computedColumns: rows.filter(({ generated }) => generated !== '').flatMap(({ name }) => name ?? []),
    unreadable: described.flatMap(({ column }) => (typeof column === 'string' ? [column] : [])),
  };
}

/** Without a schema, the first on the user's search path that has such a table. */
function findTable({ schema, table }: TablePath): string {
  const place =
    schema === undefined ? 'n.nspname = ANY (current_schemas(false))' : `n.nspname = ${quoteText(schema)}`;
  return `
    SELECT c.oid, n.nspname AS schema, c.relname AS table
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = ${quoteText(table)} AND c.relkind IN ${READABLE_KINDS} AND ${place}
      AND has_schema_privilege(n.oid, 'USAGE')
      AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
    ORDER BY array_position(current_schemas(false), n.nspname) LIMIT 1`;
}

/** Domains are followed to the type that they are made of. */
function describeColumns(oid: string): string {
  return `
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
      a.attgenerated AS generated, a.attndims AS dimensions,
      has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable,
      base.typname AS base, base.typtype AS kind, element.typname AS element, element.typtype AS element_kind,
      EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND i.indkey[0] = a.attnum) AS indexed
    FROM pg_catalog.pg_attribute a
    CROSS JOIN LATERAL (
      WITH RECURSIVE chain AS (
        SELECT t.* FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid
        UNION ALL
        SELECT t.* FROM chain JOIN pg_catalog.pg_type t ON chain.typtype = 'd' AND t.oid = chain.typbasetype
      )
      SELECT * FROM chain WHERE typtype <> 'd'
    ) base
    LEFT JOIN pg_catalog.pg_type element ON base.typcategory = 'A' AND element.oid = base.typelem
    WHERE a.attrelid = ${oid} AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum`;
}

/** The primary key, then unique indexes over columns that are never null, the shortest first. */
function describeKeys(oid: string): string {
  return `
    SELECT (
      SELECT json_agg(a.attname ORDER BY k.position)
      FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (number, position)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
      WHERE k.position <= i.indnkeyatts
    ) AS columns
    FROM pg_catalog.pg_index i
    WHERE i.indrelid = ${oid} AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND NOT a.attnotnull
      )
    ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid`;
}

/** The column, or why it cannot be read. */
function readableColumn(row: TextRow, zone: string): DatabaseColumn | string {
  const name = row.name ?? '';
  const type = row.type ?? '';
  if (row.readable !== 't') return `${name} is left out: the user may not select it`;
  return columnOf(name, type, typeOf(row), zone) ?? `${name} is left out: ${type} holds bytes, not text`;
}

function typeOf({ base, kind, element, element_kind: elementKind, dimensions }: TextRow): PostgresType {
  return {
    name: base ?? '',
    isComposite: kind === 'c',
    element:
      element === null || element === undefined
        ? undefined
        : { name: element, isComposite: elementKind === 'c', element: undefined, dimensions: 0 },
    dimensions: Number(dimensions ?? 0),
  };
}

function timeColumnOf({ name, indexed, not_null: notNull, base }: TextRow): TimeColumn {
  return {
    name: name ?? '',
    isIndexed: indexed === 't',
    isNullable: notNull !== 't',
    isInstant: base === 'timestamptz',
    movesByItself: false,
  };
}

const INTEGERS = new Set(['int2', 'int4', 'int8']);
const TEXTS = new Set(['text', 'varchar', 'bpchar', 'uuid', 'date', 'timestamp', 'timestamptz']);

function rangeColumnOf(row: TextRow | undefined): RangeColumn | undefined {
  const { name, base } = row ?? {};
  if (typeof name !== 'string' || typeof base !== 'string') return undefined;
  if (INTEGERS.has(base)) return { name, kind: 'integer' };
  return TEXTS.has(base) ? { name, kind: 'text' } : undefined;
}

function namesOf({ columns }: TextRow): readonly string[] {
  // The server made this list of names.
  return JSON.parse(columns ?? '[]') as string[];
}
