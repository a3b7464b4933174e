import type { Page, Partition, Sink, Source, StagedFormat } from '@tributary/connectors';
import type { StagedPage, StagedPartition } from '@tributary/store';
import type { Attempt } from './services.ts';

/** Partitions read at the same time. */
const CONCURRENT_READS = 4;

/** Fetches what of the plan is not staged yet; a page that is staged is never fetched again. */
export async function extractRun(attempt: Attempt, source: Source): Promise<void> {
  const { store, run } = attempt;
  const partitions = await store.staging.partitions(run.id);
  const pages = await store.staging.pages(run.id);
  const pending = partitions.filter(({ isStaged }) => !isStaged);
  const readers = Array.from({ length: Math.min(CONCURRENT_READS, pending.length) }, async () => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      await extractPartition(attempt, source, next, pages);
    }
  });
  await Promise.all(readers);
}

async function extractPartition(
  attempt: Attempt,
  source: Source,
  partition: StagedPartition,
  staged: readonly StagedPage[],
): Promise<void> {
  const { store, run, signal } = attempt;
  const own = staged.filter(({ partitionId }) => partitionId === partition.id);
  const last = own.at(-1);
  const isComplete = last !== undefined && last.next === undefined;
  if (!isComplete) {
    const sink = pageSink(attempt, partition, own.length, last?.next);
    await source.read(toPartition(partition), sink, signal);
  }
  await store.staging.finishPartition(run.id, partition.id);
}

function pageSink(
  attempt: Attempt,
  partition: StagedPartition,
  first: number,
  resumeFrom: string | undefined,
): Sink {
  const { services, store, run, signal } = attempt;
  let position = first;
  return {
    resumeFrom,
    async stage(page: Page) {
      const name = `${partition.id}/${position}`;
      const { path, bytes } = await services.staging.writePage(run.id, name, page, signal);
      await store.staging.addPage(run.id, {
        partitionId: partition.id,
        position,
        path,
        format: page.format,
        announcedRows: page.rows,
        bytes,
        next: page.next,
      });
      position += 1;
    },
  };
}

function toPartition({ id, announcedRows, state }: StagedPartition): Partition {
  return { id, announcedRows, state };
}

/** A staged page as the engine reads it. */
export function stagedFile({ path, format }: StagedPage): { path: string; format: StagedFormat } {
  // `pageSink` above is the only writer, and it writes a page's own format.
  return { path, format: format as StagedFormat };
}

/**
 * How many rows the source announced in all; undefined unless it did for every page or partition. A partition's own
 * announcement is an estimate made before it is read, a page's is exact.
 */
export function announcedRows(pages: readonly StagedPage[]): number | undefined {
  return pages.reduce<number | undefined>(
    (sum, page) =>
      sum === undefined || page.announcedRows === undefined ? undefined : sum + page.announcedRows,
    0,
  );
}
