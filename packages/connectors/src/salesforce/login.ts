import { parseJson, textAt } from '../json.ts';
import { isBusyStatus, type OutboundClient } from '../outbound/client.ts';
import { OutboundError } from '../outbound/errors.ts';
import { SourceError } from '../source.ts';
import { sourceErrorOfOutbound } from '../source-errors.ts';
import { type AnswerText, faultOf, kindOfCode, type SalesforceFault, salesforceError } from './errors.ts';
import { type ApiVersion, type PasswordParams, type SalesforceParams, secretsOf } from './params.ts';

/** What a login gives: the token that opens the API, and the host it opens it on. */
export interface Session {
  readonly accessToken: string;
  readonly instanceUrl: URL;
}

/** `login()` of the SOAP API is gone from later versions; sessions it gives open the REST API of any version. */
const LAST_SOAP_LOGIN_VERSION = 64;

/**
 * Logs in: by OAuth where there is a connected app, otherwise by `login()` of the SOAP API.
 *
 * @throws SourceError `refused` where Salesforce does not accept the credentials.
 */
export async function logIn(client: OutboundClient, params: SalesforceParams): Promise<Session> {
  try {
    return params.kind === 'password' && params.connectedApp === undefined
      ? await logInBySoap(client, params)
      : await logInByOAuth(client, params);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const message = `${error.message}; is environmentUrl right?`;
    throw sourceErrorOfOutbound(new OutboundError(error.reason, message, { cause: error }));
  }
}

async function logInByOAuth(client: OutboundClient, params: SalesforceParams): Promise<Session> {
  const answer = await client.text({
    method: 'POST',
    url: new URL('/services/oauth2/token', params.environmentUrl),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(grantOf(params)).toString(),
    idempotent: true,
  });
  const body = parseJson(answer.text);
  if (!answer.ok || textAt(body, 'error') !== undefined) throw loginRefused(answer, faultOf(answer), params);
  return sessionOf(textAt(body, 'access_token'), textAt(body, 'instance_url'), params);
}

function grantOf(params: SalesforceParams): Record<string, string> {
  if (params.kind === 'client-credentials') {
    return {
      grant_type: 'client_credentials',
      client_id: params.clientId,
      client_secret: params.clientSecret,
    };
  }
  return {
    grant_type: 'password',
    client_id: params.connectedApp?.clientId ?? '',
    client_secret: params.connectedApp?.clientSecret ?? '',
    username: params.username,
    password: params.password + params.securityToken,
  };
}

async function logInBySoap(client: OutboundClient, params: PasswordParams): Promise<Session> {
  const answer = await client.text({
    method: 'POST',
    url: new URL(`/services/Soap/u/${soapVersion(params.apiVersion)}`, params.environmentUrl),
    headers: { 'content-type': 'text/xml; charset=UTF-8', soapaction: '""' },
    body: soapLogin(params.username, params.password + params.securityToken),
    idempotent: true,
    // A wrong password comes as a fault with status 500, and five tries could lock the user out.
    isBusy: (busy) => isBusyStatus(busy) && faultCode(busy) === undefined,
  });
  if (!answer.ok || faultCode(answer) !== undefined) throw loginRefused(answer, soapFault(answer), params);
  return sessionOf(xmlText(answer.text, 'sessionId'), xmlText(answer.text, 'serverUrl'), params);
}

function sessionOf(token: string | undefined, url: string | undefined, params: SalesforceParams): Session {
  if (token === undefined || url === undefined)
    throw unexpected('the login answer has no token or no instance');
  // It becomes a header.
  if (!/^[\x21-\x7e]+$/.test(token)) throw unexpected('the login answer has a token that is none');
  return { accessToken: token, instanceUrl: trustedInstance(url, params.environmentUrl) };
}

function soapVersion(version: ApiVersion): string {
  return `${Math.min(Number.parseInt(version, 10), LAST_SOAP_LOGIN_VERSION)}.0`;
}

function soapLogin(username: string, password: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:partner.soap.sforce.com">',
    '<soapenv:Body><p:login>',
    `<p:username>${escapeXml(username)}</p:username><p:password>${escapeXml(password)}</p:password>`,
    '</p:login></soapenv:Body></soapenv:Envelope>',
  ].join('');
}

function faultCode(answer: AnswerText): string | undefined {
  return xmlText(answer.text, 'exceptionCode') ?? xmlText(answer.text, 'faultcode')?.split(':').at(-1);
}

function soapFault(answer: AnswerText): SalesforceFault {
  const code = faultCode(answer);
  if (code === undefined) return faultOf(answer);
  const message = xmlText(answer.text, 'exceptionMessage') ?? xmlText(answer.text, 'faultstring');
  return { code, message: message ?? '' };
}

function loginRefused(answer: AnswerText, fault: SalesforceFault, params: SalesforceParams): SourceError {
  const kind = kindOfCode(fault.code) ?? (isBusyStatus(answer) ? 'busy' : 'refused');
  const message = `login at ${params.environmentUrl.origin} failed: ${fault.message}`;
  return salesforceError(kind, { code: fault.code, message }, secretsOf(params));
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

const XML_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.codePointAt(0)};`);
}

/** Text of the first element of a local name. The few flat elements read here need no XML parser. */
function xmlText(xml: string, name: string): string | undefined {
  const match = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^<>]*)?>([^<]*)<`).exec(xml);
  return match?.[1]?.replace(/&(lt|gt|amp|quot|apos);/g, (_, entity: string) => XML_ENTITIES[entity] ?? '');
}
