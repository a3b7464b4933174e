import { type AuthParams, parseAuthParams, refusedParams } from '../auth-params.ts';
import { parsePrivateKey } from './jwt-assertion.ts';

interface Instance {
  /** Origin of the instance, or of its login host. */
  readonly environmentUrl: URL;
  readonly apiVersion: ApiVersion;
  /** Up to which share of the organisation's daily calls this connection makes any; 1 to 100. */
  readonly apiBudgetPercent: number;
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

/** A user whom a connected app vouches for by its signature (OAuth 2.0 JWT Bearer Flow). */
export interface JwtBearerParams extends Instance {
  readonly kind: 'jwt-bearer';
  readonly clientId: string;
  readonly username: string;
  /** RSA, PEM. */
  readonly privateKey: string;
  /** The host that the signature is meant for; undefined for the one that the instance signs its users in at. */
  readonly audience: string | undefined;
}

/** A JWT that somebody else has signed, used as long as it holds. */
export interface SignedJwtParams extends Instance {
  readonly kind: 'signed-jwt';
  readonly clientSecret: string | undefined;
  readonly jwtToken: string;
}

/** What a user once allowed a connected app (OAuth 2.0 Refresh Token Flow). */
export interface RefreshTokenParams extends Instance {
  readonly kind: 'refresh-token';
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly refreshToken: string;
  /** Used until it expires. */
  readonly accessToken: string | undefined;
}

export type SalesforceParams =
  | ClientCredentialParams
  | PasswordParams
  | JwtBearerParams
  | SignedJwtParams
  | RefreshTokenParams;

/** A version as Salesforce's paths write it after their `v`: `60.0`. */
export type ApiVersion = string & { readonly __brand: 'ApiVersion' };

const DEFAULT_API_VERSION = '60.0';
/** The first version whose Bulk API 2.0 takes queries. */
const FIRST_API_VERSION = 47;

const DEFAULT_API_BUDGET_PERCENT = 80;

const ENVIRONMENT_EXAMPLE = 'https://example.my.salesforce.com';
const AUDIENCE_EXAMPLE = 'https://login.salesforce.com';

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
  'OAuth2 JWT Token Credential': (params) => ({
    kind: 'signed-jwt',
    ...instanceOf(params, 'instanceUrl'),
    clientSecret: optionalText(params, 'clientSecret'),
    jwtToken: headerToken(params, 'jwtToken'),
  }),
  'OAuth2 JWT Bearer': (params) => ({
    kind: 'jwt-bearer',
    ...instanceOf(params),
    clientId: params.text('clientId'),
    username: params.text('username'),
    privateKey: privateKeyOf(params),
    audience: params.has('audience') ? params.origin('audience', AUDIENCE_EXAMPLE).origin : undefined,
  }),
  'OAuth2 Refresh Code': (params) => ({
    kind: 'refresh-token',
    ...instanceOf(params),
    clientId: params.text('clientId'),
    clientSecret: optionalText(params, 'clientSecret'),
    refreshToken: params.text('refreshToken'),
    accessToken: params.has('accessToken') ? headerToken(params, 'accessToken') : undefined,
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

/** The values that must not show up in any message, longer ones before those that they may contain. */
export function secretsOf(params: SalesforceParams): readonly string[] {
  return secretValues(params).flatMap((secret) => (secret ? [secret] : []));
}

function secretValues(params: SalesforceParams): readonly (string | undefined)[] {
  switch (params.kind) {
    case 'client-credentials':
      return [params.clientSecret];
    case 'password': {
      const { password, securityToken, connectedApp } = params;
      return [password + securityToken, password, securityToken, connectedApp?.clientSecret];
    }
    case 'jwt-bearer':
      return [params.privateKey];
    case 'signed-jwt':
      return [params.jwtToken, params.clientSecret];
    case 'refresh-token':
      return [params.refreshToken, params.accessToken, params.clientSecret];
  }
}

function instanceOf(params: AuthParams, urlName = 'environmentUrl'): Instance {
  return {
    environmentUrl: params.origin(urlName, ENVIRONMENT_EXAMPLE),
    apiVersion: apiVersionOf(params),
    apiBudgetPercent: apiBudgetPercentOf(params),
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

function apiBudgetPercentOf(params: AuthParams): number {
  const value = params.value('apiBudgetPercent') ?? DEFAULT_API_BUDGET_PERCENT;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 100) return value;
  throw refusedParams('auth.params.apiBudgetPercent: must be a whole number from 1 to 100, such as 80');
}

function optionalText(params: AuthParams, name: string): string | undefined {
  return params.has(name) ? params.text(name) : undefined;
}

/** A token, which becomes a header or a part of a form. */
function headerToken(params: AuthParams, name: string): string {
  const token = params.text(name);
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw refusedParams(`auth.params.${name}: must be a token, without spaces or line breaks`);
}

function privateKeyOf(params: AuthParams): string {
  const key = parsePrivateKey(params.text('privateKey'));
  if (key !== undefined) return key;
  throw refusedParams(
    'auth.params.privateKey: must be the RSA private key, of 2048 bits or more, that belongs to the certificate of the ' +
      'connected app, as PEM and without a passphrase (-----BEGIN PRIVATE KEY-----)',
  );
}
