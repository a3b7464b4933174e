import { type ReadRequest, type ReadWindow, SourceError } from '../source.ts';
import type { DynamicsTable } from './describe.ts';

/** What a read asks for, every name found in the table's description: nothing of a caller's text stands in it unchecked. */
export interface RowQuery {
  readonly entitySet: string;
  readonly select: readonly string[];
  readonly filter: string | undefined;
  /** Names that stand in `$orderby`. */
  readonly orderBy: readonly string[];
  /** Annotations that hold columns. */
  readonly annotations: readonly string[];
  /** Members of rows that hold columns of another name. */
  readonly keys: Readonly<Record<string, string>>;
  /** The key of rows that are gone, where it is asked which are. */
  readonly deletedRowsKey: string | undefined;
}

/**
 * Writes what a read asks for.
 *
 * @throws SourceError `invalid` that names the column that does not exist or cannot bound a window.
 */
export function rowQueryOf(request: ReadRequest, table: DynamicsTable): RowQuery {
  const { description, entitySet } = table;
  if (request.columns.length === 0)
    throw new SourceError(
      'invalid',
      'NO_COLUMNS',
      `columns: name at least one column of ${description.table}`,
    );
  const deletedColumn = description.deletions?.column;
  const columns = new Set(request.columns.filter((name) => name !== deletedColumn));
  // Nothing of a live row says that it lives.
  if (columns.size === 0) for (const name of description.keyColumns) columns.add(name);
  const asked = [...columns].map((name) => ({ name, property: propertyOf(name, table) }));
  const annotated = asked.flatMap(({ name, property: { name: of, annotation } }) =>
    annotation === undefined ? [] : [{ name, annotation, key: `${of}@${annotation}` }],
  );
  return {
    entitySet,
    select: [...new Set(asked.map(({ property }) => property.name))],
    filter: request.window === undefined ? undefined : windowFilter(request.window, table),
    orderBy: request.changes === undefined ? orderOf(request, table) : [],
    annotations: [...new Set(annotated.map(({ annotation }) => annotation))],
    keys: Object.fromEntries(annotated.map(({ name, key }) => [name, key])),
    deletedRowsKey:
      request.changes !== undefined || request.columns.some((name) => name === deletedColumn)
        ? description.keyColumns[0]
        : undefined,
  };
}

/** Rows that share a stamp have one order too. Changes come in an order of their own, and take no other. */
function orderOf({ window }: ReadRequest, table: DynamicsTable): readonly string[] {
  const byWindow = window === undefined ? [] : [propertyOf(window.column, table).name];
  return [...new Set([...byWindow, ...table.description.keyColumns])];
}

/** Path and query of the rows, below the API's root; of those that have changed since a `$deltatoken`, where there is one. */
export function rowsPath({ entitySet, select, filter, orderBy }: RowQuery, deltaToken?: string): string {
  return pathOf(entitySet, {
    $select: select.join(','),
    $filter: filter,
    $orderby: orderBy.length === 0 ? undefined : orderBy.map((name) => `${name} asc`).join(','),
    $deltatoken: deltaToken,
  });
}

/** Path and query of the number of rows. */
export function countPath(entitySet: string, filter: string | undefined): string {
  const filtered = filter === undefined ? '' : `filter(${filter})/`;
  return pathOf(entitySet, { $apply: `${filtered}aggregate($count as rows)` });
}

/** An entity set with those of the query options that have a value. */
export function pathOf(entitySet: string, options: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`],
  );
  return written.length === 0 ? entitySet : `${entitySet}?${written.join('&')}`;
}

/** Both of the conditions, or the one there is. */
export function bothOf(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return `(${one}) and (${other})`;
}

/** A point in time as a `$filter` writes it, cut down to whole seconds: Dataverse tells no finer ones apart. */
export function datetimeLiteral(time: Date): string {
  return `${time.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}

/** Both bounds are cut down alike, so that windows that share a bound share no row and leave none out. */
function windowFilter({ column, after, upTo }: ReadWindow, table: DynamicsTable): string {
  const literal = literalOf(column, table);
  const bounds = [`${column} le ${literal(upTo)}`];
  if (after !== undefined) bounds.unshift(`${column} gt ${literal(after)}`);
  return bounds.join(' and ');
}

function literalOf(column: string, { description, properties }: DynamicsTable): (bound: Date) => string {
  const type = description.columns.find(({ name }) => name === column)?.type;
  const isOwnValue = properties.get(column)?.annotation === undefined;
  if (type === 'date-time' && isOwnValue) return datetimeLiteral;
  if (type === 'date' && isOwnValue) return (bound) => bound.toISOString().slice(0, 'yyyy-mm-dd'.length);
  const usable = description.deltaColumns.join(', ');
  throw new SourceError(
    'invalid',
    'INVALID_COLUMN',
    `deltaColumn: ${column} of ${description.table} is a ${type}; take a date or date-time column, such as ${usable}`,
  );
}

function propertyOf(column: string, { properties, description }: DynamicsTable) {
  const property = properties.get(column);
  if (property !== undefined) return property;
  const lower = column.toLowerCase();
  const similar = [lower, `_${lower}_value`].find((name) => properties.has(name));
  const hint = similar === undefined ? ', or its user may not see it' : `; is ${similar} meant?`;
  throw new SourceError(
    'invalid',
    'INVALID_COLUMN',
    `columns: ${description.table} has no column ${JSON.stringify(column)}${hint}`,
  );
}
