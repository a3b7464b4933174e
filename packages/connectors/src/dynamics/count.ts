import { valueAt } from '../json.ts';
import { SourceError } from '../source.ts';
import { type DynamicsApi, unexpected } from './api.ts';
import { itemsOf } from './describe.ts';
import { countPath, pathOf, type RowQuery } from './query.ts';

/** How many rows there are; `many` where they are more than Dataverse counts. */
export type RowCount = number | 'many';

/** AggregateQueryRecordLimit: aggregates look at 50,000 rows at most. */
const AGGREGATE_LIMIT_EXCEEDED = '0x8004e023';
/** `$count` counts no further. */
const MOST_COUNTED = 5000;

/** Waits for as long as the window of the service protection limits is. */
export const SERVICE_PROTECTION_MS = 300_000;

/** What of a query says which rows it finds. */
export type Counted = Pick<RowQuery, 'entitySet' | 'filter'>;

/** Counts rows by an aggregate; where a table knows none, such as elastic ones, by `$count`. */
export async function countRows(
  api: DynamicsApi,
  { entitySet, filter }: Counted,
  signal?: AbortSignal,
): Promise<RowCount> {
  try {
    const path = countPath(entitySet, filter);
    const [row] = itemsOf(await api.json({ path, signal, maxRetryAfterMs: SERVICE_PROTECTION_MS }), 'rows');
    return rowCount(valueAt(row, 'rows'));
  } catch (error) {
    if (!(error instanceof SourceError) || error.kind !== 'invalid') throw error;
    if (error.code.toLowerCase() === AGGREGATE_LIMIT_EXCEEDED) return 'many';
    return countByOption(api, { entitySet, filter }, signal);
  }
}

async function countByOption(
  api: DynamicsApi,
  { entitySet, filter }: Counted,
  signal: AbortSignal | undefined,
): Promise<RowCount> {
  const path = pathOf(entitySet, { $filter: filter, $count: 'true' });
  const body = await api.json({ path, signal, headers: { prefer: 'odata.maxpagesize=1' } });
  const count = rowCount(valueAt(body, '@odata.count'));
  return count < MOST_COUNTED ? count : 'many';
}

function rowCount(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw unexpected('the answer has no number of rows');
}
