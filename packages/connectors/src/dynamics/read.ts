import { stagePages } from '../pages.ts';
import { type Partition, type Sink, SourceError } from '../source.ts';
import type { DynamicsApi } from './api.ts';
import { countRows, SERVICE_PROTECTION_MS } from './count.ts';
import { type PartitionState, partitionStateOf } from './partition.ts';
import { type PageEnd, rowPage } from './row-page.ts';

export interface ReadOptions {
  /** Rows of a page, at most 5,000. */
  readonly pageRows: number;
  /** How often one page is fetched whose body breaks off. */
  readonly pageAttempts: number;
}

/** Where reading goes on: rows before it, where they could be counted, and path and query of the page. */
interface Position {
  readonly rowsBefore: number | undefined;
  readonly path: string;
}

/** Reads a partition page by page, each as the JSON document it came in, and holds its rows against their count. */
export async function readPartition(
  api: DynamicsApi,
  partition: Partition,
  sink: Sink,
  { pageRows, pageAttempts }: ReadOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const state = partitionStateOf(partition);
  // Neither the page size nor the annotations are kept in the links.
  const headers = {
    // Numbers beyond 15 digits would lose some (OData JSON Format, 3.2).
    accept: 'application/json;IEEE754Compatible=true',
    prefer: preferOf(pageRows, state.annotations),
  };
  await stagePages(sink, pageAttempts, api.retry, signal, async (locator) => {
    const position = positionOf(locator, state);
    const { body: stream } = await asContinued(locator, () =>
      api.stream({ path: position.path, headers, maxRetryAfterMs: SERVICE_PROTECTION_MS, signal }),
    );
    let end: PageEnd = { nextLink: undefined, rows: undefined };
    let next: string | undefined;
    const body = rowPage(stream, async (found) => {
      end = found;
      const rows = addRows(position.rowsBefore, found.rows);
      if (found.nextLink === undefined) await reconcile(api, partition, state, rows, signal);
      else next = locatorOf({ rowsBefore: rows, path: api.pathOfLink(found.nextLink) });
    });
    const page = {
      format: formatOf(state),
      body,
      get rows() {
        return end.rows;
      },
      get next() {
        return next;
      },
    };
    return { page, stream };
  });
}

function formatOf({ keys }: PartitionState) {
  const format = { kind: 'json-page', rowsAt: 'value' } as const;
  return Object.keys(keys).length === 0 ? format : { ...format, keys };
}

function preferOf(pageRows: number, annotations: readonly string[]): string {
  const size = `odata.maxpagesize=${pageRows}`;
  return annotations.length === 0 ? size : `${size},odata.include-annotations="${annotations.join(',')}"`;
}

/** A link that is no longer taken, as where a column is gone or the cookie is, is mended by planning anew. */
async function asContinued<T>(locator: string | undefined, fetch: () => Promise<T>): Promise<T> {
  try {
    return await fetch();
  } catch (error) {
    if (locator === undefined || !(error instanceof SourceError) || error.kind !== 'invalid') throw error;
    throw new SourceError('expired', error.code, error.message, { cause: error });
  }
}

/**
 * Rows come and go while they are read, but those that were there before and after it were there all along: fewer than
 * both counts means that some were left out.
 *
 * @throws SourceError `expired` where rows are missing.
 */
async function reconcile(
  api: DynamicsApi,
  { announcedRows }: Partition,
  state: PartitionState,
  rows: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (rows === undefined || announcedRows === undefined || rows >= announcedRows) return;
  const counted = await countRows(api, state, signal);
  const least = counted === 'many' ? announcedRows : Math.min(announcedRows, counted);
  if (rows >= least) return;
  throw new SourceError(
    'expired',
    'ROWS_MISSING',
    `Dynamics: ${rows} rows of ${state.entitySet} came, but ${least} are there`,
  );
}

function addRows(before: number | undefined, rows: number | undefined): number | undefined {
  return before === undefined || rows === undefined ? undefined : before + rows;
}

function locatorOf({ rowsBefore, path }: Position): string {
  return `${rowsBefore ?? '?'} ${path}`;
}

function positionOf(locator: string | undefined, { path }: PartitionState): Position {
  if (locator === undefined) return { rowsBefore: 0, path };
  const [, rows, next] = /^(\d+|\?) (\/.+)$/.exec(locator) ?? [];
  if (next === undefined)
    throw new SourceError('expired', 'UNKNOWN_LOCATOR', 'A page is not one that can be read');
  return { rowsBefore: rows === '?' ? undefined : Number(rows), path: next };
}
