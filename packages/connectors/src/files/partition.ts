import { digestOf, unknownPartition } from '../partition-state.ts';
import type { Partition } from '../source.ts';
import { shownPath } from './file-errors.ts';
import type { StoredFile } from './file-store.ts';
import { versionOf } from './whole-file.ts';

/** Ids in order are files in order: which of two files is the later one is told by them. */
const POSITION_DIGITS = 8;

/** One file, which lands once in each of its versions. */
export function partitionOf(file: StoredFile, position: number): Partition {
  return {
    id: `${String(position).padStart(POSITION_DIGITS, '0')}-${digestOf(file.path)}`,
    announcedRows: undefined,
    ...contentOf(file),
  };
}

/** What of a partition goes with the file's content. */
export function contentOf(file: StoredFile): Required<Pick<Partition, 'state' | 'item'>> {
  const { path, size, modifiedAt, version } = file;
  return {
    state: {
      path,
      size,
      modifiedAt: modifiedAt.toISOString(),
      ...(version !== undefined && { version }),
    },
    item: { name: shownPath(path), version: versionOf(file) },
  };
}

/**
 * Reads the state of a partition that may have been stored by another process or version.
 *
 * @throws SourceError `expired` where it is not understood: planned anew, it will be.
 */
export function fileOf(partition: Partition): StoredFile {
  const { path, size, modifiedAt, version } = partition.state;
  const time = new Date(typeof modifiedAt === 'string' ? modifiedAt : Number.NaN);
  if (
    typeof path === 'string' &&
    typeof size === 'number' &&
    !Number.isNaN(time.getTime()) &&
    (version === undefined || typeof version === 'string')
  ) {
    return { path, size, modifiedAt: time, version };
  }
  throw unknownPartition(partition);
}
