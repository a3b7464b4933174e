import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';

/** What can go wrong with a body on its way. */
export type BodyTrouble =
  | { readonly kind: 'reset'; readonly afterBytes: number }
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  | { readonly kind: 'slow'; readonly chunkBytes: number; readonly delayMs: number };

/** A trouble that happens to one body; what drips comes at once from when it is disarmed. */
export interface ArmedTrouble {
  readonly trouble: BodyTrouble;
  readonly disarmed: AbortSignal;
}

/** Lets the bytes before a reset leave the process. */
const FLUSH_MS = 20;

/** The payload as the trouble lets it through. */
export function disturbed(
  { trouble, disarmed }: ArmedTrouble,
  payload: unknown,
  reply: FastifyReply,
): Readable {
  reply.removeHeader('content-length');
  const chunks = chunksOf(payload);
  const body = trouble.kind === 'slow' ? drip(chunks, trouble, disarmed) : breakOff(chunks, trouble, reply);
  return Readable.from(body, { objectMode: false });
}

async function* chunksOf(payload: unknown): AsyncGenerator<Buffer> {
  if (payload instanceof Readable) {
    for await (const chunk of payload) yield Buffer.from(chunk);
  } else if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
    yield Buffer.from(payload);
  }
}

async function* breakOff(
  chunks: AsyncIterable<Buffer>,
  { kind, afterBytes }: Exclude<BodyTrouble, { kind: 'slow' }>,
  reply: FastifyReply,
): AsyncGenerator<Buffer> {
  let left = afterBytes;
  for await (const chunk of chunks) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) break;
  }
  if (kind === 'reset') {
    await delay(FLUSH_MS);
    reply.raw.destroy();
  }
}

async function* drip(
  chunks: AsyncIterable<Buffer>,
  { chunkBytes, delayMs }: Extract<BodyTrouble, { kind: 'slow' }>,
  disarmed: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    let at = 0;
    for (; at < chunk.length && !disarmed.aborted; at += chunkBytes) {
      yield chunk.subarray(at, at + chunkBytes);
      await delay(delayMs, undefined, { signal: disarmed }).catch(() => undefined);
    }
    yield chunk.subarray(at);
  }
}
