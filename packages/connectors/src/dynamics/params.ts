import { type AuthParams, parseAuthParams, refusedParams } from '../auth-params.ts';

interface Service {
  /** Origin of the environment, such as `https://org.crm.dynamics.com`. */
  readonly serviceUri: URL;
  /** Where tokens are asked for; undefined takes what the service itself names. */
  readonly authority: Authority | undefined;
}

/** A host of Microsoft Entra ID, and a tenant there where it is known. */
export interface Authority {
  readonly origin: URL;
  /** Id or domain of the tenant. */
  readonly tenant: string | undefined;
}

/** An application that signs in by itself: OAuth client credentials. */
export interface ServicePrincipalParams extends Service {
  readonly kind: 'service-principal';
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A user whose password is given: OAuth resource owner password credentials. */
export interface UserParams extends Service {
  readonly kind: 'user';
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
}

export type DynamicsParams = ServicePrincipalParams | UserParams;

/**
 * The application that Microsoft registered for developers who have none of their own (Use OAuth authentication with
 * Dataverse). The platform's parameters name no application for a user.
 */
const SAMPLE_CLIENT_ID = '51f81489-12ee-4a9e-aaae-a2591f45987d';

const SERVICE_EXAMPLE = 'https://example.crm.dynamics.com';
const AUTHORITY_EXAMPLE = 'https://login.microsoftonline.com/contoso.com';
const TENANT = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;

/** Auth spec names of the connection spec, and what reads the parameters of each. */
const PARSERS: Readonly<Record<string, (params: AuthParams) => DynamicsParams>> = {
  'Service Principal Key Based Authentication': (params) => ({
    kind: 'service-principal',
    ...serviceOf(params),
    clientId: params.text('servicePrincipalId'),
    clientSecret: params.text('servicePrincipalKey'),
  }),
  'Basic Authentication for Dynamics-Online': (params) => ({
    kind: 'user',
    ...serviceOf(params),
    clientId: params.has('clientId') ? params.text('clientId') : SAMPLE_CLIENT_ID,
    username: params.text('username'),
    password: params.text('password'),
  }),
};

/**
 * Reads the auth parameters of a base connection.
 *
 * @throws SourceError `refused` that names the parameter and never its value.
 */
export function parseDynamicsParams(authSpecName: string, params: unknown): DynamicsParams {
  return parseAuthParams(PARSERS, authSpecName, params);
}

/** The values that must not show up in any message. */
export function secretsOf(params: DynamicsParams): readonly string[] {
  return [params.kind === 'user' ? params.password : params.clientSecret];
}

function serviceOf(params: AuthParams): Service {
  const serviceUri = params.origin('serviceUri', SERVICE_EXAMPLE);
  const authority = params.has('authority')
    ? authorityOf(params.url('authority', AUTHORITY_EXAMPLE))
    : undefined;
  if (authority?.origin.protocol === 'http:' && serviceUri.protocol === 'https:')
    throw refusedParams('auth.params.authority: must be a https URL, as serviceUri is');
  return { serviceUri, authority };
}

function authorityOf(url: URL): Authority {
  const [tenant, ...rest] = url.pathname.split('/').filter(Boolean);
  if (rest.length > 0 || (tenant !== undefined && !TENANT.test(tenant)))
    throw refusedParams(`auth.params.authority: must be a URL such as ${AUTHORITY_EXAMPLE}`);
  return { origin: new URL(url.origin), tenant };
}
