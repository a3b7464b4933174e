import type { FileStore, FolderEntry } from './file-store.ts';

export async function pathsIn(files: AsyncIterable<{ path: string }>): Promise<string[]> {
  return (await Array.fromAsync(files, ({ path }) => path)).sort();
}

export async function entriesIn(entries: AsyncIterable<FolderEntry>): Promise<string[]> {
  return (await Array.fromAsync(entries, ({ kind, path }) => `${kind} ${path}`)).sort();
}

/** What comes of a file from a byte on, a character for each byte, and what broke it off. */
export async function readUntilBroken(store: FileStore, path: string, from: number) {
  const opened = await store.open(path, from);
  let text = '';
  try {
    for await (const piece of opened?.body ?? []) text += Buffer.from(piece).toString('latin1');
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}
