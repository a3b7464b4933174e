import { textAt } from '../json.ts';
import type { DynamicsApi } from './api.ts';
import { type Counted, countRows, type RowCount, SERVICE_PROTECTION_MS } from './count.ts';
import { type DynamicsTable, itemsOf } from './describe.ts';
import { bothOf, datetimeLiteral, pathOf } from './query.ts';

/** Never moves, so that no row goes from one range to another while they are read. */
const RANGE_COLUMN = 'createdon';

/** Where this many are found, ranges are not split further. */
const MAX_RANGES = 500;
const TICK_MS = 1000;

/** A query for some of the rows, and how many they are. */
export interface CountedQuery<Query> {
  readonly query: Query;
  readonly rows: RowCount;
}

/** Rows created from `from` on and before `to`; without a bound there is none, and without `from` rows that tell no time too. */
interface Range {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

/**
 * Splits a query into ranges of the time at which rows were created, halved until none has more than `mostRows`, or more
 * than Dataverse counts. A query of few rows is one range, one of no rows none.
 */
export async function splitIntoRanges<Query extends Counted>(
  api: DynamicsApi,
  query: Query,
  table: DynamicsTable,
  mostRows: number,
  signal: AbortSignal | undefined,
): Promise<readonly CountedQuery<Query>[]> {
  const rows = await countRows(api, query, signal);
  if (rows === 0) return [];
  if (isFew(rows, mostRows) || !hasRangeColumn(table)) return [{ query, rows }];
  const created = await createdBetween(api, query, signal);
  if (created === undefined) return [{ query, rows }];
  return halve(api, query, { created, rows, mostRows }, signal);
}

/** How many rows a query has; undefined where they are too many to be counted, range by range. */
export async function countAll(
  api: DynamicsApi,
  query: Counted,
  table: DynamicsTable,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const ranges = await splitIntoRanges(api, query, table, Number.POSITIVE_INFINITY, signal);
  return ranges.reduce<number | undefined>(
    (sum, { rows }) => (sum === undefined || rows === 'many' ? undefined : sum + rows),
    0,
  );
}

interface Split {
  readonly created: { readonly first: Date; readonly last: Date };
  readonly rows: RowCount;
  readonly mostRows: number;
}

async function halve<Query extends Counted>(
  api: DynamicsApi,
  query: Query,
  { created: { first, last }, rows, mostRows }: Split,
  signal: AbortSignal | undefined,
): Promise<readonly CountedQuery<Query>[]> {
  const ranges: CountedQuery<Query>[] = [];
  const open: { readonly range: Range; readonly rows: RowCount }[] = [
    { range: { from: undefined, to: undefined }, rows },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { from = first, to = new Date(last.getTime() + TICK_MS) } = next.range;
    const middle = middleOf(from, to);
    const isWhole = isFew(next.rows, mostRows) || ranges.length + open.length >= MAX_RANGES;
    if (isWhole || middle === undefined) {
      ranges.push({ query: within(query, next.range), rows: next.rows });
      continue;
    }
    const halves: readonly Range[] = [
      { from: next.range.from, to: middle },
      { from: middle, to: next.range.to },
    ];
    for (const range of halves.toReversed()) {
      const found = await countRows(api, within(query, range), signal);
      if (found !== 0) open.push({ range, rows: found });
    }
  }
  return ranges;
}

function isFew(rows: RowCount, most: number): boolean {
  return rows !== 'many' && rows <= most;
}

/** A whole second within a range; undefined where it has none that would split it. */
function middleOf(from: Date, to: Date): Date | undefined {
  const ticks = Math.floor((to.getTime() - from.getTime()) / TICK_MS / 2);
  return ticks < 1 ? undefined : new Date(from.getTime() + ticks * TICK_MS);
}

function within<Query extends Counted>(query: Query, { from, to }: Range): Query {
  const lower = from === undefined ? undefined : `${RANGE_COLUMN} ge ${datetimeLiteral(from)}`;
  const before = to === undefined ? undefined : `${RANGE_COLUMN} lt ${datetimeLiteral(to)}`;
  // Nulls are less than nothing: they would be in no range.
  const upper = from === undefined && before !== undefined ? `${before} or ${RANGE_COLUMN} eq null` : before;
  return { ...query, filter: bothOf(query.filter, bothOf(lower, upper)) };
}

function hasRangeColumn({ description }: DynamicsTable): boolean {
  return description.columns.some(({ name, type }) => name === RANGE_COLUMN && type === 'date-time');
}

/** When the first and the last of the rows were created; undefined where none tells. */
async function createdBetween(
  api: DynamicsApi,
  query: Counted,
  signal: AbortSignal | undefined,
): Promise<{ readonly first: Date; readonly last: Date } | undefined> {
  const filter = bothOf(query.filter, `${RANGE_COLUMN} ne null`);
  const [first, last] = await Promise.all(
    ['asc', 'desc'].map(async (direction) => {
      const path = pathOf(query.entitySet, {
        $select: RANGE_COLUMN,
        $filter: filter,
        $orderby: `${RANGE_COLUMN} ${direction}`,
        $top: '1',
      });
      const [row] = itemsOf(await api.json({ path, signal, maxRetryAfterMs: SERVICE_PROTECTION_MS }), 'rows');
      const created = new Date(textAt(row, RANGE_COLUMN) ?? '');
      return Number.isNaN(created.getTime()) ? undefined : created;
    }),
  );
  return first === undefined || last === undefined ? undefined : { first, last };
}
