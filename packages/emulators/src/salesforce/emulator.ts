import { randomBytes } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { Faults } from '../faults.ts';
import { type CommonOptions, checkRows, checkSeed, listen, type RunningEmulator } from '../listen.ts';
import { Sessions } from '../sessions.ts';
import { Usage } from '../usage.ts';
import { BulkJobs } from './bulk-jobs.ts';
import { ConnectedApp } from './connected-app.ts';
import type { Credentials } from './credentials.ts';
import { findObject, objectDefinitions } from './definitions.ts';
import { bearerToken, registerOAuth } from './http/auth.ts';
import { registerBulk } from './http/bulk.ts';
import {
  type Context,
  type Latency,
  NEWEST_VERSION,
  OLDEST_VERSION,
  ORGANIZATION_ID,
} from './http/context.ts';
import { registerSalesforceControl } from './http/control.ts';
import { ApiError, notFound, sendError } from './http/errors.ts';
import { registerRest, registerVersions } from './http/rest.ts';
import { registerSoap } from './http/soap.ts';
import { registerTrouble, requestLimitExceeded } from './http/trouble.ts';
import { Org } from './org.ts';

export interface SalesforceEmulatorOptions extends CommonOptions, Partial<Credentials> {
  /** Milliseconds until an access token expires; default two hours. */
  readonly sessionLifetimeMs?: number;
  /** API calls until REQUEST_LIMIT_EXCEEDED; default 1,000,000. */
  readonly dailyApiRequests?: number;
  /** Bulk query jobs in 24 hours until LIMIT_EXCEEDED; default 10,000. */
  readonly dailyBulkQueryJobs?: number;
  /** Rows in a page of bulk results without `maxRecords`; default 250,000. */
  readonly bulkPageRows?: number;
  readonly latency?: Partial<Latency>;
}

export type SalesforceEmulator = RunningEmulator<Credentials>;

/** Rows of an org that nobody asked anything particular of. */
const defaultRows: Readonly<Record<string, number>> = {
  Account: 4000,
  Attachment: 40,
  Campaign: 120,
  Case: 8000,
  Contact: 20_000,
  ContactHistory: 2000,
  Lead: 5000,
  Opportunity: 6000,
  Task: 3000,
  TaskStatus: 5,
  User: 28,
  Venue__c: 300,
};

/** Longest request line; Salesforce refuses longer URIs (REST API Developer Guide, Request Limits). */
const MOST_URI_BYTES = 16_384;

/** Starts an emulated Salesforce org. Rejects where the address is taken or an option makes no sense. */
export async function startSalesforceEmulator(
  options: SalesforceEmulatorOptions = {},
): Promise<SalesforceEmulator> {
  const { host = '127.0.0.1', port = 0 } = options;
  const org = new Org({
    seed: checkSeed(options.seed ?? 1),
    rows: { ...defaultRows, ...checkRows(options.rows ?? {}, objectDefinitions, findObject) },
    credentials: completeCredentials(options),
    journalPath: options.journalPath,
  });
  const latency: Latency = { requestMs: 0, bulkJobMs: 100, ...options.latency };
  const sessions = new Sessions(newAccessToken, options.sessionLifetimeMs ?? 7_200_000);
  let url = '';
  const context: Context = {
    org,
    sessions,
    connectedApp: new ConnectedApp(sessions),
    jobs: new BulkJobs(org, {
      durationMs: latency.bulkJobMs,
      dailyLimit: options.dailyBulkQueryJobs ?? 10_000,
    }),
    faults: new Faults(),
    usage: new Usage(options.dailyApiRequests ?? 1_000_000),
    latency,
    bulkPageRows: options.bulkPageRows ?? 250_000,
    url: () => url,
  };
  const server = buildServer(context);
  url = await listen(server, host, port);
  return { url, credentials: org.credentials, close: () => server.close() };
}

/** Access tokens and SOAP session ids, which are the same thing to Salesforce, begin with the organisation's id. */
function newAccessToken(): string {
  return `${ORGANIZATION_ID.slice(0, 15)}!${randomBytes(48).toString('base64url').replaceAll('-', '.')}`;
}

function completeCredentials(given: Partial<Credentials>): Credentials {
  return {
    clientId: given.clientId ?? `3MVG9${randomBytes(40).toString('base64url').replaceAll('-', '.')}`,
    clientSecret: given.clientSecret ?? randomBytes(32).toString('hex').toUpperCase(),
    username: given.username ?? 'integration@tributary.example.com',
    password: given.password ?? randomBytes(12).toString('base64url'),
    securityToken:
      given.securityToken ??
      randomBytes(18)
        .toString('base64')
        .replace(/[^A-Za-z0-9]/g, 'x'),
  };
}

function buildServer(context: Context): FastifyInstance {
  const server = Fastify({
    forceCloseConnections: true,
    http: { maxHeaderSize: 4 * MOST_URI_BYTES },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  });
  const textTypes = ['application/x-www-form-urlencoded', 'text/xml', 'application/soap+xml'];
  server.addContentTypeParser(textTypes, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Many clients name a content type on every request, bodiless ones too.
    if (body === '') done(null, undefined);
    else parseJson(request, String(body), done);
  });
  server.setErrorHandler((error: Error, _request, reply) => sendError(error, reply));
  server.setNotFoundHandler((_request, reply) => sendError(notFound(), reply));
  server.addHook('onRequest', async (request, reply) => {
    context.usage.countRequest(request.method, request.routeOptions.url ?? request.url.split('?')[0] ?? '');
    reply.header('date', new Date(context.org.clock.now()).toUTCString());
    if (request.url.length > MOST_URI_BYTES) throw new ApiError(414, 'URI_TOO_LONG', 'URI Too Long');
  });
  registerTrouble(server, context);
  registerOAuth(server, context);
  registerSoap(server, context);
  registerVersions(server);
  server.register(async (api) => {
    api.addHook('onRequest', async (request) => admit(request, context));
    api.addHook('onSend', async (_request, reply, payload) => {
      reply.header('sforce-limit-info', `api-usage=${context.usage.apiCalls}/${context.usage.dailyLimit}`);
      return payload;
    });
    registerRest(api, context);
    registerBulk(api, context);
  });
  server.register(async (control) => registerSalesforceControl(control, context), { prefix: '/__emulator' });
  return server;
}

/** Lets a request of the REST API in: a live session, a version that exists, a call left for the day. */
function admit(request: FastifyRequest, { sessions, usage }: Context): void {
  const token = bearerToken(request);
  if (token === undefined || !sessions.isValid(token)) {
    throw new ApiError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
  }
  const version = /^\/services\/data\/v(\d{1,3})\.0(?:[/?]|$)/.exec(request.url)?.[1];
  if (version === undefined || Number(version) < OLDEST_VERSION || Number(version) > NEWEST_VERSION)
    throw notFound();
  if (!usage.countApiCall()) throw requestLimitExceeded();
}
