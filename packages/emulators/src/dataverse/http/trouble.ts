import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ArmedTrouble, disturbed } from '../../body-trouble.ts';
import { WebApiError } from '../odata/error.ts';
import type { ProtectionLimit } from '../trouble.ts';
import type { Context } from './context.ts';
import { bearerToken } from './entra-id.ts';

/** Codes and messages of the service protection limits (Service protection API limits, errors returned). */
const PROTECTION: Readonly<Record<ProtectionLimit, readonly [code: string, message: string]>> = {
  requests: ['0x80072322', 'Number of requests exceeded the limit of 6000 over time window of 300 seconds.'],
  executionTime: [
    '0x80072321',
    'Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 seconds.',
  ],
  concurrency: ['0x80072326', 'Number of concurrent requests exceeded the limit of 52.'],
};

/** Makes armed faults happen to requests below `/api` and to the token endpoint. */
export function registerTrouble(server: FastifyInstance, context: Context): void {
  const bodyTroubles = new WeakMap<FastifyRequest, ArmedTrouble>();

  server.addHook('onRequest', async (request) => {
    if (request.url.startsWith('/__emulator')) return;
    if (context.requestMs > 0) await delay(context.requestMs);
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

function refuse(request: FastifyRequest, { faults, sessions, environment }: Context): void {
  const token = bearerToken(request);
  if (token !== undefined && faults.take(['expireToken'], request.url) !== undefined) sessions.end(token);
  const dropped = faults.take(['dropColumn'], request.url);
  if (dropped !== undefined) {
    const { object, column } = dropped;
    environment.dropColumns(object, [...environment.droppedColumns(object), column]);
  }
  if (faults.take(['missingPrivilege'], request.url) !== undefined) {
    const message = 'Principal user is missing a read privilege that this request needs.';
    throw new WebApiError(403, '0x80040220', message);
  }
  const trouble = faults.take(['status', 'serviceProtection'], request.url);
  if (trouble?.kind === 'serviceProtection') throw protectionError(trouble.limit, trouble.retryAfter);
  if (trouble?.kind !== 'status') return;
  if (trouble.status === 429) throw protectionError('requests', trouble.retryAfter);
  const headers = retryAfterHeader(trouble.retryAfter);
  throw new WebApiError(trouble.status, '0x80040216', 'An unexpected error occurred.', headers);
}

export function protectionError(limit: ProtectionLimit, retryAfter: number | undefined): WebApiError {
  const [code, message] = PROTECTION[limit];
  return new WebApiError(429, code, message, retryAfterHeader(retryAfter));
}

function retryAfterHeader(seconds: number | undefined): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}
