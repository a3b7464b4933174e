import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileIO } from './file-io.ts';

/** Files of a lake, on this machine for the while that somebody reads them. */
export interface LocalCopies {
  /**
   * Tells the paths under which this machine has files, by their locations; they are there until the work is done. Throws
   * `FileNotFoundError` where one is gone.
   */
  use<T>(
    locations: Iterable<string>,
    work: (pathOf: (location: string) => string) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

export interface LocalCopiesOptions {
  /** This process's own; it is made when it is needed. */
  readonly folder: string;
  /** Bytes that are kept for the next reader. What is being read at a time may be more. */
  readonly maxBytes: number;
}

/** The disk is full on which copies lie. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';

  constructor(location: string, folder: string, options?: ErrorOptions) {
    super(`there is no room for a copy of ${location} in ${folder}: free or add disk space there`, options);
  }
}

const DOWNLOADS_AT_ONCE = 4;

/**
 * Files of a table never change, so that a copy stays right under its location. What lies on this machine anyway is not
 * copied. Where there are more bytes than may be kept, those go first that nobody has used for longest.
 */
export function localCopies(io: FileIO, { folder, maxBytes }: LocalCopiesOptions): LocalCopies {
  const slots = new Slots(DOWNLOADS_AT_ONCE);
  /** In the order of their last use. */
  const copies = new Map<string, Copy>();

  async function download(location: string, path: string, signal: AbortSignal): Promise<number> {
    await slots.take();
    try {
      signal.throwIfAborted();
      await mkdir(folder, { recursive: true });
      await pipeline(await io.stream(location), createWriteStream(path), { signal });
      return (await stat(path)).size;
    } catch (error) {
      await rm(path, { force: true });
      throw isFull(error) ? new NoRoomError(location, folder, { cause: error }) : error;
    } finally {
      slots.give();
    }
  }

  function hold(location: string): Copy {
    const copy = copies.get(location) ?? newCopy(location);
    copies.delete(location);
    copies.set(location, copy);
    copy.users += 1;
    return copy;
  }

  function newCopy(location: string): Copy {
    const unwanted = new AbortController();
    const path = join(folder, randomUUID());
    const copy: Copy = { path, unwanted, arrived: Promise.resolve(), bytes: undefined, users: 0 };
    copy.arrived = download(location, path, unwanted.signal).then(
      (bytes) => {
        copy.bytes = bytes;
      },
      (error) => {
        if (copies.get(location) === copy) copies.delete(location);
        throw error;
      },
    );
    // Whoever waits is told; the last may have left.
    copy.arrived.catch(() => undefined);
    return copy;
  }

  async function release(held: ReadonlyMap<string, Copy>): Promise<void> {
    for (const [location, copy] of held) {
      copy.users -= 1;
      if (copy.users > 0 || copy.bytes !== undefined) continue;
      copy.unwanted.abort();
      if (copies.get(location) === copy) copies.delete(location);
    }
    await removeSurplus();
  }

  async function removeSurplus(): Promise<void> {
    let bytes = copies.values().reduce((sum, copy) => sum + (copy.bytes ?? 0), 0);
    for (const [location, copy] of copies) {
      if (bytes <= maxBytes) return;
      if (copy.users > 0 || copy.bytes === undefined) continue;
      bytes -= copy.bytes;
      copies.delete(location);
      await rm(copy.path, { force: true });
    }
  }

  return {
    async use(locations, work, signal) {
      const elsewhere = [...new Set(locations)].filter((location) => io.pathOf(location) === undefined);
      const held = new Map(elsewhere.map((location) => [location, hold(location)]));
      try {
        await unlessAborted(Promise.all(held.values().map(({ arrived }) => arrived)), signal);
        return await work((location) => {
          const path = io.pathOf(location) ?? held.get(location)?.path;
          if (path === undefined) throw new Error(`${location} was not asked for`);
          return path;
        });
      } finally {
        await release(held);
      }
    },
  };
}

/** A file that is on this machine, or on its way. */
interface Copy {
  readonly path: string;
  /** Ends the download where nobody waits for it any more. */
  readonly unwanted: AbortController;
  arrived: Promise<void>;
  /** Undefined until it has arrived. */
  bytes: number | undefined;
  users: number;
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    promise.catch(() => undefined);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** So many may go on at once; the others wait for their turn. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
