import { valueAt } from '../json.ts';
import { stagePages } from '../pages.ts';
import { type Sink, SourceError } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import type { RestState } from './partition.ts';
import { isRowCount, splitHead } from './query-head.ts';
import { countSoql, encodeSoql, orderedSoql, type RowQuery } from './soql.ts';

/** The most rows a page may hold. */
export const REST_PAGE_ROWS = 2000;

/**
 * The longest path of a query, in characters. Salesforce takes 16,384 bytes of path and headers together, and the
 * token is among them.
 */
const MAX_QUERY_PATH = 12_000;

/** `queryAll` gives deleted and archived rows too. */
type Resource = 'query' | 'queryAll';

/** Whether a query is short enough for a URL. */
export function fitsUrl(api: SalesforceApi, soql: string): boolean {
  return queryPath(api.root, 'queryAll', soql).length <= MAX_QUERY_PATH;
}

/** The number of rows of a query. */
async function countRows(api: SalesforceApi, query: RowQuery, signal?: AbortSignal): Promise<number> {
  const body = await api.json({ path: queryPath(api.root, resourceOf(query), countSoql(query)), signal });
  const total = valueAt(body, 'totalSize');
  if (isRowCount(total)) return total;
  throw new SourceError('busy', 'UNEXPECTED_ANSWER', 'Salesforce: the answer to COUNT() has no totalSize');
}

/** Counting can time out where a bulk job, which splits the query, does not. */
export async function countOrUnknown(
  api: SalesforceApi,
  query: RowQuery,
  signal?: AbortSignal,
): Promise<number | undefined> {
  try {
    return await countRows(api, query, signal);
  } catch (error) {
    if (error instanceof SourceError && error.code === 'QUERY_TIMEOUT') return undefined;
    throw error;
  }
}

/** The rows of a query that needs no second page, without the `attributes` that REST adds to each. */
export async function queryRows(
  api: SalesforceApi,
  soql: string,
  {
    resource = 'query',
    signal,
  }: { readonly resource?: Resource; readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly Record<string, unknown>[]> {
  const body = await api.json({ path: queryPath(api.root, resource, soql), headers: pageSize, signal });
  const records = valueAt(body, 'records');
  if (!Array.isArray(records)) {
    throw new SourceError('busy', 'UNEXPECTED_ANSWER', 'Salesforce: the answer to a query has no records');
  }
  return records.map(({ attributes: _, ...row }: Record<string, unknown>) => row);
}

/** Reads a cursor page by page, each as the JSON document it came in. */
export async function readQuery(
  api: SalesforceApi,
  { query, apiVersion }: Omit<RestState, 'api'>,
  sink: Sink,
  pageAttempts: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const first = queryPath(`/services/data/v${apiVersion}`, resourceOf(query), orderedSoql(query));
  await stagePages(sink, pageAttempts, api.retry, signal, async (locator) => {
    const { body: stream } = await api.stream({ path: locator ?? first, headers: pageSize, signal });
    const { head, body } = await splitHead(stream);
    // Only a first page that is the last tells its own size; others tell that of the whole.
    const rows = head.done && locator === undefined ? head.totalSize : undefined;
    return {
      page: { format: { kind: 'json-page', rowsAt: 'records' }, rows, body, next: head.nextRecordsUrl },
      stream,
    };
  });
}

const pageSize = { 'sforce-query-options': `batchSize=${REST_PAGE_ROWS}` };

export function resourceOf({ includeDeleted }: RowQuery): Resource {
  return includeDeleted ? 'queryAll' : 'query';
}

function queryPath(root: string, resource: Resource, soql: string): string {
  return `${root}/${resource}?q=${encodeSoql(soql)}`;
}
