import { mkdir } from 'node:fs/promises';
import { type FileIO, LocationError, localFileIO, s3FileIO } from '@tributary/lake';
import { ConfigurationError } from './configuration-error.ts';
import type { FilePlace } from './file-place.ts';

/** A place that can be written to and read from. */
export interface OpenPlace {
  readonly io: FileIO;
  /** The location below which everything lies; no slash ends it. */
  readonly root: string;
}

/**
 * Opens the place that a setting names.
 * @throws {ConfigurationError} where nothing can lie there, or the bucket's service refuses to list it
 */
export async function openPlace(place: FilePlace, setting: string): Promise<OpenPlace> {
  try {
    if (place.kind === 'folder') return await openFolder(place.folder);
    const root = place.options.root.replace(/\/+$/, '');
    const io = s3FileIO(place.options);
    await requireListed(io, root, setting);
    return { io, root };
  } catch (error) {
    if (error instanceof LocationError) throw new ConfigurationError(`${setting}: ${error.message}`);
    throw error;
  }
}

async function openFolder(folder: string): Promise<OpenPlace> {
  await mkdir(folder, { recursive: true });
  const io = localFileIO(folder);
  return { io, root: io.locationOf(folder) };
}

/** Whoever starts a server is told what the bucket refuses, and not the first run. */
async function requireListed(io: FileIO, root: string, setting: string): Promise<void> {
  try {
    for await (const _ of io.list(root)) return;
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `${setting}: ${root} cannot be listed: ${told} Look at the bucket, its region and the keys (AWS_…).`,
      { cause: error },
    );
  }
}
