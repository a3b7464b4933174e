import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findEntitySet, tableDefinitions } from '../definitions.ts';
import { recordIds } from '../ids.ts';
import { WebApiError } from '../odata/error.ts';
import { ServiceProtection } from '../service-protection.ts';
import { API_VERSIONS, BUSINESS_UNIT_ID, type Context, ORGANIZATION_ID } from './context.ts';
import { EntitySets } from './entity-sets.ts';
import { bearerToken } from './entra-id.ts';
import { answerMetadata } from './metadata-routes.ts';
import { parsePreferences } from './preferences.ts';
import { protectionError } from './trouble.ts';

const JSON_TYPE = 'application/json; odata.metadata=minimal';

/** The Web API of Dataverse, for reading: metadata, entity sets, records, WhoAmI. */
export function registerWebApi(server: FastifyInstance, context: Context): void {
  const sets = new EntitySets(context);
  const protection = new ServiceProtection(context.requestsPerFiveMinutes);
  server.register(async (api) => {
    api.addHook('onRequest', async (request, reply) => {
      reply.header('odata-version', '4.0');
      admit(request, reply, context, protection);
    });
    const answer = (request: FastifyRequest<{ Params: { version: string } }>, reply: FastifyReply) =>
      answerPath(request, reply, context, sets);
    api.get<{ Params: { version: string } }>('/api/data/:version', answer);
    api.get<{ Params: { version: string } }>('/api/data/:version/*', answer);
  });
}

/** Lets a request in: a live token, a version that exists, a request left. */
function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  { sessions, environment, url }: Context,
  protection: ServiceProtection,
): void {
  const token = bearerToken(request);
  if (token === undefined || !sessions.isValid(token)) {
    const { tenantId } = environment.credentials;
    const uri = `authorization_uri=${url()}/${tenantId}/oauth2/authorize, resource_id=${url()}/`;
    const error =
      token === undefined ? '' : 'error=invalid_token, error_description=The access token expired, ';
    throw new WebApiError(401, '0x80072560', 'The user could not be authenticated.', {
      'www-authenticate': `Bearer ${error}${uri}`,
    });
  }
  const version = /^\/api\/data\/([^/?]+)/.exec(request.url)?.[1] ?? '';
  if (!API_VERSIONS.includes(version)) throw notFound(request.url);
  const counted = protection.count(token);
  if ('retryAfter' in counted) throw protectionError('requests', counted.retryAfter);
  reply.header('x-ms-ratelimit-burst-remaining-xrm-requests', String(counted.left));
  reply.header('x-ms-ratelimit-time-remaining-xrm-requests', '1,200.00');
}

function answerPath(
  request: FastifyRequest<{ Params: { version: string } }>,
  reply: FastifyReply,
  context: Context,
  sets: EntitySets,
): FastifyReply {
  const apiRoot = `/api/data/${request.params.version}`;
  const [pathText = '', queryText = ''] = splitAddress(request.url);
  const path = pathText.slice(apiRoot.length).split('/').filter(Boolean).map(decodeURIComponent);
  const params = new Map(new URLSearchParams(queryText));
  const [head = ''] = path;
  if (head === '') return reply.type(JSON_TYPE).send(serviceDocument(context, apiRoot));
  if (head === 'WhoAmI' || head === 'WhoAmI()') return reply.type(JSON_TYPE).send(whoAmI(context, apiRoot));
  const metadata = answerMetadata(path, params, context, apiRoot);
  if (metadata !== undefined) return reply.type(JSON_TYPE).send(metadata);
  const preferences = parsePreferences(request.headers.prefer);
  const areNumbersText = /IEEE754Compatible\s*=\s*true/i.test(request.headers.accept ?? '');
  const [, setName = '', key] = /^(\w+)(?:\(([^()]+)\))?$/.exec(head) ?? [];
  const table = findEntitySet(setName);
  if (table === undefined) throw notFound(setName);
  const asked = { table, params, preferences, areNumbersText, apiRoot, address: request.url };
  if (preferences.applied !== '') reply.header('preference-applied', preferences.applied);
  reply.type(areNumbersText ? `${JSON_TYPE}; IEEE754Compatible=true` : JSON_TYPE);
  if (path.length === 2 && path[1] === '$count' && key === undefined)
    return reply.type('text/plain').send(String(sets.count(asked)));
  if (path.length > 1) throw notFound(pathText);
  return reply.send(key === undefined ? sets.answer(asked) : sets.record(asked, key));
}

function splitAddress(address: string): readonly [string, string] {
  const at = address.indexOf('?');
  return at === -1 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
}

function serviceDocument({ url }: Context, apiRoot: string): unknown {
  return {
    '@odata.context': `${url()}${apiRoot}/$metadata`,
    value: tableDefinitions.map(({ entitySet }) => ({ name: entitySet, kind: 'EntitySet', url: entitySet })),
  };
}

function whoAmI({ url }: Context, apiRoot: string): unknown {
  return {
    '@odata.context': `${url()}${apiRoot}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
    BusinessUnitId: BUSINESS_UNIT_ID,
    UserId: recordIds.idsOf('systemuser')(0),
    OrganizationId: ORGANIZATION_ID,
  };
}

function notFound(segment: string): WebApiError {
  return new WebApiError(404, '0x8006088a', `Resource not found for the segment '${segment}'.`);
}
