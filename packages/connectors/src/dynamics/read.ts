import { pageWith, stagePages } from '../pages.ts';
import { type Page, type Partition, type Sink, SourceError, type StagedFormat } from '../source.ts';
import type { DynamicsApi } from './api.ts';
import { asExpired, asTracked, changeTokenOf, TRACK_CHANGES } from './changes.ts';
import { countRows, type RowCount, SERVICE_PROTECTION_MS } from './count.ts';
import { deletedRowsOf } from './deleted-rows.ts';
import { describeTable } from './describe.ts';
import { type PartitionState, partitionStateOf } from './partition.ts';
import { countAll } from './ranges.ts';
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
  options: ReadOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const state = partitionStateOf(partition);
  const { changesOf } = state;
  if (changesOf === undefined) return readPages(api, partition, state, sink, options, signal);
  let token = tokenOf(sink.resumeFrom);
  if (token === undefined) {
    const changes = withTokenAfter(sink, () => token);
    await readPages(api, partition, state, changes, options, signal, (deltaLink) => {
      token = changeTokenOf(api, changesOf, deltaLink);
    });
  }
  if (token !== undefined) await sink.changesUpTo(token);
}

async function readPages(
  api: DynamicsApi,
  partition: Partition,
  state: PartitionState,
  sink: Sink,
  { pageRows, pageAttempts }: ReadOptions,
  signal: AbortSignal | undefined,
  takeDeltaLink: (deltaLink: string | undefined) => void = () => undefined,
): Promise<void> {
  // Neither the page size nor the annotations are kept in the links.
  const headers = {
    // Numbers beyond 15 digits would lose some (OData JSON Format, 3.2).
    accept: 'application/json;IEEE754Compatible=true',
    prefer: preferOf(pageRows, state),
  };
  const fetch = (path: string) =>
    api.stream({ path, headers, maxRetryAfterMs: SERVICE_PROTECTION_MS, signal });
  await stagePages(sink, pageAttempts, api.retry, signal, async (locator) => {
    const position = positionOf(locator, state);
    const { body: stream } = await asTracked(() => asExpired(() => fetch(position.path)));
    let end: PageEnd = { nextLink: undefined, deltaLink: undefined, rows: undefined };
    let next: string | undefined;
    const body = rowPage(stream, async (found) => {
      end = found;
      const rows = addRows(position.rowsBefore, found.rows);
      if (found.nextLink === undefined) {
        takeDeltaLink(found.deltaLink);
        await reconcile(api, partition, state, rows, signal);
      } else next = locatorOf({ rowsBefore: rows, path: api.pathOfLink(found.nextLink) });
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

function formatOf({ keys, deletedRowsKey }: PartitionState): StagedFormat {
  return {
    kind: 'json-page',
    rowsAt: 'value',
    ...(Object.keys(keys).length === 0 ? {} : { keys }),
    ...(deletedRowsKey === undefined ? {} : { deletions: deletedRowsOf(deletedRowsKey) }),
  };
}

function preferOf(pageRows: number, { annotations, changesOf }: PartitionState): string {
  return [
    ...(changesOf === undefined ? [] : [TRACK_CHANGES]),
    `odata.maxpagesize=${pageRows}`,
    ...(annotations.length === 0 ? [] : [`odata.include-annotations="${annotations.join(',')}"`]),
  ].join(',');
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
  const counted = await countAgain(api, state, signal);
  const least = counted === 'many' ? announcedRows : Math.min(announcedRows, counted);
  if (rows >= least) return;
  throw new SourceError(
    'expired',
    'ROWS_MISSING',
    `Dynamics: ${rows} rows of ${state.entitySet} came, but ${least} are there`,
  );
}

/** Pages of changes are one chain for any number of rows, which are then counted range by range. */
async function countAgain(
  api: DynamicsApi,
  state: PartitionState,
  signal: AbortSignal | undefined,
): Promise<RowCount> {
  const { changesOf } = state;
  if (changesOf === undefined) return countRows(api, state, signal);
  return (await countAll(api, state, await describeTable(api, changesOf, signal), signal)) ?? 'many';
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

/** After the last page of changes comes their token: staged with that page, it survives a crash as the page does. */
const TOKEN_LOCATOR = 'changes up to ';

function tokenOf(locator: string | undefined): string | undefined {
  return locator?.startsWith(TOKEN_LOCATOR) ? locator.slice(TOKEN_LOCATOR.length) : undefined;
}

/** A sink whose last page goes on with the token that the page has told. */
function withTokenAfter(sink: Sink, told: () => string | undefined): Sink {
  return {
    get resumeFrom() {
      return sink.resumeFrom;
    },
    changesUpTo: (token) => sink.changesUpTo(token),
    stage: (page: Page) =>
      sink.stage(
        pageWith(page, {
          next() {
            const token = told();
            return page.next ?? (token === undefined ? undefined : `${TOKEN_LOCATOR}${token}`);
          },
        }),
      ),
  };
}
