import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';

/** What can go wrong with a body on its way. */
export type BodyTrouble =
  | { readonly kind: 'reset'; readonly afterBytes: number }
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  | { readonly kind: 'slow'; readonly chunkBytes: number; readonly delayMs: number };

/** Lets the bytes before a reset leave the process. */
const FLUSH_MS = 20;

/** The payload as the trouble lets it through. */
export function disturbed(trouble: BodyTrouble, payload: unknown, reply: FastifyReply): Readable {
  reply.removeHeader('content-length');
  return Readable.from(disturb(trouble, chunksOf(payload), reply), { objectMode: false });
}

async function* chunksOf(payload: unknown): AsyncGenerator<Buffer> {
  if (payload instanceof Readable) {
    for await (const chunk of payload) yield Buffer.from(chunk);
  } else if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
    yield Buffer.from(payload);
  }
}

async function* disturb(
  trouble: BodyTrouble,
  chunks: AsyncIterable<Buffer>,
  reply: FastifyReply,
): AsyncGenerator<Buffer> {
  if (trouble.kind === 'slow') {
    yield* drip(chunks, trouble.chunkBytes, trouble.delayMs);
    return;
  }
  let left = trouble.afterBytes;
  for await (const chunk of chunks) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) break;
  }
  if (trouble.kind === 'reset') {
    await delay(FLUSH_MS);
    reply.raw.destroy();
  }
}

async function* drip(chunks: AsyncIterable<Buffer>, size: number, delayMs: number): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += size) {
      yield chunk.subarray(at, at + size);
      await delay(delayMs);
    }
  }
}
