import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  link,
  mkdir,
  open,
  opendir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FileExistsError, type FileIO, FileNotFoundError, type FileStat, LocationError } from './file-io.ts';

/** Ends the name of a file that is still being written. */
const UNFINISHED = '.unfinished';
/** What file systems that have no hard links answer. */
const WITHOUT_HARD_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * A FileIO over a folder of this machine, for the callers that also deal in paths (DuckDB reads and writes
 * paths).
 */
export interface LocalFileIO extends FileIO {
  /** The location of an absolute path. Throws `LocationError` outside of the root. */
  locationOf(path: string): string;
  /** The absolute path of a location. Throws `LocationError` outside of the root. */
  pathOf(location: string): string;
}

/**
 * Serves `file:` locations below `rootDirectory`, on a POSIX file system, and no other: neither `..` nor a
 * symbolic link leads out of it.
 *
 * Locations hold the path as it is, without percent-encoding, because Iceberg readers take them so. A root
 * whose path has a `?` or `#`, which readers would take for a query or fragment, is refused.
 */
export function localFileIO(rootDirectory: string): LocalFileIO {
  const root = resolve(rootDirectory);
  if (/[?#]/.test(root)) {
    throw new LocationError(root, 'cannot hold tables: choose a folder without "?" and "#" in its path');
  }

  const locationOf = (path: string): string => `file://${within(root, path, path)}`;
  const pathOf = (location: string): string => within(root, pathIn(location), location);
  const guardedPathOf = async (location: string): Promise<string> => {
    const path = pathOf(location);
    await refuseLinksOut(root, path, location);
    return path;
  };

  return {
    locationOf,
    pathOf,

    async read(location) {
      const path = await guardedPathOf(location);
      return readFile(path).catch((error) => throwNotFound(error, location));
    },

    async stream(location, range) {
      const path = await guardedPathOf(location);
      const file = await open(path).catch((error) => throwNotFound(error, location));
      return file.createReadStream(range ?? {});
    },

    async write(location, content) {
      await writeOnce(location, await guardedPathOf(location), (handle) => handle.writeFile(content));
    },

    async writeStream(location, content, signal) {
      let bytes = 0;
      async function* counted() {
        for await (const piece of content) {
          bytes += piece.length;
          yield piece;
        }
      }
      await writeOnce(location, await guardedPathOf(location), (_handle, unfinished) =>
        pipeline(counted(), createWriteStream(unfinished), signal === undefined ? {} : { signal }),
      );
      return bytes;
    },

    async upload(path, location) {
      const target = await guardedPathOf(location);
      await stat(path).catch((error) => throwNotFound(error, path));
      if (resolve(path) === target) return;
      await writeOnce(location, target, (_handle, unfinished) => copyFile(path, unfinished));
    },

    async replace(location, content) {
      const path = await guardedPathOf(location);
      await makeDurableDirectory(dirname(path));
      const unfinished = await writeUnfinished(path, (handle) => handle.writeFile(content));
      try {
        await rename(unfinished, path);
      } finally {
        await rm(unfinished, { force: true });
      }
      await syncPath(dirname(path));
    },

    async sync(location) {
      const path = await guardedPathOf(location);
      await syncPath(path).catch((error) => throwNotFound(error, location));
      await syncPath(dirname(path));
    },

    async stat(location) {
      const path = await guardedPathOf(location);
      const stats = await stat(path).catch(undefinedIfMissing);
      return stats?.isFile()
        ? { location: locationOf(path), size: stats.size, modifiedAt: stats.mtime }
        : undefined;
    },

    async *list(folder) {
      const path = await guardedPathOf(folder);
      for await (const file of filesBelow(path)) {
        const stats = await stat(file).catch(undefinedIfMissing);
        if (stats) {
          const { size, mtime: modifiedAt } = stats;
          yield { location: locationOf(file), size, modifiedAt } satisfies FileStat;
        }
      }
    },

    async *folders(folder) {
      const entries = await opendir(await guardedPathOf(folder)).catch(undefinedIfMissing);
      for await (const entry of entries ?? []) if (entry.isDirectory()) yield entry.name;
    },

    async remove(location) {
      await rm(await guardedPathOf(location), { force: true });
    },

    async removeFolder(folder) {
      await rm(await guardedPathOf(folder), { recursive: true, force: true });
    },

    async removeUnfinished(folder, begunBefore) {
      let removed = 0;
      for await (const file of filesBelow(await guardedPathOf(folder), isUnfinished)) {
        const stats = await stat(file).catch(undefinedIfMissing);
        if (stats === undefined || stats.mtime >= begunBefore) continue;
        await rm(file, { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

function pathIn(location: string): string {
  // Hadoop writes file:/path, everyone else file:///path.
  const path = /^file:(?:\/\/)?(\/.*)$/s.exec(location)?.[1];
  if (path === undefined || path.startsWith('//')) {
    throw new LocationError(location, 'is not a file location: expected file:/// and an absolute path');
  }
  return path;
}

function within(root: string, path: string, location: string): string {
  const normal = normalize(path);
  const below = relative(root, normal);
  if (
    !isAbsolute(path) ||
    path.includes('\0') ||
    below === '..' ||
    below.startsWith(`..${sep}`) ||
    isAbsolute(below)
  ) {
    throw new LocationError(location, `lies outside of ${root}`);
  }
  return normal;
}

/** The nearest part of the path that exists must, with its links followed, still lie in the root. */
async function refuseLinksOut(root: string, path: string, location: string): Promise<void> {
  const realRoot = await realpath(root).catch(undefinedIfMissing);
  if (realRoot === undefined) return;
  for (let existing = path; existing !== dirname(existing); existing = dirname(existing)) {
    const real = await realpath(existing).catch(undefinedIfMissing);
    if (real !== undefined) {
      within(realRoot, real, location);
      return;
    }
    if (existing === root) return;
  }
}

type Fill = (handle: FileHandle, path: string) => Promise<void>;

async function writeOnce(location: string, path: string, fill: Fill): Promise<void> {
  await makeDurableDirectory(dirname(path));
  const unfinished = await writeUnfinished(path, fill);
  try {
    await placeOnce(unfinished, path, location);
  } finally {
    await rm(unfinished, { force: true });
  }
  await syncPath(dirname(path));
}

async function writeUnfinished(path: string, fill: Fill): Promise<string> {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomUUID()}${UNFINISHED}`);
  const handle = await open(unfinished, 'wx');
  try {
    await fill(handle, unfinished);
    await handle.sync();
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return unfinished;
}

/** A hard link, unlike a rename, fails where a file lies already. */
async function placeOnce(unfinished: string, path: string, location: string): Promise<void> {
  try {
    await link(unfinished, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw new FileExistsError(location, { cause: error });
    if (!WITHOUT_HARD_LINKS.some((code) => hasCode(error, code))) throw error;
    // Names carry a UUID, so no one else writes this one between the look and the rename.
    if (await stat(path).catch(undefinedIfMissing)) throw new FileExistsError(location);
    await rename(unfinished, path);
  }
}

async function makeDurableDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first === undefined) return;
  for (let made = directory; made !== dirname(first); made = dirname(made)) await syncPath(dirname(made));
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isUnfinished(name: string): boolean {
  return name.endsWith(UNFINISHED);
}

async function* filesBelow(
  directory: string,
  isWanted = (name: string) => !isUnfinished(name),
): AsyncGenerator<string> {
  const entries = await opendir(directory).catch(undefinedIfMissing);
  if (!entries) return;
  for await (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path, isWanted);
    else if (entry.isFile() && isWanted(entry.name)) yield path;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function undefinedIfMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
  throw error;
}

function throwNotFound(error: unknown, location: string): never {
  throw hasCode(error, 'ENOENT') ? new FileNotFoundError(location, { cause: error }) : error;
}
