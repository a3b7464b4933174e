import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Trouble } from '../faults.ts';
import { bearerToken } from './auth.ts';
import type { Context } from './context.ts';
import { ApiError } from './errors.ts';

type BodyTrouble = Extract<Trouble, { kind: 'reset' | 'truncate' | 'slow' }>;

/** Lets the bytes before a reset leave the process. */
const FLUSH_MS = 20;

const statusErrors: Readonly<Record<number, readonly [errorCode: string, message: string]>> = {
  429: ['TOO_MANY_REQUESTS', 'Too many requests'],
  500: [
    'UNKNOWN_EXCEPTION',
    'An unexpected error occurred. Please include this ErrorId if you contact support: 0',
  ],
  503: ['SERVER_UNAVAILABLE', 'The server is too busy. Please wait and try again.'],
};

/** Makes armed faults happen to requests below `/services`. */
export function registerTrouble(server: FastifyInstance, context: Context): void {
  const bodyTroubles = new WeakMap<FastifyRequest, BodyTrouble>();

  server.addHook('onRequest', async (request) => {
    if (!request.url.startsWith('/services/')) return;
    if (context.latency.requestMs > 0) await delay(context.latency.requestMs);
    refuse(request, context);
    const trouble = context.faults.take(['reset', 'truncate', 'slow'], request.url);
    if (trouble !== undefined) bodyTroubles.set(request, trouble);
  });

  server.addHook('onSend', async (request, reply, payload) => {
    const trouble = bodyTroubles.get(request);
    if (trouble === undefined) return payload;
    reply.removeHeader('content-length');
    return Readable.from(disturb(trouble, chunksOf(payload), reply), { objectMode: false });
  });
}

function refuse(request: FastifyRequest, { faults, sessions }: Context): void {
  const token = bearerToken(request);
  if (token !== undefined && faults.take(['expireSession'], request.url) !== undefined) sessions.end(token);
  const trouble = faults.take(['status', 'requestLimit'], request.url);
  if (trouble?.kind === 'requestLimit') throw requestLimitExceeded();
  if (trouble?.kind === 'status') {
    const [errorCode, message] = statusErrors[trouble.status] ?? [
      'UNKNOWN_EXCEPTION',
      `Status ${trouble.status}`,
    ];
    throw new ApiError(trouble.status, errorCode, message, trouble.retryAfter);
  }
}

export function requestLimitExceeded(): ApiError {
  return new ApiError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
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
