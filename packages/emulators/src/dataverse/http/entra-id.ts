import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from './context.ts';

/** Why no token is given: status, OAuth error, number and text of the AADSTS error. */
interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly number: number;
  readonly text: string;
}

/** The token endpoint of Microsoft Entra ID: client credentials, and user name with password. */
export function registerEntraId(server: FastifyInstance, context: Context): void {
  server.post<{ Params: { tenant: string } }>('/:tenant/oauth2/v2.0/token', async (request, reply) => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    const refusal = checkGrant(request.params.tenant, form, context);
    reply.header('cache-control', 'no-store, no-cache');
    if (refusal !== undefined) return reply.code(refusal.status).send(refusalBody(refusal));
    const expiresIn = Math.round(context.sessions.lifetimeMs / 1000);
    return {
      token_type: 'Bearer',
      expires_in: expiresIn,
      ext_expires_in: expiresIn,
      access_token: context.sessions.issue(),
    };
  });
}

function checkGrant(tenant: string, form: URLSearchParams, context: Context): Refusal | undefined {
  const { tenantId, clientId, clientSecret, username, password } = context.environment.credentials;
  if (tenant !== tenantId && tenant !== 'organizations')
    return refusal(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`);
  const grantType = form.get('grant_type');
  if (grantType !== 'client_credentials' && grantType !== 'password')
    return refusal(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.');
  const { resource, isDefault } = scopeOf(form.get('scope') ?? '');
  if (!isDefault && grantType === 'client_credentials')
    return refusal(400, 'invalid_scope', 1002012, 'The provided value for scope is not valid.');
  if (resource !== context.url())
    return refusal(
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${resource} was not found in the tenant.`,
    );
  if (grantType === 'client_credentials') {
    if (!isSame(form.get('client_id'), clientId))
      return refusal(400, 'unauthorized_client', 700016, 'The application was not found in the directory.');
    if (!isSame(form.get('client_secret'), clientSecret))
      return refusal(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
    return undefined;
  }
  if ((form.get('client_id') ?? '') === '')
    return refusal(400, 'invalid_request', 900144, "The request must contain the parameter 'client_id'.");
  if (!isSame(form.get('username'), username) || !isSame(form.get('password'), password))
    return refusal(
      400,
      'invalid_grant',
      50126,
      'Error validating credentials due to invalid username or password.',
    );
  return undefined;
}

/** The resource that a scope such as `https://org.crm.dynamics.com/.default` names. */
function scopeOf(scope: string) {
  const first = scope.split(' ')[0] ?? '';
  const at = first.lastIndexOf('/');
  return { resource: first.slice(0, at).replace(/\/$/, ''), isDefault: first.endsWith('/.default') };
}

function refusal(status: number, error: string, number: number, text: string): Refusal {
  return { status, error, number, text };
}

function refusalBody({ error, number, text }: Refusal): unknown {
  const [traceId, correlationId] = [randomUUID(), randomUUID()];
  const timestamp = new Date().toISOString().replace('T', ' ').replace(/\.\d+/, '');
  return {
    error,
    error_description: `AADSTS${number}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [number],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
  };
}

function isSame(given: string | null, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
