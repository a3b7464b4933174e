import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AssertionFailure, type AssertionRules, checkAssertion } from '../jwt-assertion.ts';
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

const badRefreshToken: OAuthFailure = {
  error: 'invalid_grant',
  error_description: 'expired access/refresh token',
};

/** How each failure of an assertion is answered. */
const badAssertions: Readonly<Record<AssertionFailure, OAuthFailure>> = {
  malformed: { error: 'invalid_grant', error_description: 'invalid assertion' },
  issuer: badClientId,
  signature: { error: 'invalid_grant', error_description: 'invalid assertion' },
  audience: { error: 'invalid_grant', error_description: 'audience is invalid' },
  expired: { error: 'invalid_grant', error_description: 'expired authorization code' },
  subject: { error: 'invalid_grant', error_description: "user hasn't approved this consumer" },
};

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Log-in hosts of production and of sandboxes: an assertion may name either, or the org's own address. */
const LOGIN_HOSTS = ['https://login.salesforce.com', 'https://test.salesforce.com'];

/** The OAuth 2.0 endpoints (client credentials, password, JWT bearer, refresh token) and the identity service. */
export function registerOAuth(server: FastifyInstance, context: Context): void {
  server.post('/services/oauth2/token', async (request, reply) => {
    const granted = grant(formOf(request), context);
    reply.header('cache-control', 'no-cache, no-store');
    return 'error' in granted ? reply.code(400).send(granted) : granted;
  });
  server.post('/services/oauth2/revoke', async (request, reply) => {
    const token = formOf(request).get('token') ?? '';
    const ended = context.sessions.end(token) || context.connectedApp.revoke(token);
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

/** A session by whatever the form grants it, as the token endpoint answers; or why not. */
function grant(form: URLSearchParams, context: Context): Readonly<Record<string, unknown>> | OAuthFailure {
  const { sessions, connectedApp } = context;
  const grantType = form.get('grant_type');
  if (grantType === JWT_BEARER) {
    const failure = checkAssertion(form.get('assertion') ?? '', rulesOf(context));
    // This flow's answer has no time of issue and no signature.
    return failure === undefined ? answer(sessions.issue(), context) : badAssertions[failure];
  }
  if (grantType !== 'client_credentials' && grantType !== 'password' && grantType !== 'refresh_token')
    return badGrantType;
  const failure = checkClient(form, context);
  if (failure !== undefined) return failure;
  if (grantType === 'refresh_token') {
    const refreshed = connectedApp.refresh(form.get('refresh_token') ?? '');
    if (refreshed === undefined) return badRefreshToken;
    const { accessToken, refreshToken } = refreshed;
    const rotated = refreshToken === undefined ? {} : { refresh_token: refreshToken };
    return { ...signedAnswer(accessToken, context), ...rotated };
  }
  if (grantType === 'password' && !isUser(form.get('username'), form.get('password'), context))
    return badGrant;
  return signedAnswer(sessions.issue(), context);
}

function checkClient(form: URLSearchParams, { org }: Context): OAuthFailure | undefined {
  if (!isSame(form.get('client_id'), org.credentials.clientId)) return badClientId;
  return isSame(form.get('client_secret'), org.credentials.clientSecret) ? undefined : badClient;
}

/** Whether these are the user's name, and the password with the security token behind it. */
export function isUser(username: string | null, password: string | null, { org }: Context): boolean {
  const { credentials } = org;
  const isKnown = isSame(username, credentials.username);
  return isSame(password, credentials.password + credentials.securityToken) && isKnown;
}

function rulesOf({ org, connectedApp, url }: Context): AssertionRules {
  const { clientId, username } = org.credentials;
  const audiences = [...LOGIN_HOSTS, url()];
  return { publicKey: connectedApp.publicKey, clientId, username, audiences, now: org.clock.now() };
}

function isSame(given: string | null, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function answer(accessToken: string, { url }: Context): Readonly<Record<string, unknown>> {
  return {
    access_token: accessToken,
    scope: 'api',
    instance_url: url(),
    id: `${url()}/id/${ORGANIZATION_ID}/${USER_ID}`,
    token_type: 'Bearer',
  };
}

function signedAnswer(accessToken: string, context: Context): Readonly<Record<string, unknown>> {
  const unsigned = answer(accessToken, context);
  const issuedAt = String(Date.now());
  const signature = createHmac('sha256', context.org.credentials.clientSecret)
    .update(`${unsigned.id}${issuedAt}`)
    .digest('base64');
  return { ...unsigned, issued_at: issuedAt, signature };
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
