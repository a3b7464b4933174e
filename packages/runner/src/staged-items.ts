import { SourceError } from '@tributary/connectors';
import { EngineError, type StagedFile } from '@tributary/engine';
import type { StagedPage, StagedPartition } from '@tributary/store';
import { stagedFile } from './staged-pages.ts';

/** Staged pages as the engine reads them, those of items under the items' names. */
export function stagedFiles(
  pages: readonly StagedPage[],
  partitions: readonly StagedPartition[],
): readonly StagedFile[] {
  const names = new Map(partitions.map(({ id, item }) => [id, item?.name]));
  return pages.map((page) => {
    const name = names.get(page.partitionId);
    if (name === undefined) return stagedFile(page);
    // Of an archive there are several.
    return { ...stagedFile(page), name: page.position === 0 ? name : `${name}#${page.position + 1}` };
  });
}

/** An item is staged as it is at the source: one that cannot be read is as unreadable when it is fetched again. */
export function faultOfItem(partitions: readonly StagedPartition[], error: unknown): unknown {
  const isContent = error instanceof EngineError && error.kind === 'unreadable';
  if (!isContent || !partitions.some(({ item }) => item !== undefined)) return error;
  return new SourceError('invalid', 'UNREADABLE_FILE', error.message, { cause: error });
}
