import type { FastifyInstance } from 'fastify';
import { isUser } from './auth.ts';
import { type Context, ORGANIZATION_ID, USER_ID } from './context.ts';

/** The SOAP API's login and logout calls, all that clients still need it for. */
export function registerSoap(server: FastifyInstance, context: Context): void {
  server.post<{ Params: { version: string } }>('/services/Soap/u/:version', async (request, reply) => {
    const envelope = typeof request.body === 'string' ? request.body : '';
    reply.type('text/xml;charset=UTF-8');
    if (/<(?:\w+:)?logout[\s/>]/.test(envelope)) {
      context.sessions.end(elementText(envelope, 'sessionId') ?? '');
      return soapEnvelope('<logoutResponse/>');
    }
    const [username = null, password = null] = ['username', 'password'].map((name) =>
      elementText(envelope, name),
    );
    if (isUser(username, password, context))
      return soapEnvelope(loginResponse(context, request.params.version));
    return reply.code(500).send(soapEnvelope(invalidLogin));
  });
}

const invalidLogin =
  '<soapenv:Fault><faultcode>sf:INVALID_LOGIN</faultcode><faultstring>INVALID_LOGIN: Invalid username, password, ' +
  'security token; or user locked out.</faultstring><detail><sf:LoginFault xsi:type="sf:LoginFault">' +
  '<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode><sf:exceptionMessage>Invalid username, password, security token; ' +
  'or user locked out.</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>';

function soapEnvelope(body: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ' +
    'xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" ' +
    `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`
  );
}

function loginResponse({ sessions, url, org }: Context, version: string): string {
  const endpoint = `${url()}/services/Soap`;
  const organization = ORGANIZATION_ID.slice(0, 15);
  return (
    `<loginResponse><result><metadataServerUrl>${endpoint}/m/${escapeXml(version)}/${organization}</metadataServerUrl>` +
    '<passwordExpired>false</passwordExpired><sandbox>false</sandbox>' +
    `<serverUrl>${endpoint}/u/${escapeXml(version)}/${organization}</serverUrl><sessionId>${sessions.issue()}</sessionId>` +
    `<userId>${USER_ID}</userId><userInfo><organizationId>${ORGANIZATION_ID}</organizationId>` +
    `<userId>${USER_ID}</userId><userName>${escapeXml(org.credentials.username)}</userName></userInfo></result></loginResponse>`
  );
}

const xmlEntities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function elementText(xml: string, name: string): string | undefined {
  const text = new RegExp(`<(?:\\w+:)?${name}>([^<]*)</`).exec(xml)?.[1];
  return text?.replace(/&(?:(\w+)|#x([0-9a-f]+)|#(\d+));/gi, (whole, entity, hex, decimal) => {
    if (entity !== undefined) return xmlEntities[entity] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
