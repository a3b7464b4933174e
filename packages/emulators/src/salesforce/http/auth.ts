import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Context, ORGANIZATION_ID, USER_ID } from './context.ts';

interface OAuthFailure {
  readonly error: string;
  readonly error_description: string;
}

const badClientId: OAuthFailure = {
  error: 'invalid_client_id',
  error_description: 'client identifier invalid',
};
const badClient: OAuthFailure = { error: 'invalid_client', error_description: 'invalid client credentials' };
const badGrant: OAuthFailure = { error: 'invalid_grant', error_description: 'authentication failure' };
const badGrantType: OAuthFailure = {
  error: 'unsupported_grant_type',
  error_description: 'grant type not supported',
};

/** The OAuth 2.0 endpoints (client credentials and user name with password) and the identity service. */
export function registerOAuth(server: FastifyInstance, context: Context): void {
  server.post('/services/oauth2/token', async (request, reply) => {
    const form = formOf(request);
    const failure = checkGrant(form, context);
    reply.header('cache-control', 'no-cache, no-store');
    return failure === undefined ? grant(context) : reply.code(400).send(failure);
  });
  server.post('/services/oauth2/revoke', async (request, reply) => {
    const ended = context.sessions.end(formOf(request).get('token') ?? '');
    const failure = {
      error: 'unsupported_token_type',
      error_description: 'this token type is not supported',
    };
    return ended ? reply.code(200).send() : reply.code(400).send(failure);
  });
  server.get('/services/oauth2/userinfo', (request, reply) => identity(request, reply, context));
  server.get('/id/:organization/:user', (request, reply) => identity(request, reply, context));
}

function formOf(request: FastifyRequest): URLSearchParams {
  const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    form.set('client_id', decodeURIComponent(id));
    form.set('client_secret', decodeURIComponent(secret));
  }
  return form;
}

function checkGrant(form: URLSearchParams, { org }: Context): OAuthFailure | undefined {
  const { credentials } = org;
  const grantType = form.get('grant_type');
  if (grantType !== 'client_credentials' && grantType !== 'password') return badGrantType;
  if (!isSame(form.get('client_id'), credentials.clientId)) return badClientId;
  if (!isSame(form.get('client_secret'), credentials.clientSecret)) return badClient;
  if (grantType === 'client_credentials') return undefined;
  const known =
    isSame(form.get('username'), credentials.username) &&
    isSame(form.get('password'), credentials.password + credentials.securityToken);
  return known ? undefined : badGrant;
}

function isSame(given: string | null, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function grant({ sessions, org, url }: Context): unknown {
  const id = `${url()}/id/${ORGANIZATION_ID}/${USER_ID}`;
  const issuedAt = String(Date.now());
  return {
    access_token: sessions.issue(),
    signature: createHmac('sha256', org.credentials.clientSecret)
      .update(id + issuedAt)
      .digest('base64'),
    scope: 'api',
    instance_url: url(),
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
  };
}

function identity(request: FastifyRequest, reply: FastifyReply, context: Context): FastifyReply {
  const token = bearerToken(request);
  if (token === undefined || !context.sessions.isValid(token))
    return reply.code(403).type('text/plain').send('Bad_OAuth_Token');
  const { username } = context.org.credentials;
  return reply.send({
    id: `${context.url()}/id/${ORGANIZATION_ID}/${USER_ID}`,
    asserted_user: true,
    user_id: USER_ID,
    organization_id: ORGANIZATION_ID,
    username,
    nick_name: username.split('@')[0],
    display_name: 'Integration User',
    email: username,
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 0,
    urls: {
      rest: `${context.url()}/services/data/v{version}/`,
      sobjects: `${context.url()}/services/data/v{version}/sobjects/`,
    },
  });
}

/** The token of an `Authorization: Bearer` (or the older `OAuth`) header. */
export function bearerToken(request: FastifyRequest): string | undefined {
  return /^(?:Bearer|OAuth) (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** The SOAP API's login and logout calls, all that clients still need it for. */
export function registerSoap(server: FastifyInstance, context: Context): void {
  server.post<{ Params: { version: string } }>('/services/Soap/u/:version', async (request, reply) => {
    const envelope = typeof request.body === 'string' ? request.body : '';
    reply.type('text/xml;charset=UTF-8');
    if (/<(?:\w+:)?logout[\s/>]/.test(envelope)) {
      context.sessions.end(elementText(envelope, 'sessionId') ?? '');
      return soapEnvelope('<logoutResponse/>');
    }
    const { username, password, securityToken } = context.org.credentials;
    const known =
      isSame(elementText(envelope, 'username') ?? null, username) &&
      isSame(elementText(envelope, 'password') ?? null, password + securityToken);
    if (known) return soapEnvelope(loginResponse(context, request.params.version));
    return reply.code(500).send(soapEnvelope(invalidLogin));
  });
}

const invalidLogin =
  '<soapenv:Fault><faultcode>sf:INVALID_LOGIN</faultcode><faultstring>INVALID_LOGIN: Invalid username, password, ' +
  'security token; or user locked out.</faultstring><detail><sf:LoginFault xsi:type="sf:LoginFault">' +
  '<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode><sf:exceptionMessage>Invalid username, password, security token; ' +
  'or user locked out.</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>';

function soapEnvelope(body: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ' +
    'xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" ' +
    `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`
  );
}

function loginResponse({ sessions, url, org }: Context, version: string): string {
  const endpoint = `${url()}/services/Soap`;
  const organization = ORGANIZATION_ID.slice(0, 15);
  return (
    `<loginResponse><result><metadataServerUrl>${endpoint}/m/${escapeXml(version)}/${organization}</metadataServerUrl>` +
    '<passwordExpired>false</passwordExpired><sandbox>false</sandbox>' +
    `<serverUrl>${endpoint}/u/${escapeXml(version)}/${organization}</serverUrl><sessionId>${sessions.issue()}</sessionId>` +
    `<userId>${USER_ID}</userId><userInfo><organizationId>${ORGANIZATION_ID}</organizationId>` +
    `<userId>${USER_ID}</userId><userName>${escapeXml(org.credentials.username)}</userName></userInfo></result></loginResponse>`
  );
}

const xmlEntities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function elementText(xml: string, name: string): string | undefined {
  const text = new RegExp(`<(?:\\w+:)?${name}>([^<]*)</`).exec(xml)?.[1];
  return text?.replace(/&(?:(\w+)|#x([0-9a-f]+)|#(\d+));/gi, (whole, entity, hex, decimal) => {
    if (entity !== undefined) return xmlEntities[entity] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
