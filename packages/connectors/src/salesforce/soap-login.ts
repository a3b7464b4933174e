import { isBusyStatus, type OutboundClient } from '../outbound/client.ts';
import { type AnswerText, faultOf, type SalesforceFault } from './errors.ts';
import type { ApiVersion, PasswordParams } from './params.ts';

/** `login()` of the SOAP API is gone from later versions; sessions it gives open the REST API of any version. */
const LAST_SOAP_LOGIN_VERSION = 64;

export type SoapAnswer =
  | { readonly ok: true; readonly sessionId: string | undefined; readonly serverUrl: string | undefined }
  | { readonly ok: false; readonly answer: AnswerText; readonly fault: SalesforceFault };

/** Calls `login()` of the SOAP API. */
export async function callSoapLogin(client: OutboundClient, params: PasswordParams): Promise<SoapAnswer> {
  const answer = await client.text({
    method: 'POST',
    url: new URL(`/services/Soap/u/${soapVersion(params.apiVersion)}`, params.environmentUrl),
    headers: { 'content-type': 'text/xml; charset=UTF-8', soapaction: '""' },
    body: soapLogin(params.username, params.password + params.securityToken),
    idempotent: true,
    // A wrong password comes as a fault with status 500, and five tries could lock the user out.
    isBusy: (busy) => isBusyStatus(busy) && faultCode(busy) === undefined,
  });
  if (!answer.ok || faultCode(answer) !== undefined) return { ok: false, answer, fault: soapFault(answer) };
  return {
    ok: true,
    sessionId: xmlText(answer.text, 'sessionId'),
    serverUrl: xmlText(answer.text, 'serverUrl'),
  };
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

const XML_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.codePointAt(0)};`);
}

/** Text of the first element of a local name. The few flat elements read here need no XML parser. */
function xmlText(xml: string, name: string): string | undefined {
  const match = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^<>]*)?>([^<]*)<`).exec(xml);
  return match?.[1]?.replace(/&(lt|gt|amp|quot|apos);/g, (_, entity: string) => XML_ENTITIES[entity] ?? '');
}
