import { valueAt } from '../json.ts';
import { stagePages } from '../pages.ts';
import { type Sink, SourceError } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import type { RestState } from './partition.ts';
import { isRowCount, splitHead } from './query-head.ts';
import { encodeSoql } from './soql.ts';

/** The most rows a page may hold. */
const PAGE_ROWS = 2000;

/**
 * The longest path of a query, in characters. Salesforce takes 16,384 bytes of path and headers together, and the
 * token is among them.
 */
const MAX_QUERY_PATH = 12_000;

/** Whether a query is short enough for a URL. */
export function fitsUrl(api: SalesforceApi, soql: string): boolean {
  return queryPath(api.root, soql).length <= MAX_QUERY_PATH;
}

/** The number of rows of a `SELECT COUNT()` query. */
export async function countRows(api: SalesforceApi, soql: string, signal?: AbortSignal): Promise<number> {
  const body = await api.json({ path: queryPath(api.root, soql), signal });
  const total = valueAt(body, 'totalSize');
  if (isRowCount(total)) return total;
  throw new SourceError('busy', 'UNEXPECTED_ANSWER', 'Salesforce: the answer to COUNT() has no totalSize');
}

/** The rows of a query that needs no second page, without the `attributes` that REST adds to each. */
export async function queryRows(
  api: SalesforceApi,
  soql: string,
  signal?: AbortSignal,
): Promise<readonly Record<string, unknown>[]> {
  const body = await api.json({ path: queryPath(api.root, soql), headers: pageSize, signal });
  const records = valueAt(body, 'records');
  if (!Array.isArray(records)) {
    throw new SourceError('busy', 'UNEXPECTED_ANSWER', 'Salesforce: the answer to a query has no records');
  }
  return records.map(({ attributes: _, ...row }: Record<string, unknown>) => row);
}

/** Reads a cursor page by page, each as the JSON document it came in. */
export async function readQuery(
  api: SalesforceApi,
  { query, apiVersion }: RestState,
  sink: Sink,
  pageAttempts: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const first = queryPath(`/services/data/v${apiVersion}`, query);
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

const pageSize = { 'sforce-query-options': `batchSize=${PAGE_ROWS}` };

function queryPath(root: string, soql: string): string {
  return `${root}/query?q=${encodeSoql(soql)}`;
}
