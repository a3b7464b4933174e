import { SourceError } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import { dividedRange, isRecordId } from './id-range.ts';
import { countOrUnknown, queryRows, resourceOf } from './query.ts';
import { boundarySoql, type RowQuery } from './soql.ts';

/** Into how many ranges a query is split that took Salesforce too long. */
export const PARTS_OF_SLOW_QUERY = 8;

/** Ranges that one division makes at most: each is counted, and a count is a call. */
const MOST_PARTS = 16;
/** How often ranges are divided again: ids of several instances lie far apart, and within each evenly. */
const MOST_DIVISIONS = 4;

/** A query and how many rows it has; undefined where Salesforce did not count them in time. */
export interface CountedQuery {
  readonly query: RowQuery;
  readonly rows: number | undefined;
}

/** Whether a query took Salesforce too long, so that parts of it may yet succeed. */
export function isTooSlow(error: unknown): error is SourceError {
  return (
    error instanceof SourceError && (error.code === 'QUERY_TIMEOUT' || error.code === 'TOO_MANY_RETRIES')
  );
}

/** Splits a query by ranges of ids; one that cannot be split comes back alone. */
export async function splitQuery(
  api: SalesforceApi,
  query: RowQuery,
  parts: number,
  signal: AbortSignal | undefined,
): Promise<readonly RowQuery[]> {
  if (query.range === undefined) return [query];
  const first = await boundaryId(api, query, 'first', signal);
  const last = await boundaryId(api, query, 'last', signal);
  if (first === undefined || last === undefined) return [query];
  return dividedRange(query.range, first, last, parts).map((range) => ({ ...query, range }));
}

/** Splits a query into ranges of no more rows than `mostRows`, as far as that can be done; ranges without a row are left out. */
export async function splitBySize(
  api: SalesforceApi,
  { query, rows }: CountedQuery,
  mostRows: number,
  signal: AbortSignal | undefined,
  divisions: number = MOST_DIVISIONS,
): Promise<readonly CountedQuery[]> {
  if (rows === undefined || rows <= mostRows || divisions === 0) return [{ query, rows }];
  const parts = await splitQuery(api, query, Math.min(MOST_PARTS, Math.ceil(rows / mostRows)), signal);
  if (parts.length < 2) return [{ query, rows }];
  const split: CountedQuery[] = [];
  for (const part of parts) {
    const counted = { query: part, rows: await countOrUnknown(api, part, signal) };
    if (counted.rows !== 0) split.push(...(await splitBySize(api, counted, mostRows, signal, divisions - 1)));
  }
  return split;
}

async function boundaryId(
  api: SalesforceApi,
  query: RowQuery,
  end: 'first' | 'last',
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const [row] = await queryRows(api, boundarySoql(query, end), { resource: resourceOf(query), signal });
  return isRecordId(row?.Id) ? row.Id : undefined;
}
