import type { RetryPolicy } from '../outbound/retry.ts';
import type { StagedFormat } from '../source.ts';
import { bounded, decompress } from './decompress.ts';
import { unreadable } from './file-errors.ts';
import { type Compression, compressionOf, type DelimitedFiles, type FileFormat } from './file-format.ts';
import type { FileStore, StoredFile } from './file-store.ts';
import { headOf, jsonKindOf } from './json-kind.ts';
import type { FileLimits } from './limits.ts';
import { withLineFeeds, withoutCarriageReturns } from './line-ends.ts';
import { isLeftOut } from './path-selection.ts';
import { toUtf8 } from './recode.ts';
import { type ArchivedFile, tarFiles } from './tar.ts';
import { wholeFile } from './whole-file.ts';
import { zipFiles } from './zip.ts';

type Bytes = AsyncIterable<Uint8Array>;

/** Where and how files are read. */
export interface FileReading {
  readonly store: FileStore;
  readonly format: FileFormat;
  readonly limits: FileLimits;
  readonly retry: RetryPolicy;
}

/** Rows as they are staged: plain UTF-8 for text, Parquet as it is. */
export interface PlainContent {
  readonly format: StagedFormat;
  readonly body: Bytes;
}

/**
 * The contents of a file, one after another: the file's own, or those of the files in an archive. Each body
 * is read to its end, or not at all, before the next is asked for.
 */
export async function* contentsOf(
  { store, format, limits, retry }: FileReading,
  file: StoredFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<PlainContent, void, void> {
  const readFrom = (from: number) => wholeFile(store, file, retry, signal, from);
  if (format.kind === 'parquet') {
    yield { format: { kind: 'parquet' }, body: readFrom(0) };
    return;
  }
  const compression = format.compression ?? compressionOf(file.path);
  for await (const body of plainBodies(file, compression, readFrom, limits)) {
    const text = toUtf8(file.path, body, format.encoding);
    if (format.kind === 'json') yield* jsonContent(text);
    else yield delimitedContent(file.path, format, text);
  }
}

async function* plainBodies(
  { path, size }: StoredFile,
  compression: Compression,
  readFrom: (from: number) => Bytes,
  limits: FileLimits,
): AsyncGenerator<Bytes, void, void> {
  switch (compression) {
    case 'none':
      yield readFrom(0);
      return;
    case 'tar':
      yield* bodies(tarFiles(path, readFrom(0)), (body) => body);
      return;
    case 'tarGzip': {
      const plain = bounded(path, size, decompress(path, readFrom(0), 'gzip'), limits);
      yield* bodies(tarFiles(path, plain), (body) => body);
      return;
    }
    case 'zipDeflate':
      yield* bodies(zipFiles(path, size, readFrom), (body) => bounded(path, size, body, limits));
      return;
    default:
      yield bounded(path, size, decompress(path, readFrom(0), compression), limits);
  }
}

/** What is hidden or left over in an archive is no data, as in a folder. */
async function* bodies(
  files: AsyncIterable<ArchivedFile>,
  passed: (body: Bytes) => Bytes,
): AsyncGenerator<Bytes, void, void> {
  for await (const { name, body } of files) if (!isLeftOut(name, '')) yield passed(body);
}

function delimitedContent(path: string, format: DelimitedFiles, text: Bytes): PlainContent {
  const { kind, delimiter, quote, escape: escapeText, hasHeader, nullText } = format;
  return {
    format: { kind, delimiter, quote, escape: escapeText, hasHeader, nullText },
    body: closedText(path, text, format),
  };
}

/**
 * A quote that is never closed takes all that follows it for one field: it is the file that is wrong, not one
 * of its records.
 */
async function* closedText(path: string, text: Bytes, format: DelimitedFiles): Bytes {
  const isOpen = yield* withLineFeeds(text, format);
  if (isOpen) throw unreadable(path, `a quote (${format.quote}) opens a field in it and is never closed`);
}

async function* jsonContent(text: Bytes): AsyncGenerator<PlainContent, void, void> {
  const { head, body, close } = await headOf(text);
  try {
    const kind = jsonKindOf(head);
    yield { format: { kind }, body: kind === 'json-lines' ? withoutCarriageReturns(body) : body };
  } finally {
    await close();
  }
}
