import type { Leftover } from '@tributary/store';
import type { FastifyBaseLogger } from 'fastify';
import type { Dependencies } from './dependencies.ts';

/** Where files lie, and where it is noted which of them are left over. */
export type Files = Pick<Dependencies, 'store' | 'lake' | 'runFiles'>;
export type Log = Pick<FastifyBaseLogger, 'warn'>;

/** Removes files that are left over, and forgets those that are gone by then; the number of those. */
export async function removeLeftovers(
  files: Files,
  leftovers: readonly Leftover[],
  log: Log,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const leftover of leftovers) {
    if (signal?.aborted) break;
    try {
      await removeFiles(files, leftover);
      await files.store.leftovers.forget(leftover);
      removed += 1;
    } catch (error) {
      // The others are not held up by a file that cannot be removed; it is tried again.
      log.warn({ err: error, kind: leftover.kind, name: leftover.name }, 'files were not removed');
    }
  }
  return removed;
}

async function removeFiles({ lake, runFiles }: Files, { kind, name }: Leftover): Promise<void> {
  switch (kind) {
    case 'table':
    case 'folder':
      return lake.io.removeFolder(name);
    case 'file':
      return lake.io.remove(name);
    case 'staging':
      return runFiles.removeStaging(name);
    case 'diagnostics':
      return runFiles.removeDiagnostics(name);
  }
}
