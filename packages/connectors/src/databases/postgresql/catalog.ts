import { type CatalogTable, readableTable } from '../catalog-table.ts';
import { type DatabaseSession, type DatabaseTable, quoteText, type TextRow } from '../dialect.ts';
import type { TablePath } from '../table-path.ts';
import { columnOf, type PostgresType } from './columns.ts';

/** Tables, partitioned tables, views, materialised views and foreign tables. */
const READABLE_KINDS = `('r', 'p', 'v', 'm', 'f')`;

/** The tables and views that the user may read. */
export const TABLES_QUERY = `
  SELECT n.nspname AS schema, c.relname AS table
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ${READABLE_KINDS} AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
    AND has_schema_privilege(n.oid, 'USAGE')
    AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
  ORDER BY 1, 2`;

/** A table with its columns; undefined where there is none, or none that the user may read. */
export async function describePostgresTable(
  session: DatabaseSession,
  path: TablePath,
): Promise<DatabaseTable | undefined> {
  const [table] = await session.rows(findTable(path));
  if (table === undefined) return undefined;
  const oid = table.oid ?? '0';
  return readableTable({
    path: { schema: table.schema ?? '', table: table.table ?? '' },
    rows: await session.rows(describeColumns(oid)),
    keys: (await session.rows(describeKeys(oid))).map(namesOf),
    rangeKinds: RANGE_KINDS,
    isReadable: ({ readable }) => readable === 't',
    columnOf: (row) => columnOf(row.name ?? '', row.type ?? '', typeOf(row), session.zone),
    timeOf: ({ indexed, not_null: notNull, base }) => ({
      isIndexed: indexed === 't',
      isNullable: notNull !== 't',
      isInstant: base === 'timestamptz',
      movesByItself: false,
    }),
    isComputed: ({ generated }) => generated !== '',
  });
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

/** A type, or what it is made of where it is a domain, and how that is `declared`. */
function followed(type: string, modifier: string): string {
  return `
    WITH RECURSIVE chain AS (
      SELECT t.*, ${modifier} AS modifier FROM pg_catalog.pg_type t WHERE t.oid = ${type}
      UNION ALL
      SELECT t.*, chain.typtypmod
      FROM chain JOIN pg_catalog.pg_type t ON chain.typtype = 'd' AND t.oid = chain.typbasetype
    )
    SELECT *, format_type(oid, modifier) AS declared FROM chain WHERE typtype <> 'd'`;
}

function describeColumns(oid: string): string {
  return `
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, base.declared, a.attnotnull AS not_null,
      a.attgenerated AS generated, a.attndims AS dimensions,
      has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable,
      base.typname AS base, base.typtype AS kind, element.typname AS element, element.typtype AS element_kind,
      EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND i.indkey[0] = a.attnum) AS indexed
    FROM pg_catalog.pg_attribute a
    CROSS JOIN LATERAL (${followed('a.atttypid', 'a.atttypmod')}) base
    LEFT JOIN LATERAL (${followed('base.typelem', '-1')}) element ON base.typcategory = 'A'
    WHERE a.attrelid = ${oid} AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum`;
}

/**
 * The primary key, then unique indexes over columns that are never null, the shortest first. None of a table that others
 * inherit from: their rows are read with its own, and no index tells them apart.
 */
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
        SELECT FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid = h.inhparent
        WHERE h.inhparent = i.indrelid AND c.relkind = 'r'
      )
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND NOT a.attnotnull
      )
    ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid`;
}

function typeOf({
  base,
  declared,
  kind,
  element,
  element_kind: elementKind,
  dimensions,
}: TextRow): PostgresType {
  return {
    name: base ?? '',
    declared: declared ?? '',
    isComposite: kind === 'c',
    element:
      element === null || element === undefined
        ? undefined
        : {
            name: element,
            declared: element,
            isComposite: elementKind === 'c',
            element: undefined,
            dimensions: 0,
          },
    dimensions: Number(dimensions ?? 0),
  };
}

const RANGE_KINDS: CatalogTable['rangeKinds'] = new Map([
  ...['int2', 'int4', 'int8'].map((base) => [base, 'integer'] as const),
  ...['text', 'varchar', 'bpchar', 'uuid', 'date', 'timestamp', 'timestamptz'].map(
    (base) => [base, 'text'] as const,
  ),
]);

function namesOf({ columns }: TextRow): readonly string[] {
  // The server made this list of names.
  return JSON.parse(columns ?? '[]') as string[];
}
