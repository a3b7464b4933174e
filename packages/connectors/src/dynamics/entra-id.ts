import { parseJson, textAt, valueAt } from '../json.ts';
import {
  type ErrorAnswer,
  headerOf,
  isBusyStatus,
  type OutboundClient,
  type TextAnswer,
} from '../outbound/client.ts';
import { OutboundError } from '../outbound/errors.ts';
import { SourceError } from '../source.ts';
import { sourceErrorOfFault, sourceErrorOfOutbound } from '../source-errors.ts';
import { type Authority, type DynamicsParams, secretsOf } from './params.ts';

/** Where tokens of a service come from. */
export interface TokenIssuer {
  readonly origin: URL;
  readonly tenant: string;
}

/** An access token and how long it lasts from now on, in milliseconds. */
export interface Token {
  readonly accessToken: string;
  readonly lifetimeMs: number;
}

/** Microsoft's own hosts (National clouds): the ones that credentials are sent to because a service names them. */
const MICROSOFT_HOSTS: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.windows.net',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'login.chinacloudapi.cn',
]);

const TENANT = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;
const DEFAULT_LIFETIME_SECONDS = 3600;

/**
 * Finds out who issues tokens: as the parameters say, and what they leave open as the service answers to a request
 * without a token (`WWW-Authenticate: Bearer authorization_uri=…`). A service can name itself or a host of Microsoft;
 * any other must stand in the parameters, for the credentials are sent there.
 */
export async function findIssuer(
  client: OutboundClient,
  { serviceUri, authority }: DynamicsParams,
  apiRoot: string,
): Promise<TokenIssuer> {
  if (authority?.tenant !== undefined) return { origin: authority.origin, tenant: authority.tenant };
  const url = new URL(`${apiRoot}/`, serviceUri);
  const answer = await toldOfServiceUri(() =>
    client.text({ method: 'GET', url, headers: { accept: 'application/json' }, idempotent: true }),
  );
  const named = answer.ok ? undefined : namedAuthority(headerOf(answer.headers, 'www-authenticate'));
  if (named?.tenant === undefined) {
    const kind = !answer.ok && isBusyStatus(answer) ? 'busy' : 'refused';
    throw new SourceError(
      kind,
      'NO_AUTHORITY',
      `Dynamics: ${serviceUri.origin} does not tell who signs in to it; is serviceUri right? Otherwise give authority.`,
    );
  }
  const origin = authority?.origin ?? trustedOrigin(named.origin, serviceUri);
  return { origin, tenant: named.tenant };
}

function namedAuthority(challenge: string | undefined): Authority | undefined {
  const uri = /authorization_uri\s*=\s*"?([^\s",]+)/i.exec(challenge ?? '')?.[1];
  if (uri === undefined || !URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  const [tenant = ''] = url.pathname.split('/').filter(Boolean);
  if (!/^https?:$/.test(url.protocol) || !TENANT.test(tenant)) return undefined;
  return { origin: new URL(url.origin), tenant };
}

function trustedOrigin(origin: URL, serviceUri: URL): URL {
  const isMicrosoft = origin.protocol === 'https:' && MICROSOFT_HOSTS.has(origin.host);
  if (isMicrosoft || origin.origin === serviceUri.origin) return origin;
  throw new SourceError(
    'refused',
    'UNKNOWN_AUTHORITY',
    `Dynamics: ${serviceUri.origin} wants its users to sign in at ${origin.origin}; if that is right, give it as authority`,
  );
}

/**
 * Asks for a token: one form of OAuth 2.0, posted by the outbound client, whose address rules and limits so hold for it.
 *
 * @throws SourceError `refused` where the credentials are not accepted.
 */
export async function requestToken(
  client: OutboundClient,
  params: DynamicsParams,
  { origin, tenant }: TokenIssuer,
): Promise<Token> {
  const answer = await toldOfServiceUri(() =>
    client.text({
      method: 'POST',
      url: new URL(`/${tenant}/oauth2/v2.0/token`, origin),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(grantOf(params)).toString(),
      idempotent: true,
    }),
  );
  const body = parseJson(answer.text);
  if (!answer.ok || textAt(body, 'error') !== undefined) throw tokenRefused(answer, body, params, origin);
  const accessToken = textAt(body, 'access_token') ?? '';
  // It becomes a header.
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    const message = `Dynamics: ${origin.origin} answered without a token; is authority right?`;
    throw new SourceError('refused', 'UNEXPECTED_ANSWER', message);
  }
  const seconds = Number(valueAt(body, 'expires_in'));
  const lifetimeMs = (seconds > 0 ? seconds : DEFAULT_LIFETIME_SECONDS) * 1000;
  return { accessToken, lifetimeMs };
}

function grantOf(params: DynamicsParams): Record<string, string> {
  const scope = `${params.serviceUri.origin}/.default`;
  if (params.kind === 'service-principal') {
    return {
      grant_type: 'client_credentials',
      client_id: params.clientId,
      client_secret: params.clientSecret,
      scope,
    };
  }
  const { clientId, username, password } = params;
  return { grant_type: 'password', client_id: clientId, username, password, scope };
}

/** Entra ID tells the number of its error at the head of the description: `AADSTS7000215: …`. */
function tokenRefused(
  answer: TextAnswer | ErrorAnswer,
  body: unknown,
  params: DynamicsParams,
  origin: URL,
): SourceError {
  const description = textAt(body, 'error_description') ?? `answered with status ${answer.status}`;
  const code = /^AADSTS\d+/.exec(description)?.[0] ?? textAt(body, 'error') ?? `HTTP_${answer.status}`;
  const isBusy = isBusyStatus(answer) || textAt(body, 'error') === 'temporarily_unavailable';
  const message = `login at ${origin.origin} failed: ${description.split(' Trace ID:')[0]}`;
  return sourceErrorOfFault('Dynamics', isBusy ? 'busy' : 'refused', { code, message }, secretsOf(params));
}

async function toldOfServiceUri<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const message = `${error.message}; are serviceUri and authority right?`;
    throw sourceErrorOfOutbound(new OutboundError(error.reason, message, { cause: error }));
  }
}
