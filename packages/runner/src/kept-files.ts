import { isAbsolute } from 'node:path';
import { type FileIO, type LocalCopies, LocationError } from '@tributary/lake';

/*
 * Staged pages and rejected rows are no table's. They lie in a folder or a bucket that every process of the
 * installation reaches, each run's and each batch's below a location of its own.
 *
 * The store names each file as it was kept: one of a folder by its path, one of a bucket by its location. So
 * what was kept before an installation had its files elsewhere is found where it lies.
 */

/** A place where files are kept that are no table's. */
export interface KeptPlace {
  readonly io: FileIO;
  /** Of its files, for the engine to read. */
  readonly copies: LocalCopies;
  /** The location below which pages lie, by their runs. */
  readonly staging: string;
  /** The location below which rejected rows lie, by their batches. */
  readonly diagnostics: string;
}

/** Where files are kept: new ones in the first place; in others there may still be some. */
export type KeptPlaces = readonly [KeptPlace, ...KeptPlace[]];

/** What the store calls a file that is kept at a location. */
export function keptName({ io }: Pick<KeptPlace, 'io'>, location: string): string {
  return io.pathOf(location) ?? location;
}

/**
 * The place that a file of a bucket is reached by; undefined for a path, and where no place has such files.
 */
export function placeOf(places: KeptPlaces, name: string): KeptPlace | undefined {
  return isAbsolute(name) ? undefined : places.find(({ io }) => serves(io, name));
}

/**
 * Has files read, wherever they are kept, by the paths under which this machine has them until the work is
 * done. Throws `FileNotFoundError` before the work where one of a bucket is gone; whether those of folders
 * are there is not looked at.
 */
export function withKept<T>(
  places: KeptPlaces,
  names: readonly string[],
  work: (pathOf: (name: string) => string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return places.reduce(
    (inner: typeof work, place) => (pathOf) => {
      const own = new Set(names.filter((name) => placeOf(places, name) === place));
      return place.copies.use(
        own,
        (pathOfCopy) => inner((name) => (own.has(name) ? pathOfCopy(name) : pathOf(name))),
        signal,
      );
    },
    work,
  )((name) => name);
}

function serves(io: FileIO, location: string): boolean {
  try {
    io.pathOf(location);
    return true;
  } catch (error) {
    if (error instanceof LocationError) return false;
    throw error;
  }
}
