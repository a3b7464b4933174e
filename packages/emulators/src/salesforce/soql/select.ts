import type { Value } from '../../rows/columns.ts';
import type { OrgSnapshot } from '../definitions.ts';
import { indexOfId } from '../ids.ts';
import type { BoundAggregate, BoundCondition, BoundOrdering, BoundQuery } from './bind.ts';
import { comparableColumn, compileFilter } from './filter.ts';

/** The rows a query found, in its order. A whole table takes no memory, others four bytes a row. */
export interface Selection {
  readonly length: number;
  /** The row index at a position below `length`. */
  at(position: number): number;
}

/** Runs WHERE, ORDER BY, LIMIT and OFFSET. Without ORDER BY rows come in the order of their ids. */
export function selectRows(query: BoundQuery, snapshot: OrgSnapshot, includeDeleted: boolean): Selection {
  const [from, to] = indexRange(query.where, snapshot);
  const isHidden = hiddenRows(snapshot, includeDeleted);
  if (isOnlyAboutIds(query.where) && isHidden === undefined && isByIdAscending(query.orderBy)) {
    return window(from, to - from, undefined, query);
  }
  const filter = query.where === undefined ? () => true : compileFilter(query.where, snapshot);
  const found = new Uint32Array(to - from);
  let length = 0;
  for (let index = from; index < to; index++) {
    if (isHidden?.(index) === true) continue;
    if (filter(index)) found[length++] = index;
  }
  const unordered = found.slice(0, length);
  const rows = isByIdAscending(query.orderBy) ? unordered : sortRows(unordered, query.orderBy, snapshot);
  return window(0, length, rows, query);
}

/** Which rows are not to be seen; undefined where all are. */
function hiddenRows(
  snapshot: OrgSnapshot,
  includeDeleted: boolean,
): ((index: number) => boolean) | undefined {
  if (includeDeleted) return snapshot.purgedRows === 0 ? undefined : (index) => snapshot.isPurged(index);
  return snapshot.deletedRows === 0 ? undefined : (index) => snapshot.isDeleted(index);
}

function window(first: number, length: number, rows: Uint32Array | undefined, query: BoundQuery): Selection {
  const start = Math.min(query.offset, length);
  const size = Math.min(length - start, query.limit ?? length);
  if (rows === undefined) return { length: size, at: (position) => first + start + position };
  return { length: size, at: (position) => rows[start + position] ?? 0 };
}

function isByIdAscending(orderBy: readonly BoundOrdering[]): boolean {
  const [first] = orderBy;
  return first === undefined || (first.field.type === 'id' && !first.descending);
}

type IdComparison = Extract<BoundCondition, { kind: 'comparison' }>;

function idComparisons(where: BoundCondition | undefined): readonly IdComparison[] {
  const conditions = where === undefined ? [] : where.kind === 'and' ? where.conditions : [where];
  return conditions.filter(
    (part): part is IdComparison =>
      part.kind === 'comparison' &&
      part.field.type === 'id' &&
      part.operator !== '!=' &&
      part.operator !== 'LIKE',
  );
}

function isOnlyAboutIds(where: BoundCondition | undefined): boolean {
  if (where === undefined) return true;
  const count = where.kind === 'and' ? where.conditions.length : 1;
  return idComparisons(where).length === count;
}

/** Ids sort as their indexes do, so conditions on the id narrow the rows to look at: `[from, to)`. */
function indexRange(where: BoundCondition | undefined, snapshot: OrgSnapshot): [number, number] {
  let from = 0;
  let to = snapshot.count;
  const idField = snapshot.object.fields.find((field) => field.type === 'id');
  if (idField === undefined) return [from, to];
  const idAt = snapshot.column(idField);
  for (const { operator, operand } of idComparisons(where)) {
    if (typeof operand !== 'string') return [0, 0];
    const at = firstNotBefore(operand, idAt, snapshot.count);
    const exists = indexOfId(snapshot.object.keyPrefix, operand) === at && at < snapshot.count;
    const after = exists ? at + 1 : at;
    if (operator === '>' || operator === '>=') from = Math.max(from, operator === '>' ? after : at);
    if (operator === '<' || operator === '<=') to = Math.min(to, operator === '<' ? at : after);
    if (operator === '=') [from, to] = [Math.max(from, at), Math.min(to, after)];
  }
  return [from, Math.max(from, to)];
}

function firstNotBefore(id: string, idAt: (index: number) => Value, count: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (String(idAt(middle)) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows ordered by several fields; rows that tie keep the order of their ids. */
function sortRows(rows: Uint32Array, orderBy: readonly BoundOrdering[], snapshot: OrgSnapshot): Uint32Array {
  const keys = orderBy.map((ordering) => {
    const column = comparableColumn(ordering.field, snapshot);
    return { values: Array.from(rows, column), ...ordering };
  });
  const positions = rows.map((_, position) => position);
  positions.sort((a, b) => {
    for (const { values, descending, nullsLast } of keys) {
      const order = compare(values[a] ?? null, values[b] ?? null, descending, nullsLast);
      if (order !== 0) return order;
    }
    return a - b;
  });
  return positions.map((position) => rows[position] ?? 0);
}

function compare(a: Value, b: Value, descending: boolean, nullsLast: boolean): number {
  if (a === b) return 0;
  if (a === null) return nullsLast ? 1 : -1;
  if (b === null) return nullsLast ? -1 : 1;
  const order = a < b ? -1 : 1;
  return descending ? -order : order;
}

/** One value of an aggregate function over the selected rows; null where no row has a value. */
export function aggregate({ call, field }: BoundAggregate, snapshot: OrgSnapshot, rows: Selection): Value {
  const column = snapshot.column(field);
  let count = 0;
  let sum = 0;
  let extreme: Value = null;
  const distinct = new Set<Value>();
  for (let position = 0; position < rows.length; position++) {
    const value = column(rows.at(position));
    if (value === null) continue;
    count += 1;
    if (call === 'COUNT_DISTINCT') distinct.add(value);
    if (call === 'SUM' || call === 'AVG') sum += Number(value);
    if (extreme === null || (call === 'MIN' ? value < extreme : value > extreme)) extreme = value;
  }
  if (call === 'COUNT') return count;
  if (call === 'COUNT_DISTINCT') return distinct.size;
  if (count === 0) return null;
  if (call === 'SUM') return sum;
  return call === 'AVG' ? sum / count : extreme;
}
