import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { SourceError } from '../source.ts';
import { ByteReader } from './byte-reader.ts';
import { bunzip2 } from './bzip2/bunzip2.ts';
import { unreadable } from './file-errors.ts';
import type { Compression } from './file-format.ts';
import type { FileLimits } from './limits.ts';

type Bytes = AsyncIterable<Uint8Array>;

/** Compressions of one stream of bytes; the others are archives of several files. */
export type StreamCompression = Exclude<Compression, 'none' | 'zipDeflate' | 'tar' | 'tarGzip'>;

/**
 * The plain bytes of compressed ones.
 *
 * @throws SourceError `invalid` that names the file, where they are no such bytes, or damaged.
 */
export async function* decompress(
  path: string,
  body: Bytes,
  compression: StreamCompression,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* plainBytes(body, compression);
  } catch (error) {
    if (error instanceof SourceError || !isAboutContent(error)) throw error;
    throw unreadable(path, `is no ${compression} file, or damaged: ${error.message}`, { cause: error });
  }
}

function plainBytes(body: Bytes, compression: StreamCompression): Bytes {
  switch (compression) {
    case 'gzip':
      return through(body, createGunzip());
    case 'zstd':
      return through(body, createZstdDecompress());
    case 'brotli':
      return through(body, createBrotliDecompress());
    case 'deflate':
      return inflate(body);
    case 'bzip2':
      return bunzip2(body);
  }
}

/** Some tools write the zlib header around deflated bytes (RFC 1950), some do not (RFC 1951). */
async function* inflate(body: Bytes): AsyncGenerator<Uint8Array, void, void> {
  const reader = new ByteReader(body);
  const head = await reader.take(2);
  const [method = 0, flags = 0] = head;
  const hasHeader = head.length === 2 && (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
  yield* through(chain(head, reader.rest()), hasHeader ? createInflate() : createInflateRaw());
}

/** What deflated bytes without a header stand for, as archives hold them. */
export function inflateRaw(body: Bytes): Bytes {
  return through(body, createInflateRaw());
}

async function* chain(head: Uint8Array, rest: Bytes): AsyncGenerator<Uint8Array, void, void> {
  if (head.length > 0) yield head;
  yield* rest;
}

async function* through(body: Bytes, transform: Transform): AsyncGenerator<Uint8Array, void, void> {
  // What either side throws comes out of the transform, too.
  const feeding = pipeline(body, transform).catch(() => undefined);
  try {
    yield* transform as AsyncIterable<Uint8Array>;
  } finally {
    transform.destroy();
    await feeding;
  }
}

function isAboutContent(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^(Z_|ZSTD_|ERR_|BZIP2)/.test(code);
}

/**
 * Passes plain bytes on, up to what a file may become: a few compressed bytes can stand for more than any disk holds.
 *
 * @throws SourceError `invalid` that tells the limit.
 */
export async function* bounded(
  path: string,
  compressedBytes: number,
  body: Bytes,
  { plainBytes: most, expansionFrom, expansion }: FileLimits,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > most)
      throw unreadable(path, `is larger than ${most} bytes when it is decompressed; split it`);
    if (bytes > expansionFrom && bytes > compressedBytes * expansion) {
      const message = `grows to more than ${expansion} times its size when it is decompressed; store it as it is`;
      throw unreadable(path, message);
    }
    yield piece;
  }
}
