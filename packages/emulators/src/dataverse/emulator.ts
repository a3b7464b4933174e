import { randomBytes, randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { Faults } from '../faults.ts';
import { type CommonOptions, checkRows, checkSeed, listen, type RunningEmulator } from '../listen.ts';
import { Sessions } from '../sessions.ts';
import { Usage } from '../usage.ts';
import type { Credentials } from './credentials.ts';
import { findTable, tableDefinitions } from './definitions.ts';
import { Environment } from './environment.ts';
import type { Context } from './http/context.ts';
import { registerDataverseControl } from './http/control.ts';
import { registerEntraId } from './http/entra-id.ts';
import { registerTrouble } from './http/trouble.ts';
import { registerWebApi } from './http/web-api.ts';
import { WebApiError } from './odata/error.ts';

export interface DataverseEmulatorOptions extends CommonOptions, Partial<Credentials> {
  /** Milliseconds until an access token expires; default one hour. */
  readonly tokenLifetimeMs?: number;
  /** Default 6,000, as at Dataverse. */
  readonly requestsPerFiveMinutes?: number;
  /** Milliseconds that every request waits before it is served; default 0. */
  readonly requestMs?: number;
}

/** Its address is the service's URI and its authority. */
export type DataverseEmulator = RunningEmulator<Credentials>;

/** Rows of an environment that nobody asked anything particular of. */
const defaultTableRows: Readonly<Record<string, number>> = {
  account: 4000,
  contact: 20_000,
  lead: 5000,
  opportunity: 6000,
  systemuser: 28,
  transactioncurrency: 1,
};

/** Longest URL that Dataverse takes in a GET request. */
const MOST_URI_BYTES = 32_768;

/** Starts an emulated Dataverse environment. Rejects where the address is taken or an option makes no sense. */
export async function startDataverseEmulator(
  options: DataverseEmulatorOptions = {},
): Promise<DataverseEmulator> {
  const { host = '127.0.0.1', port = 0 } = options;
  const environment = new Environment({
    seed: checkSeed(options.seed ?? 1),
    rows: { ...defaultTableRows, ...checkRows(options.rows ?? {}, tableDefinitions, findTable) },
    credentials: completeCredentials(options),
    journalPath: options.journalPath,
  });
  let url = '';
  const context: Context = {
    environment,
    sessions: new Sessions(newAccessToken, options.tokenLifetimeMs ?? 3_600_000),
    faults: new Faults(),
    usage: new Usage(Number.POSITIVE_INFINITY),
    requestMs: options.requestMs ?? 0,
    requestsPerFiveMinutes: options.requestsPerFiveMinutes ?? 6000,
    url: () => url,
  };
  const server = buildServer(context);
  url = await listen(server, host, port);
  return { url, credentials: environment.credentials, close: () => server.close() };
}

function completeCredentials(given: Partial<Credentials>): Credentials {
  return {
    tenantId: given.tenantId ?? randomUUID(),
    clientId: given.clientId ?? randomUUID(),
    clientSecret:
      given.clientSecret ?? `${randomBytes(3).toString('hex')}~${randomBytes(24).toString('base64url')}`,
    username: given.username ?? 'integration@tributary.example.com',
    password: given.password ?? randomBytes(12).toString('base64url'),
  };
}

/** Entra ID's tokens are JWTs, which clients must not look into; these only look like some. */
function newAccessToken(): string {
  return [30, 200, 64].map((bytes) => randomBytes(bytes).toString('base64url')).join('.');
}

function buildServer(context: Context): FastifyInstance {
  const server = Fastify({
    forceCloseConnections: true,
    http: { maxHeaderSize: 2 * MOST_URI_BYTES },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MOST_URI_BYTES },
  });
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  );
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    sendError(error, reply),
  );
  server.setNotFoundHandler((request, reply) =>
    sendError(new WebApiError(404, '0x8006088a', `Resource not found for '${request.url}'.`), reply),
  );
  server.addHook('onRequest', async (request, reply) => {
    context.usage.countRequest(request.method, request.routeOptions.url ?? request.url.split('?')[0] ?? '');
    reply.header('date', new Date(context.environment.clock.now()).toUTCString());
    if (request.url.length > MOST_URI_BYTES)
      throw new WebApiError(414, '0x80060888', 'The request URI is too long.');
  });
  registerTrouble(server, context);
  registerEntraId(server, context);
  registerWebApi(server, context);
  server.register(async (control) => registerDataverseControl(control, context), { prefix: '/__emulator' });
  return server;
}

/** Answers whatever a route threw, as Dataverse would put it. */
function sendError(error: Error & { statusCode?: number }, reply: FastifyReply): FastifyReply {
  if (error instanceof WebApiError) {
    const { status, code, message, headers } = error;
    return reply.headers(headers).code(status).send({ error: { code, message } });
  }
  const status = error.statusCode ?? 500;
  const message = status < 500 ? error.message : `The emulator failed: ${error.message}`;
  return reply.code(status).send({ error: { code: '0x80040216', message } });
}
