import type { FileStore, StoredFile } from './file-store.ts';

/**
 * All files below a folder of a store that tells one folder at a time. Memory holds the folders that are still to be looked
 * into.
 */
export async function* filesBelow(
  folder: string,
  browse: FileStore['browse'],
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredFile, void, void> {
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for await (const entry of browse(next, signal)) {
      if (entry.kind === 'folder') pending.push(entry.path);
      else yield entry;
    }
  }
}

/** The path of an entry of a folder, whose own path is empty at the root. */
export function entryPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
