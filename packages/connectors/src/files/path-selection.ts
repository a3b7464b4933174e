import { SourceError } from '../source.ts';
import type { FileStore, StoredFile } from './file-store.ts';
import { type Glob, isGlob, parseGlob } from './glob.ts';

/** Which files of a store are meant. */
export interface PathSelection {
  /** A file, a folder or a pattern, as {@link FileStore} writes paths. */
  readonly path: string;
  /** Undefined: what the path turns out to be. */
  readonly type: 'file' | 'folder' | undefined;
  /** Whether sub-folders of a folder, or of the last folder of a pattern, are looked into. */
  readonly isRecursive: boolean;
}

/** Names that tell of what is no data, or not whole yet: hidden files, markers, and files that are still written. */
const HIDDEN = /^[._]/;
const UNFINISHED =
  /(~|\.(tmp|temp|part|partial|filepart|crdownload|download|inprogress|incomplete|unfinished|writing|swp|lock))$/i;

/**
 * A path as a {@link FileStore} writes it. Others may begin or end with `/`, and repeat it.
 *
 * @throws SourceError `invalid` for a path that leads out of the store.
 */
export function normalPath(path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..') || path.includes('\0')) {
    throw new SourceError('invalid', 'INVALID_PATH', 'path: must lie below the root; take .. out of it');
  }
  return names.join('/');
}

/** The files that are meant, oldest first: later ones may hold newer rows. */
export async function selectFiles(
  store: FileStore,
  { path, type, isRecursive }: PathSelection,
  signal: AbortSignal | undefined,
): Promise<readonly StoredFile[]> {
  if (isGlob(path)) return inOrder(await filesOf(store, globOf(path, isRecursive), signal));
  const file = type === 'folder' || path === '' ? undefined : await store.stat(path, signal);
  if (file !== undefined) return [file];
  if (type === 'file') return [];
  const prefix = path === '' ? '' : `${path}/`;
  const isMeant = (found: string) =>
    found.startsWith(prefix) && (isRecursive || !found.slice(prefix.length).includes('/'));
  return inOrder(await filesOf(store, { folder: path, matches: isMeant }, signal));
}

/** Whether a file below a folder is left out wherever it is not named outright. */
export function isLeftOut(path: string, folder: string): boolean {
  const below = folder === '' ? path : path.slice(folder.length + 1);
  return below.split('/').some((name) => HIDDEN.test(name)) || UNFINISHED.test(below);
}

async function filesOf(
  store: FileStore,
  { folder, matches }: Glob,
  signal: AbortSignal | undefined,
): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const file of store.list(folder, signal)) {
    if (matches(file.path) && !isLeftOut(file.path, folder)) files.push(file);
  }
  return files;
}

/** A recursive pattern holds in the sub-folders of its last folder, too. */
function globOf(path: string, isRecursive: boolean): Glob {
  if (!isRecursive) return parseGlob(path);
  const slash = path.lastIndexOf('/') + 1;
  return parseGlob(`${path.slice(0, slash)}**/${path.slice(slash)}`);
}

function inOrder(files: StoredFile[]): readonly StoredFile[] {
  return files.sort(
    (one, other) =>
      one.modifiedAt.getTime() - other.modifiedAt.getTime() ||
      (one.path < other.path ? -1 : Number(one.path > other.path)),
  );
}
