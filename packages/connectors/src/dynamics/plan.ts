import { textAt } from '../json.ts';
import { type Partition, type ReadRequest, SourceError } from '../source.ts';
import { type DynamicsApi, MAX_PATH_LENGTH } from './api.ts';
import { countRows, type RowCount, SERVICE_PROTECTION_MS } from './count.ts';
import { type DynamicsTable, describeTable, itemsOf } from './describe.ts';
import { partitionOf } from './partition.ts';
import { bothOf, datetimeLiteral, pathOf, type RowQuery, rowQueryOf, rowsPath } from './query.ts';

/** Never moves, so that no row goes from one partition to another while they are read. */
const RANGE_COLUMN = 'createdon';

/** Where this many are found, ranges are not split further. */
const MAX_PARTITIONS = 500;
const TICK_MS = 1000;

/** Rows created from `from` on and before `to`; without a bound there is none, and without `from` rows that tell no time too. */
interface Range {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

/**
 * Plans a read: one partition where the rows are few, none where there are none, and otherwise ranges of the time at
 * which rows were created, halved until none has more than `rowsPerPartition` rows.
 */
export async function planRead(
  api: DynamicsApi,
  request: ReadRequest,
  rowsPerPartition: number,
  signal: AbortSignal | undefined,
): Promise<readonly Partition[]> {
  const table = await describeTable(api, request.table, signal);
  const query = rowQueryOf(request, table);
  if (rowsPath(query).length > MAX_PATH_LENGTH) throw tooManyColumns(request);
  const rows = await countRows(api, query, signal);
  if (rows === 0) return [];
  if (isFew(rows, rowsPerPartition) || !hasRangeColumn(table)) return [partition(query, rows)];
  const created = await createdBetween(api, query, signal);
  if (created === undefined) return [partition(query, rows)];
  return splitRanges(api, query, { created, rows, rowsPerPartition }, signal);
}

interface Split {
  readonly created: { readonly first: Date; readonly last: Date };
  readonly rows: RowCount;
  readonly rowsPerPartition: number;
}

async function splitRanges(
  api: DynamicsApi,
  query: RowQuery,
  { created: { first, last }, rows, rowsPerPartition }: Split,
  signal: AbortSignal | undefined,
): Promise<readonly Partition[]> {
  const partitions: Partition[] = [];
  const open: { readonly range: Range; readonly rows: RowCount }[] = [
    { range: { from: undefined, to: undefined }, rows },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { from = first, to = new Date(last.getTime() + TICK_MS) } = next.range;
    const middle = middleOf(from, to);
    const isWhole = isFew(next.rows, rowsPerPartition) || partitions.length + open.length >= MAX_PARTITIONS;
    if (isWhole || middle === undefined) {
      partitions.push(partition(within(query, next.range), next.rows));
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
  return partitions;
}

function isFew(rows: RowCount, most: number): boolean {
  return rows !== 'many' && rows <= most;
}

/** A whole second within a range; undefined where it has none that would split it. */
function middleOf(from: Date, to: Date): Date | undefined {
  const ticks = Math.floor((to.getTime() - from.getTime()) / TICK_MS / 2);
  return ticks < 1 ? undefined : new Date(from.getTime() + ticks * TICK_MS);
}

function within(query: RowQuery, { from, to }: Range): RowQuery {
  const lower = from === undefined ? undefined : `${RANGE_COLUMN} ge ${datetimeLiteral(from)}`;
  const before = to === undefined ? undefined : `${RANGE_COLUMN} lt ${datetimeLiteral(to)}`;
  // Nulls are less than nothing: they would be in no range.
  const upper = from === undefined && before !== undefined ? `${before} or ${RANGE_COLUMN} eq null` : before;
  return { ...query, filter: bothOf(query.filter, bothOf(lower, upper)) };
}

function partition(query: RowQuery, rows: RowCount): Partition {
  const { entitySet, filter, annotations, keys } = query;
  return partitionOf(
    { entitySet, path: rowsPath(query), filter, annotations, keys },
    rows === 'many' ? undefined : rows,
  );
}

function hasRangeColumn({ description }: DynamicsTable): boolean {
  return description.columns.some(({ name, type }) => name === RANGE_COLUMN && type === 'date-time');
}

/** When the first and the last of the rows were created; undefined where none tells. */
async function createdBetween(
  api: DynamicsApi,
  query: RowQuery,
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

function tooManyColumns({ table, columns }: ReadRequest): SourceError {
  return new SourceError(
    'invalid',
    'QUERY_TOO_LONG',
    `columns: ${columns.length} columns of ${table} are too many for one query; take fewer`,
  );
}
