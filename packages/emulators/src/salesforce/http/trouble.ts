import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type BodyTrouble, disturbed } from '../../body-trouble.ts';
import { bearerToken } from './auth.ts';
import type { Context } from './context.ts';
import { ApiError } from './errors.ts';

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
    return trouble === undefined ? payload : disturbed(trouble, payload, reply);
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
