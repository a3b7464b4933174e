import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ArmedTrouble, disturbed } from '../../body-trouble.ts';
import { applySchemaChange } from '../schema-change.ts';
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
  const bodyTroubles = new WeakMap<FastifyRequest, ArmedTrouble>();

  server.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/services/')) return;
    if (context.latency.requestMs > 0) await delay(context.latency.requestMs);
    letHappen(request, context);
    const skew = context.faults.take(['clockSkew'], request.url);
    if (skew !== undefined)
      reply.header('date', new Date(context.org.clock.now() + skew.seconds * 1000).toUTCString());
    refuse(request, context);
    const { disarmed } = context.faults;
    const trouble = context.faults.take(['reset', 'truncate', 'slow'], request.url);
    if (trouble !== undefined) bodyTroubles.set(request, { trouble, disarmed });
  });

  server.addHook('onSend', async (request, reply, payload) => {
    const armed = bodyTroubles.get(request);
    return armed === undefined ? payload : disturbed(armed, payload, reply);
  });
}

/** What others do to the org while a client reads: between two of its pages, say. */
function letHappen({ url }: FastifyRequest, { faults, org }: Context): void {
  const mutation = faults.take(['mutation'], url)?.mutation;
  if (mutation !== undefined) org.mutate(mutation, faults.take(['lateCommit'], url)?.seconds ?? 0);
  const change = faults.take(['schemaChange'], url)?.change;
  if (change !== undefined) applySchemaChange(org, change);
}

function refuse(request: FastifyRequest, { faults, sessions }: Context): void {
  const token = bearerToken(request);
  if (token !== undefined && faults.take(['expireSession'], request.url) !== undefined) sessions.end(token);
  const trouble = faults.take(['status', 'requestLimit', 'error'], request.url);
  if (trouble?.kind === 'error') throw new ApiError(trouble.status, trouble.errorCode, trouble.message);
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

/** A query that finds more rows than a fault lets it. */
export function takeTimeout(url: string, rows: number, { faults }: Pick<Context, 'faults'>): boolean {
  return faults.take(['queryTimeout'], url, (trouble) => rows > trouble.rows) !== undefined;
}

export const QUERY_TIMEOUT_MESSAGE = 'Your query request was running for too long.';
