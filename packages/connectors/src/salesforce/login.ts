import { parseJson, textAt } from '../json.ts';
import {
  dateOf,
  type ErrorAnswer,
  isBusyStatus,
  type OutboundClient,
  type TextAnswer,
} from '../outbound/client.ts';
import { OutboundError } from '../outbound/errors.ts';
import { SourceError } from '../source.ts';
import { sourceErrorOfOutbound } from '../source-errors.ts';
import { type AnswerText, faultOf, kindOfCode, type SalesforceFault, salesforceError } from './errors.ts';
import { audienceOf, signAssertion } from './jwt-assertion.ts';
import { type JwtBearerParams, type PasswordParams, type SalesforceParams, secretsOf } from './params.ts';
import { callSoapLogin } from './soap-login.ts';

/** What a login gives: the token that opens the API, and the host it opens it on. */
export interface Session {
  readonly accessToken: string;
  readonly instanceUrl: URL;
}

export interface Login extends Session {
  /** What takes the place of the refresh token that was used, where the connected app rotates them. */
  readonly refreshToken: string | undefined;
}

type Grant = Readonly<Record<string, string>>;

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Clocks that differ by less, in milliseconds, are not why an assertion is refused. */
const CLOCK_TOLERANCE_MS = 30_000;

/**
 * Logs in: by OAuth where there is a connected app, otherwise by `login()` of the SOAP API.
 *
 * @throws SourceError `refused` where Salesforce does not accept the credentials.
 */
export async function logIn(client: OutboundClient, params: SalesforceParams): Promise<Login> {
  try {
    if (params.kind === 'password' && params.connectedApp === undefined)
      return await logInBySoap(client, params);
    return params.kind === 'jwt-bearer'
      ? await logInByAssertion(client, params)
      : sessionOfGrant(await postGrant(client, params, grantOf(params)), params);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const message = `${error.message}; is environmentUrl right?`;
    throw sourceErrorOfOutbound(new OutboundError(error.reason, message, { cause: error }));
  }
}

/**
 * An assertion expires by Salesforce's clock. Where this machine's differs and the assertion is refused, the answer tells the
 * right time, and one more is made by it.
 */
async function logInByAssertion(client: OutboundClient, params: JwtBearerParams): Promise<Login> {
  const started = new Date();
  const answer = await postGrant(client, params, assertionOf(params, started));
  const theirs = answer.ok ? undefined : dateOf(answer.headers);
  const isClockOff =
    theirs !== undefined && Math.abs(theirs.getTime() - started.getTime()) > CLOCK_TOLERANCE_MS;
  if (!isClockOff || faultOf(answer).code !== 'invalid_grant') return sessionOfGrant(answer, params);
  return sessionOfGrant(await postGrant(client, params, assertionOf(params, theirs)), params);
}

function assertionOf({ privateKey, environmentUrl, ...params }: JwtBearerParams, now: Date): Grant {
  const audience = params.audience ?? audienceOf(environmentUrl);
  const { clientId, username } = params;
  const assertion = signAssertion({ clientId, username, audience, now }, privateKey);
  return { grant_type: JWT_BEARER, assertion };
}

function postGrant(
  client: OutboundClient,
  { environmentUrl }: SalesforceParams,
  grant: Grant,
): Promise<TextAnswer | ErrorAnswer> {
  return client.text({
    method: 'POST',
    url: new URL('/services/oauth2/token', environmentUrl),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(grant).toString(),
    // A refresh token that is rotated is good for one answer only.
    idempotent: grant.grant_type !== 'refresh_token',
  });
}

function sessionOfGrant(answer: TextAnswer | ErrorAnswer, params: SalesforceParams): Login {
  const body = parseJson(answer.text);
  if (!answer.ok || textAt(body, 'error') !== undefined) throw loginRefused(answer, faultOf(answer), params);
  const session = sessionOf(textAt(body, 'access_token'), textAt(body, 'instance_url'), params);
  return { ...session, refreshToken: textAt(body, 'refresh_token') };
}

function grantOf(params: Exclude<SalesforceParams, JwtBearerParams>): Grant {
  switch (params.kind) {
    case 'client-credentials':
      return {
        grant_type: 'client_credentials',
        client_id: params.clientId,
        client_secret: params.clientSecret,
      };
    case 'password':
      return {
        grant_type: 'password',
        client_id: params.connectedApp?.clientId ?? '',
        client_secret: params.connectedApp?.clientSecret ?? '',
        username: params.username,
        password: params.password + params.securityToken,
      };
    case 'signed-jwt':
      return { grant_type: JWT_BEARER, assertion: params.jwtToken };
    case 'refresh-token':
      return {
        grant_type: 'refresh_token',
        client_id: params.clientId,
        ...(params.clientSecret === undefined ? {} : { client_secret: params.clientSecret }),
        refresh_token: params.refreshToken,
      };
  }
}

async function logInBySoap(client: OutboundClient, params: PasswordParams): Promise<Login> {
  const login = await callSoapLogin(client, params);
  if (!login.ok) throw loginRefused(login.answer, login.fault, params);
  return { ...sessionOf(login.sessionId, login.serverUrl, params), refreshToken: undefined };
}

function sessionOf(token: string | undefined, url: string | undefined, params: SalesforceParams): Session {
  if (token === undefined || url === undefined)
    throw unexpected('the login answer has no token or no instance');
  // It becomes a header.
  if (!/^[\x21-\x7e]+$/.test(token)) throw unexpected('the login answer has a token that is none');
  return { accessToken: token, instanceUrl: trustedInstance(url, params.environmentUrl) };
}

function loginRefused(answer: AnswerText, fault: SalesforceFault, params: SalesforceParams): SourceError {
  const kind = kindOfCode(fault.code) ?? (isBusyStatus(answer) ? 'busy' : 'refused');
  const message = `login at ${params.environmentUrl.origin} failed: ${fault.message}${hintOf(fault, params)}`;
  return salesforceError(kind, { code: fault.code, message }, secretsOf(params));
}

/** What to look at, where Salesforce says no more than that a grant does not hold. */
function hintOf({ code }: SalesforceFault, params: SalesforceParams): string {
  if (code !== 'invalid_grant' && code !== 'invalid_app_access') return '';
  switch (params.kind) {
    case 'jwt-bearer':
      return '; is the user approved for the connected app, does privateKey belong to its certificate, and is audience right?';
    case 'signed-jwt':
      return '; has jwtToken expired?';
    case 'refresh-token':
      return '; has refreshToken been used elsewhere, revoked or rotated?';
    default:
      return '';
  }
}

/** The origin to go on with. A login over https does not lead to a host without it. */
function trustedInstance(url: string, environmentUrl: URL): URL {
  const { protocol, origin } = URL.canParse(url) ? new URL(url) : { protocol: undefined, origin: '' };
  if (protocol !== 'https:' && (protocol !== 'http:' || environmentUrl.protocol === 'https:')) {
    throw unexpected('the login answer names an instance that is not a https URL');
  }
  return new URL(origin);
}

function unexpected(message: string): SourceError {
  return new SourceError('refused', 'UNEXPECTED_ANSWER', `Salesforce: ${message}; is environmentUrl right?`);
}
