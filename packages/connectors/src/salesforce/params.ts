import { SourceError } from '../source.ts';

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
const PARSERS: Readonly<Record<string, (params: ParamReader) => SalesforceParams>> = {
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
  const parse = Object.hasOwn(PARSERS, authSpecName) ? PARSERS[authSpecName] : undefined;
  if (parse === undefined) {
    throw refused(`auth.specName: "${authSpecName}" is none of ${Object.keys(PARSERS).join(', ')}`);
  }
  return parse(new ParamReader(params));
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

function instanceOf(params: ParamReader): Instance {
  return { environmentUrl: params.origin('environmentUrl'), apiVersion: params.apiVersion('apiVersion') };
}

class ParamReader {
  readonly #params: ReadonlyMap<string, unknown>;

  constructor(params: unknown) {
    if (typeof params !== 'object' || params === null) throw refused('auth.params: must be an object');
    this.#params = new Map(Object.entries(params));
  }

  has(name: string): boolean {
    return this.#params.get(name) !== undefined;
  }

  text(name: string, { mayBeEmpty = false } = {}): string {
    const value = this.#params.get(name);
    if (typeof value !== 'string') throw refused(`auth.params.${name}: must be a string`);
    if (value === '' && !mayBeEmpty) throw refused(`auth.params.${name}: must not be empty`);
    return value;
  }

  origin(name: string): URL {
    const value = this.text(name);
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw refused(`auth.params.${name}: must be a URL such as https://example.my.salesforce.com`);
    }
    return new URL(url.origin);
  }

  apiVersion(name: string): ApiVersion {
    const value = this.#params.get(name) ?? DEFAULT_API_VERSION;
    const major = /^v?(\d{2,3})(?:\.0)?$/.exec(String(value))?.[1];
    if (major === undefined || Number(major) < FIRST_API_VERSION) {
      throw refused(`auth.params.${name}: must be a version from ${FIRST_API_VERSION}.0 on, such as "60.0"`);
    }
    // Checked just above.
    return `${Number(major)}.0` as ApiVersion;
  }
}

function refused(message: string): SourceError {
  return new SourceError('refused', 'INVALID_PARAMS', message);
}
