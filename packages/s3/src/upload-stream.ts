import type { S3Client, S3Location, S3UploadedPart } from './client.ts';
import { S3Error } from './errors.ts';
import { MAX_PARTS, SMALLEST_PART, uploadInParts } from './upload.ts';

const MIB = 1024 * 1024;

/** How bytes are uploaded as they come. */
export interface S3StreamOptions {
  /** Bytes of a part; at least 5 MiB, and 8 MiB where left out. */
  readonly partSize?: number;
}

/**
 * Uploads bytes as they come, whole or not at all, and answers how many there were: in one request where they
 * are few, otherwise in parts of one size, of which memory holds two: one is sent while the next one fills.
 * Where it fails the parts are dropped; where the process dies they stay, and `listUploads` tells of them.
 *
 * @throws {StreamTooLarge} beyond 10,000 parts
 */
export async function uploadStream(
  client: S3Client,
  content: AsyncIterable<Uint8Array>,
  location: S3Location,
  options: S3StreamOptions = {},
  signal?: AbortSignal,
): Promise<number> {
  const partSize = Math.max(options.partSize ?? 8 * MIB, SMALLEST_PART);
  const parts = partsOf(untilAborted(content, signal), partSize);
  try {
    const first = (await parts.next()).value ?? new Uint8Array();
    if (first.length < partSize) {
      await client.put(location, first, {}, signal);
      return first.length;
    }
    return await uploadParts(client, location, first, parts, signal);
  } finally {
    await parts.return(undefined);
  }
}

/** More bytes come than the protocol takes in parts of one size. */
class StreamTooLarge extends Error {
  override readonly name = 'StreamTooLarge';

  constructor({ bucket, key }: S3Location, bytes: number) {
    super(
      `s3://${bucket}/${key} would be larger than ${bytes} bytes, the most that can be uploaded as it comes`,
    );
  }
}

async function uploadParts(
  client: S3Client,
  location: S3Location,
  first: Uint8Array,
  others: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<number> {
  let bytes = 0;
  const send = async (uploadId: string) => {
    const failed = new AbortController();
    const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    const sent: S3UploadedPart[] = [];
    const sendPart = async (part: Uint8Array) => {
      sent.push(await client.uploadPart(location, uploadId, sent.length + 1, part, either));
      bytes += part.length;
    };
    let underWay = sendPart(first);
    // How it ends is looked at when the next one is full.
    underWay.catch(() => undefined);
    try {
      for await (const part of others) {
        await underWay;
        if (sent.length === MAX_PARTS) throw new StreamTooLarge(location, bytes);
        underWay = sendPart(part);
        underWay.catch(() => undefined);
      }
      await underWay;
      return sent;
    } catch (error) {
      failed.abort();
      // A part that arrives after the upload was aborted would stay.
      await underWay.catch(() => undefined);
      throw error;
    }
  };
  try {
    await uploadInParts(client, location, send, {}, signal);
  } catch (error) {
    // It may be complete, and the answer that said so be lost.
    const isUnknown = error instanceof S3Error && error.code === 'NoSuchUpload';
    if (!isUnknown || (await client.head(location, signal))?.size !== bytes) throw error;
  }
  return bytes;
}

/** The bytes in parts of one size, but for the last. */
async function* partsOf(
  content: AsyncIterable<Uint8Array>,
  partSize: number,
): AsyncGenerator<Uint8Array, undefined> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    let rest = piece;
    while (bytes + rest.length >= partSize) {
      yield Buffer.concat([...pieces, rest.subarray(0, partSize - bytes)]);
      rest = rest.subarray(partSize - bytes);
      pieces = [];
      bytes = 0;
    }
    pieces.push(rest);
    bytes += rest.length;
  }
  if (bytes > 0) yield Buffer.concat(pieces);
}

/** What comes until a signal is given, also where nothing comes any more. */
async function* untilAborted(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  const pieces = content[Symbol.asyncIterator]();
  // A race with one promise for all pieces would hold each of them until the signal is given.
  let leave = (_reason: unknown) => {};
  const next = () =>
    new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      leave = reject;
      pieces.next().then(resolve, reject);
    });
  const abort = () => leave(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  let isOver = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const piece = await next();
      if (piece.done === true) {
        isOver = true;
        return;
      }
      yield piece.value;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    // Not waited for: what stands still may never end.
    if (!isOver) void Promise.resolve(pieces.return?.()).catch(() => undefined);
  }
}
