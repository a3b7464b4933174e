import { stat } from 'node:fs/promises';
import type { StagedFormat } from '@tributary/connectors';
import type { StagedPage } from '@tributary/store';

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

/** The first page whose file is gone, or has another size than when it was staged: no row of it can be trusted. */
export async function damagedPage(pages: readonly StagedPage[]): Promise<StagedPage | undefined> {
  for (const page of pages) {
    const size = await stat(page.path).then(
      (file) => file.size,
      () => undefined,
    );
    if (size !== page.bytes) return page;
  }
  return undefined;
}
