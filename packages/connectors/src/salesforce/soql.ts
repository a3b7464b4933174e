import { type ReadRequest, type ReadWindow, SourceError, type TableDescription } from '../source.ts';
import { type IdRange, idConditions } from './id-range.ts';

/** The rows of a read, as a query that can be narrowed to a range of ids. Every name in it was found in a table's description. */
export interface RowQuery {
  readonly table: string;
  readonly columns: readonly string[];
  /** All of them hold for every row; each is a comparison. */
  readonly conditions: readonly string[];
  /** Columns that tell the order in which rows are best read. */
  readonly order: readonly string[];
  /** Whether rows that are deleted, or archived, are among them. */
  readonly includeDeleted: boolean;
  /** Undefined where the table has no ids to be told apart by. */
  readonly range: IdRange | undefined;
}

/**
 * The query of a read.
 *
 * @throws SourceError `invalid` that names the column that does not exist or cannot bound a window.
 */
export function rowQueryOf(request: ReadRequest, description: TableDescription): RowQuery {
  if (request.columns.length === 0) {
    throw new SourceError(
      'invalid',
      'MALFORMED_QUERY',
      `columns: name at least one column of ${description.table}`,
    );
  }
  const { deletions, keyColumns } = description;
  const includeDeleted = request.includeDeleted === true && deletions !== undefined;
  const columns = new Set([...request.columns, ...(includeDeleted ? [deletions.column] : [])]);
  for (const column of columns) columnType(column, description);
  return {
    table: description.table,
    columns: [...columns],
    conditions: conditionsOf(request.window, description),
    order: [...new Set([...(request.window ? [request.window.column] : []), ...keyColumns])],
    includeDeleted,
    range: keyColumns.length === 0 ? undefined : {},
  };
}

export function countSoql(query: RowQuery): string {
  return `SELECT COUNT() ${fromClause(query)}`;
}

/** In the order of (delta column, key), so that a cursor sees rows that share a stamp side by side. */
export function orderedSoql(query: RowQuery): string {
  const order = query.order.length === 0 ? '' : ` ORDER BY ${query.order.join(',')}`;
  return `${unorderedSoql(query)}${order}`;
}

/** Bulk jobs split a query themselves; an order would keep them from it. */
export function unorderedSoql(query: RowQuery): string {
  return `SELECT ${query.columns.join(',')} ${fromClause(query)}`;
}

/**
 * The first or the last id of a range. The other conditions are left out: the ids alone are answered from the index, however
 * large the table is.
 */
export function boundarySoql({ table, range }: RowQuery, end: 'first' | 'last'): string {
  const order = end === 'first' ? 'ASC' : 'DESC';
  return `SELECT Id FROM ${table}${whereClause(idConditions(range))} ORDER BY Id ${order} LIMIT 1`;
}

/** Writes the query of the first rows of some columns, in the order of the key. */
export function previewSoql(
  description: TableDescription,
  columns: readonly string[],
  limit: number,
): string {
  const order = description.keyColumns.length === 0 ? '' : ` ORDER BY ${description.keyColumns.join(',')}`;
  return `SELECT ${columns.join(',')} FROM ${description.table}${order} LIMIT ${limit}`;
}

/** The query as a part of a URL; commas stay as they are, for hundreds of columns must fit. */
export function encodeSoql(soql: string): string {
  return encodeURIComponent(soql).replaceAll('%20', '+').replaceAll('%2C', ',');
}

function fromClause({ table, conditions, range }: RowQuery): string {
  return `FROM ${table}${whereClause([...conditions, ...idConditions(range)])}`;
}

function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

function conditionsOf(window: ReadWindow | undefined, description: TableDescription): readonly string[] {
  if (window === undefined) return [];
  const literal = literalOf(window.column, description);
  const upper = `${window.column} <= ${literal(window.upTo)}`;
  return window.after === undefined ? [upper] : [`${window.column} > ${literal(window.after)}`, upper];
}

/**
 * Both bounds are cut down to what the column can tell apart: seconds, or days. So `(after, upTo]` stays exact, and
 * windows that share a bound share no row and leave none out.
 */
function literalOf(column: string, description: TableDescription): (bound: Date) => string {
  const type = columnType(column, description);
  if (type === 'date-time')
    return (bound) => `${bound.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
  if (type === 'date') return (bound) => bound.toISOString().slice(0, 'yyyy-mm-dd'.length);
  const usable = description.deltaColumns.join(', ');
  throw new SourceError(
    'invalid',
    'INVALID_FIELD',
    `deltaColumn: ${column} of ${description.table} is a ${type}; take a date or date-time column, such as ${usable}`,
  );
}

function columnType(column: string, { table, columns }: TableDescription) {
  const found = columns.find(({ name }) => name === column);
  if (found !== undefined) return found.type;
  const similar = columns.find(({ name }) => name.toLowerCase() === column.toLowerCase());
  const hint = similar === undefined ? ', or its user may not see it' : `; is ${similar.name} meant?`;
  throw new SourceError(
    'invalid',
    'INVALID_FIELD',
    `columns: ${table} has no column ${JSON.stringify(column)}${hint}`,
  );
}
