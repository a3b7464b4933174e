import { pause, pauseBefore, type RetryPolicy } from '../outbound/retry.ts';
import { SourceError } from '../source.ts';
import { brokenOff, changed } from './file-errors.ts';
import type { FileStore, OpenedFile, StoredFile } from './file-store.ts';

/** Changes whenever the content of a file does. */
export function versionOf({ size, modifiedAt, version = '' }: Omit<StoredFile, 'path'>): string {
  return `${size}:${modifiedAt.toISOString()}:${version}`;
}

const ATTEMPTS = 5;

/**
 * The bytes of a file as it was when `file` was told, from a byte on. Where they break off they are asked for again from
 * where they have come to.
 *
 * @throws SourceError `expired` where the file is another one by now, or gone; also at its end, where it has changed
 * while it was read. `busy` where it has broken off once too often.
 */
export async function* wholeFile(
  store: FileStore,
  file: StoredFile,
  retry: RetryPolicy,
  signal: AbortSignal | undefined,
  from = 0,
): AsyncGenerator<Uint8Array, void, void> {
  let offset = from;
  let attempt = 1;
  while (offset < file.size) {
    signal?.throwIfAborted();
    try {
      const { body } = await openUnchanged(store, file, offset, signal);
      for await (const piece of body) {
        offset += piece.length;
        attempt = 1;
        yield piece;
      }
      if (offset < file.size) throw brokenOff(file.path, `ended after ${offset} of ${file.size} bytes`);
    } catch (error) {
      if (!(error instanceof SourceError) || error.kind !== 'busy') throw error;
      const wait = pauseBefore(++attempt, undefined, { ...retry, attempts: ATTEMPTS });
      if (wait === undefined) throw error;
      await pause(wait, signal);
    }
  }
  await requireUnchanged(store, file, signal);
}

async function openUnchanged(
  store: FileStore,
  file: StoredFile,
  from: number,
  signal: AbortSignal | undefined,
): Promise<OpenedFile> {
  const opened = await store.open(file.path, from, signal);
  if (opened === undefined) throw changed(file.path, 'is gone since the run was planned');
  if (versionOf(opened.file) === versionOf(file)) return opened;
  await opened.body[Symbol.asyncIterator]().return?.();
  throw changed(file.path, 'has changed since the run was planned');
}

async function requireUnchanged(store: FileStore, file: StoredFile, signal: AbortSignal | undefined) {
  const now = await store.stat(file.path, signal);
  if (now === undefined) throw changed(file.path, 'was taken away while it was read');
  if (versionOf(now) !== versionOf(file)) throw changed(file.path, 'was changed while it was read');
}
