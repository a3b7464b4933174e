import { constants, type Dirent } from 'node:fs';
import { type FileHandle, lstat, open, opendir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SourceError } from '../../source.ts';
import { brokenOff, shownPath } from '../file-errors.ts';
import type { FileStore, FolderEntry, StoredFile } from '../file-store.ts';
import { normalPath } from '../path-selection.ts';
import { entryPath, filesBelow } from '../walk.ts';

export interface LocalFolder {
  /** Absolute. */
  readonly folder: string;
  /** The folders that the operator lets files be read from, absolute; none refuses all. */
  readonly roots: readonly string[];
}

const READ_BYTES = 256 * 1024;
const LEAST_READ_BYTES = 1024;
/** So many entries of a folder are looked at together: one after the other, most of the time goes by waiting. */
const ENTRIES_AT_ONCE = 64;

/**
 * The files of a folder of this machine. It must lie in one of the operator's folders, and nothing outside of it is ever
 * read: links are not followed, wherever they lead.
 */
export function localFileStore({ folder, roots }: LocalFolder): FileStore {
  /** The folder's own path without links, once it is known to lie where it may. */
  async function base(): Promise<string> {
    const real = await realpath(folder).catch((error: unknown) => {
      throw errorOf(error, folder);
    });
    const allowed = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)));
    if (allowed.some((root) => root !== undefined && liesIn(real, root))) return real;
    throw new SourceError(
      'refused',
      'FOLDER_NOT_ALLOWED',
      `auth.params.folder: ${folder} lies in none of the folders that files may be read from; ` +
        'have the operator add it to TRIBUTARY_FILE_ROOTS',
    );
  }

  /** The place of a path, and undefined where nothing is there, or a link leads to it. */
  async function placeOf(path: string): Promise<string | undefined> {
    const root = await base();
    const place = join(root, normalPath(path));
    const real = await realpath(place).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw errorOf(error, shownPath(path));
    });
    return real === place ? place : undefined;
  }

  async function openFile(path: string): Promise<{ handle: FileHandle; file: StoredFile } | undefined> {
    const place = await placeOf(path);
    if (place === undefined) return undefined;
    const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
      (error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw errorOf(error, shownPath(path));
      },
    );
    if (handle === undefined) return undefined;
    try {
      const file = await storedFile(handle, normalPath(path));
      // What was opened must be what was looked at: a link may have come between.
      if (file !== undefined && (await isAt(handle, place))) return { handle, file };
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    return undefined;
  }

  async function* browse(folderPath: string, signal?: AbortSignal): AsyncGenerator<FolderEntry, void, void> {
    const path = normalPath(folderPath);
    const folderPlace = () => (path === '' ? base() : placeOf(path));
    const place = await folderPlace();
    if (place === undefined) return;
    for await (const some of entriesOf(place, path)) {
      signal?.throwIfAborted();
      const looked = await Promise.all(some.map((entry) => lookAt(entry, place, path)));
      // A link may have come in the folder's place.
      if ((await folderPlace()) !== place) return;
      yield* looked.filter((entry) => entry !== undefined);
    }
  }

  async function statFile(path: string): Promise<StoredFile | undefined> {
    const place = await placeOf(path);
    return place === undefined ? undefined : fileAt(place, normalPath(path));
  }

  return {
    async check(signal) {
      signal?.throwIfAborted();
      await opendir(await base()).then((directory) => directory.close());
    },

    list: (folder, signal) => filesBelow(folder, browse, signal),
    browse,
    stat: statFile,

    async open(path, from, signal) {
      const opened = await openFile(path);
      if (opened === undefined) return undefined;
      const { handle, file } = opened;
      return { file, body: contentOf(handle, file, from, signal) };
    },

    // These files are stamped by this machine.
    clock: async () => new Date(),
  };
}

/** The entries of a folder at a place, some at a time. */
async function* entriesOf(place: string, path: string): AsyncGenerator<readonly Dirent[], void, void> {
  let some: Dirent[] = [];
  try {
    for await (const entry of await opendir(place)) {
      some.push(entry);
      if (some.length < ENTRIES_AT_ONCE) continue;
      yield some;
      some = [];
    }
  } catch (error) {
    if (!isAbsent(error)) throw errorOf(error, shownPath(path));
  }
  yield some;
}

async function lookAt(entry: Dirent, folder: string, folderPath: string): Promise<FolderEntry | undefined> {
  const path = entryPath(folderPath, entry.name);
  if (entry.isDirectory()) return { kind: 'folder', path };
  const file = entry.isFile() ? await fileAt(join(folder, entry.name), path) : undefined;
  return file && { kind: 'file', ...file };
}

/** The file at a place that is known to lie in the folder; undefined where there is none, or a link. */
async function fileAt(place: string, path: string): Promise<StoredFile | undefined> {
  const found = await lstat(place, { bigint: true }).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw errorOf(error, shownPath(path));
  });
  return found?.isFile() ? fileOf(path, found) : undefined;
}

/** A body that holds its file open until it has ended or is let go, begun or not. */
function contentOf(
  handle: FileHandle,
  { path, size }: StoredFile,
  from: number,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  let position = from;
  const end = async () => {
    await handle.close();
    return { done: true, value: undefined } as const;
  };
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          signal?.throwIfAborted();
          // One byte more than there should be, for what has grown meanwhile.
          const wanted = Math.min(READ_BYTES, Math.max(size - position + 1, LEAST_READ_BYTES));
          const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
          position += bytesRead;
          return bytesRead === 0 ? await end() : { done: false, value: buffer.subarray(0, bytesRead) };
        } catch (error) {
          await handle.close();
          signal?.throwIfAborted();
          throw brokenOff(path, 'cannot be read on', { cause: error });
        }
      },
      return: end,
    }),
  };
}

async function storedFile(handle: FileHandle, path: string): Promise<StoredFile | undefined> {
  const found = await handle.stat({ bigint: true });
  return found.isFile() ? fileOf(path, found) : undefined;
}

function fileOf(
  path: string,
  { size, mtimeMs, mtimeNs }: { readonly size: bigint; readonly mtimeMs: bigint; readonly mtimeNs: bigint },
): StoredFile {
  return {
    path,
    size: Number(size),
    modifiedAt: new Date(Number(mtimeMs)),
    // Two writes may fall into one millisecond.
    version: String(mtimeNs),
  };
}

async function isAt(handle: FileHandle, place: string): Promise<boolean> {
  const opened = await handle.stat();
  const found = await stat(place);
  return opened.ino === found.ino && opened.dev === found.dev && (await realpath(place)) === place;
}

function liesIn(path: string, folder: string): boolean {
  const way = relative(resolve(folder), path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

/** What the file system refuses, without more of its paths than the user gave. */
function errorOf(error: unknown, path: string): unknown {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SourceError('invalid', 'NO_FOLDER', `auth.params.folder: there is no folder ${path}`);
    case 'EACCES':
    case 'EPERM':
      return new SourceError(
        'refused',
        'NO_ACCESS',
        `${path} may not be read by the server; change its permissions`,
      );
    case 'ENAMETOOLONG':
      return new SourceError('invalid', 'INVALID_PATH', 'path: is longer than a path can be');
    case 'EMFILE':
    case 'EIO':
      return new SourceError('busy', String(codeOf(error)), `${path} cannot be read now`);
    default:
      return error;
  }
}
