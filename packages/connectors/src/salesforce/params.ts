import { type AuthParams, parseAuthParams, refusedParams } from '../auth-params.ts';

interface Instance {
  /** Origin of the instance, or of its login host. */
  readonly environmentUrl: URL;
  readonly apiVersion: ApiVersion;
}

/** OAuth client credentials, on the instance's My Domain. */
export interface ClientCredentialParams extends Instance {
  readonly kind: 'client-credentials';
  readonly clientId: string;
  readonly clientSecret: string;
}

/** User name, password and security token; with a connected app by OAuth, without one by SOAP. */
export interface PasswordParams extends Instance {
  readonly kind: 'password';
  readonly username: string;
  readonly password: string;
  readonly securityToken: string;
  readonly connectedApp: { readonly clientId: string; readonly clientSecret: string } | undefined;
}

export type SalesforceParams = ClientCredentialParams | PasswordParams;

/** A version as Salesforce's paths write it after their `v`: `60.0`. */
export type ApiVersion = string & { readonly __brand: 'ApiVersion' };

const DEFAULT_API_VERSION = '60.0';
/** The first version whose Bulk API 2.0 takes queries. */
const FIRST_API_VERSION = 47;

/** Auth spec names of the connection spec, and what reads the parameters of each. */
const PARSERS: Readonly<Record<string, (params: AuthParams) => SalesforceParams>> = {
  'Basic Authentication': (params) => ({
    kind: 'password',
    ...instanceOf(params),
    username: params.text('username'),
    password: params.text('password'),
    securityToken: params.text('securityToken', { mayBeEmpty: true }),
    connectedApp: params.has('clientId')
      ? { clientId: params.text('clientId'), clientSecret: params.text('clientSecret') }
      : undefined,
  }),
  'OAuth2 Client Credential': (params) => ({
    kind: 'client-credentials',
    ...instanceOf(params),
    clientId: params.text('clientId'),
    clientSecret: params.text('clientSecret'),
  }),
};

/**
 * Reads the auth parameters of a base connection.
 *
 * @throws SourceError `refused` that names the parameter and never its value.
 */
export function parseSalesforceParams(authSpecName: string, params: unknown): SalesforceParams {
  return parseAuthParams(PARSERS, authSpecName, params);
}

/** The values that must not show up in any message. */
export function secretsOf(params: SalesforceParams): readonly string[] {
  const secrets =
    params.kind === 'client-credentials'
      ? [params.clientSecret]
      : [params.password + params.securityToken, params.password, params.securityToken];
  if (params.kind === 'password' && params.connectedApp) secrets.push(params.connectedApp.clientSecret);
  return secrets.filter((secret) => secret !== '');
}

function instanceOf(params: AuthParams): Instance {
  return {
    environmentUrl: params.origin('environmentUrl', 'https://example.my.salesforce.com'),
    apiVersion: apiVersionOf(params),
  };
}

function apiVersionOf(params: AuthParams): ApiVersion {
  const value = params.value('apiVersion') ?? DEFAULT_API_VERSION;
  const major = /^v?(\d{2,3})(?:\.0)?$/.exec(String(value))?.[1];
  if (major === undefined || Number(major) < FIRST_API_VERSION) {
    throw refusedParams(
      `auth.params.apiVersion: must be a version from ${FIRST_API_VERSION}.0 on, such as "60.0"`,
    );
  }
  // Checked just above.
  return `${Number(major)}.0` as ApiVersion;
}
