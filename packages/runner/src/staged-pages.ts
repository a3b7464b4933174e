import type { StagedFormat } from '@tributary/connectors';
import type { StagedPage, StagedPartition } from '@tributary/store';
import { RowsMissing } from './failure.ts';
import type { ExtractedPartition } from './progress.ts';
import type { Attempt } from './services.ts';

/** What a run has staged. */
export interface StagedRead {
  readonly partitions: readonly StagedPartition[];
  readonly pages: readonly StagedPage[];
}

/** What the run of an attempt has staged so far. */
export async function stagedRead({ store, run }: Pick<Attempt, 'store' | 'run'>): Promise<StagedRead> {
  const { staging } = store;
  return { partitions: await staging.partitions(run.id), pages: await staging.pages(run.id) };
}

function pagesOf({ pages }: StagedRead, { id }: Pick<StagedPartition, 'id'>): readonly StagedPage[] {
  return pages.filter(({ partitionId }) => partitionId === id);
}

/** A run shows as many of its partitions. */
const MAX_SHOWN_PARTITIONS = 100;

/** What a run shows of what it has staged. */
export function figuresOf(staged: StagedRead): {
  readonly files: number;
  readonly bytes: number;
  readonly partitions: readonly ExtractedPartition[];
} {
  return {
    files: staged.pages.length,
    bytes: bytesOf(staged.pages),
    partitions: staged.partitions.slice(0, MAX_SHOWN_PARTITIONS).map((partition) => {
      const own = pagesOf(staged, partition);
      return {
        id: partition.id,
        ...(partition.item && { item: partition.item.name }),
        announcedRows: partition.announcedRows ?? null,
        stagedRows: announcedRows(own) ?? null,
        pages: own.length,
        bytes: bytesOf(own),
      };
    }),
  };
}

function bytesOf(pages: readonly StagedPage[]): number {
  return pages.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A staged page as the engine reads it. */
export function stagedFile({ path, format }: StagedPage): { path: string; format: StagedFormat } {
  // Extracting alone writes these, and it writes a page's own format.
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

/** @throws {RowsMissing} where the source announced how many rows there are, and not all of them were read */
export function requireAnnounced(pages: readonly StagedPage[], inputRows: number): void {
  const announced = announcedRows(pages);
  if (announced !== undefined && announced !== inputRows) throw new RowsMissing(announced, inputRows);
}
