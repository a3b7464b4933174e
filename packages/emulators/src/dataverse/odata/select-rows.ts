import type { Value } from '../../rows/columns.ts';
import type { ColumnDefinition, TableSnapshot } from '../definitions.ts';
import { comparableColumn, compileFilter } from './filter.ts';
import type { Query } from './query.ts';

/** The rows that a query finds, in its order; rows that tie come in the order of their ids. */
export function selectRows(
  query: Pick<Query, 'filter' | 'orderBy'>,
  columns: readonly ColumnDefinition[],
  snapshot: TableSnapshot,
): Uint32Array {
  const filter = query.filter === undefined ? undefined : compileFilter(query.filter, columns, snapshot);
  const found = new Uint32Array(snapshot.count);
  let length = 0;
  for (let index = 0; index < snapshot.count; index++) {
    if (!snapshot.isDeleted(index) && filter?.(index) !== false) found[length++] = index;
  }
  return sortRows(found.slice(0, length), query, snapshot);
}

function sortRows(
  rows: Uint32Array,
  { orderBy }: Pick<Query, 'orderBy'>,
  snapshot: TableSnapshot,
): Uint32Array {
  const [first] = orderBy;
  if (first === undefined) return rows;
  const keys = orderBy.map(({ column, descending }) => ({
    values: Array.from(rows, comparableColumn(column, snapshot)),
    descending,
  }));
  const positions = rows.map((_, position) => position);
  positions.sort((a, b) => {
    for (const { values, descending } of keys) {
      const order = compare(values[a] ?? null, values[b] ?? null);
      if (order !== 0) return descending ? -order : order;
    }
    return a - b;
  });
  return positions.map((position) => rows[position] ?? 0);
}

/** Nulls come first, as in SQL Server. */
function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

/** Where a page ended: the row's ordering values and its index, as a paging cookie keeps them. */
export interface LastRow {
  readonly values: readonly Value[];
  readonly index: number;
}

export function lastRowOf(index: number, { orderBy }: Query, snapshot: TableSnapshot): LastRow {
  return { values: orderBy.map(({ column }) => comparableColumn(column, snapshot)(index)), index };
}

/** The position of the first of the ordered rows that comes after the last row of a page, wherever that row is now. */
export function positionAfter(
  last: LastRow,
  rows: Uint32Array,
  { orderBy }: Query,
  snapshot: TableSnapshot,
): number {
  const keys = orderBy.map(({ column, descending }) => ({
    valueAt: comparableColumn(column, snapshot),
    descending,
  }));
  const isAfter = (index: number) => {
    for (const [at, { valueAt, descending }] of keys.entries()) {
      const order = compare(valueAt(index), last.values[at] ?? null);
      if (order !== 0) return descending ? order < 0 : order > 0;
    }
    return index > last.index;
  };
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAfter(rows[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
