import { type ReadRequest, type ReadWindow, SourceError, type TableDescription } from '../source.ts';

/** A query whose every name was found in the table's description: nothing of a caller's text stands in it unchecked. */
export interface Soql {
  readonly count: string;
  /** In the order of (delta column, key), so that a cursor sees rows that share a stamp side by side. */
  readonly ordered: string;
  /** Bulk jobs split a query themselves; an order would keep them from it. */
  readonly unordered: string;
}

/**
 * Writes the queries of a read.
 *
 * @throws SourceError `invalid` that names the column that does not exist or cannot bound a window.
 */
export function soqlOf(request: ReadRequest, description: TableDescription): Soql {
  if (request.columns.length === 0) {
    throw new SourceError(
      'invalid',
      'MALFORMED_QUERY',
      `columns: name at least one column of ${description.table}`,
    );
  }
  const columns = [...new Set(request.columns)];
  for (const column of columns) columnType(column, description);
  const from = `FROM ${description.table}${whereOf(request.window, description)}`;
  const select = `SELECT ${columns.join(',')} ${from}`;
  const order = [...(request.window ? [request.window.column] : []), ...description.keyColumns];
  return {
    count: `SELECT COUNT() ${from}`,
    ordered: order.length === 0 ? select : `${select} ORDER BY ${[...new Set(order)].join(',')}`,
    unordered: select,
  };
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

function whereOf(window: ReadWindow | undefined, description: TableDescription): string {
  if (window === undefined) return '';
  const literal = literalOf(window.column, description);
  const bounds = [`${window.column} <= ${literal(window.upTo)}`];
  if (window.after !== undefined) bounds.unshift(`${window.column} > ${literal(window.after)}`);
  return ` WHERE ${bounds.join(' AND ')}`;
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
