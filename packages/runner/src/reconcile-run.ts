import { type ReadRequest, type ReadWindow, type Source, SourceError } from '@tributary/connectors';
import { RowsMissing } from './failure.ts';
import type { RunNotice } from './notices.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf, readWindow } from './progress.ts';
import { partsOf, type RunWindow } from './read-window.ts';
import type { Attempt } from './services.ts';
import { announcedRows, type StagedRead } from './staged-pages.ts';

/*
 * A run holds the rows that it has staged against the source's own count of them. In the settled part of a window no row
 * can appear any more: what changes meanwhile leaves it. So fewer rows than counted are missing, and more are no error.
 *
 * A table that is read whole has no such part: rows may come while it is read. It is counted before and after, and only
 * fewer rows than both counts are missing. Where a table is so busy that this happens without a loss, the next read, a
 * moment later, most likely comes out otherwise.
 */

/** What there is to hold the staged rows against; kept with the run's plan. */
export type Comparison =
  | {
      readonly kind: 'window' | 'whole';
      readonly includeDeleted?: boolean;
      /** Rows that the source counted before a whole read. */
      readonly countedBefore?: number;
    }
  | {
      readonly kind: 'none';
      readonly reason: string;
      /** Whether such a read has never anything to be held against, so that nobody need be told. */
      readonly isUsual: boolean;
    };

/** What came out of it, as it is shown on the run. */
export type SourceRecordCount =
  | { readonly compared: true; readonly source: number; readonly staged: number }
  | { readonly compared: false; readonly reason: string };

/** Settles, before the read is planned, what its rows will be held against. */
export async function comparisonFor(
  source: Source,
  request: ReadRequest,
  signal: AbortSignal,
): Promise<Comparison> {
  const { changes, ...all } = request;
  if (changes?.since !== undefined)
    return { kind: 'none', reason: 'the source gives what has changed, and counts all rows', isUsual: true };
  const deleted = request.includeDeleted === undefined ? {} : { includeDeleted: request.includeDeleted };
  if (request.window !== undefined) return { kind: 'window', ...deleted };
  const counted = await countAt(source, all, signal);
  if (typeof counted === 'string') return { kind: 'none', reason: counted, isUsual: false };
  return { kind: 'whole', ...deleted, countedBefore: counted };
}

/**
 * Holds the staged rows of the settled partitions against the source's count; undefined where there are none.
 * @throws {RowsMissing} when fewer are staged
 */
export async function reconcileRun(
  { run, signal }: Attempt,
  { sourceConnection }: PreparedFlow,
  source: Source,
  staged: StagedRead,
): Promise<SourceRecordCount | undefined> {
  const { comparison, columns = [], window } = progressOf(run);
  if (comparison === undefined) return undefined;
  if (comparison.kind === 'none') return { compared: false, reason: comparison.reason };
  const rows = settledRows(staged);
  if (rows === undefined)
    return { compared: false, reason: 'the source does not tell how many rows its pages have' };
  const counted = await countAt(
    source,
    {
      table: sourceConnection.document.params.tableName,
      columns: columns.map(({ name }) => name),
      window:
        comparison.kind === 'whole'
          ? undefined
          : settledRange(window === undefined ? undefined : readWindow(window)),
      ...(comparison.includeDeleted === undefined ? {} : { includeDeleted: comparison.includeDeleted }),
    },
    signal,
  );
  if (typeof counted === 'string') return { compared: false, reason: counted };
  const expected = Math.min(counted, comparison.countedBefore ?? counted);
  if (rows < expected) throw new RowsMissing(expected, rows, 'counts');
  return { compared: true, source: counted, staged: rows };
}

function settledRange(window: RunWindow | undefined): ReadWindow | undefined {
  return window && partsOf(window).find(({ settled }) => settled)?.range;
}

export function comparisonNotices(
  comparison: Comparison | undefined,
  count: SourceRecordCount | undefined,
): readonly RunNotice[] {
  if (count === undefined || count.compared) return [];
  if (comparison?.kind === 'none' && comparison.isUsual) return [];
  const message = `The rows that arrived were not compared with the source's count: ${count.reason}.`;
  return [{ code: 'ROWS_NOT_COMPARED', message }];
}

/** The source's count, or why there is none. */
async function countAt(source: Source, request: ReadRequest, signal: AbortSignal): Promise<number | string> {
  try {
    return (await source.count(request, signal)) ?? 'the source does not count them';
  } catch (error) {
    // What cannot be counted may well be read.
    if (error instanceof SourceError && error.kind === 'invalid')
      return `the source answered ${error.code}: ${error.message}`;
    throw error;
  }
}

function settledRows({ partitions, pages }: StagedRead): number | undefined {
  const settled = new Set(partitions.filter((partition) => partition.settled).map(({ id }) => id));
  return announcedRows(pages.filter(({ partitionId }) => settled.has(partitionId)));
}
