import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type FileIO, LocationError, localCopies, localFileIO, s3FileIO } from '@tributary/lake';
import type { Lake } from '@tributary/runner';
import type { ClosingStack } from './closing-stack.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { LakePlace } from './lake-place.ts';

export interface LakeOptions {
  readonly place: LakePlace;
  /** Holds copies of what lies elsewhere; processes may share it. */
  readonly cacheFolder: string;
  /** Bytes of copies that are kept when nobody reads them. */
  readonly cacheBytes: number;
}

/**
 * Opens the lake where it lies.
 * @throws {ConfigurationError} where nothing can lie there, or the bucket's service refuses to list it
 */
export async function openLake(
  { place, cacheFolder, cacheBytes }: LakeOptions,
  closing: ClosingStack,
): Promise<Lake> {
  const { io, root } = await openPlace(place);
  const folder = join(cacheFolder, folderOfProcess(process.pid));
  await removeCopiesOfTheDead(cacheFolder);
  closing.add(() => rm(folder, { recursive: true, force: true }));
  return {
    io,
    copies: localCopies(io, { folder, maxBytes: cacheBytes }),
    tableLocation: ({ orgId, sandboxId }, dataSetId) =>
      `${root}/${orgId.replaceAll(/[^\w@.-]/g, '_')}/${sandboxId}/${dataSetId}`,
  };
}

async function openPlace(place: LakePlace): Promise<{ io: FileIO; root: string }> {
  if (place.kind === 'folder') {
    await mkdir(place.folder, { recursive: true });
    const io = localFileIO(place.folder);
    return { io, root: io.locationOf(place.folder) };
  }
  const root = place.options.root.replace(/\/+$/, '');
  try {
    const io = s3FileIO(place.options);
    await requireListed(io, root);
    return { io, root };
  } catch (error) {
    if (error instanceof LocationError) throw new ConfigurationError(`LAKE_URI: ${error.message}`);
    throw error;
  }
}

/** Whoever starts a server is told what the bucket refuses, and not the first run. */
async function requireListed(io: FileIO, root: string): Promise<void> {
  try {
    for await (const _ of io.list(root)) return;
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `LAKE_URI: ${root} cannot be listed: ${told} Look at the bucket, its region and the keys (AWS_…).`,
      { cause: error },
    );
  }
}

function folderOfProcess(pid: number): string {
  return `${hostname()}-${pid}`;
}

/** Copies of processes that were killed on this machine. Those of other machines, which share the folder, are theirs. */
async function removeCopiesOfTheDead(cacheFolder: string): Promise<void> {
  const folders = await readdir(cacheFolder).catch(() => []);
  for (const folder of folders) {
    const pid = Number(folder.slice(folder.lastIndexOf('-') + 1));
    if (folder !== folderOfProcess(pid) || (pid !== process.pid && isAlive(pid))) continue;
    await rm(join(cacheFolder, folder), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, but belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
