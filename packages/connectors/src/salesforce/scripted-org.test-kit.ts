import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OutboundClient, type OutboundOptions } from '../outbound/client.ts';
import { parseSalesforceParams } from './params.ts';
import { createSalesforceSource, type SalesforceOptions, type SalesforceSource } from './source.ts';

/** Answers one request. `url` has path and query. */
export type Answer = (response: ServerResponse, url: URL, request: IncomingMessage) => void;

/** What is answered at each path; one that ends in `*` stands for all that begin so. */
export type Script = Readonly<Record<string, Answer>>;

export const TOKEN_PATH = '/services/oauth2/token';
export const API = '/services/data/v60.0';
export const SECRET = 'hush-hush';

/** A host that answers by a script, whatever no real organisation would. */
export class ScriptedOrg {
  readonly #closing: (() => unknown)[] = [];
  /** Method and path of every request, in order. */
  readonly requests: string[] = [];
  url = '';

  /** Listens. A login and a table `T` with columns `Id` and `SystemModstamp` are there unless the script says otherwise. */
  static async start(script: Script): Promise<ScriptedOrg> {
    const org = new ScriptedOrg();
    const full: Script = { ...org.#benign(), ...script };
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', org.url);
      org.requests.push(`${request.method} ${url.pathname}`);
      const key = Object.keys(full).find(
        (path) => path === url.pathname || (path.endsWith('*') && url.pathname.startsWith(path.slice(0, -1))),
      );
      const answer = key === undefined ? undefined : full[key];
      if (answer === undefined) response.writeHead(404).end();
      else answer(response, url, request);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    org.#closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    // A server that listens on a port has an address of this shape.
    org.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return org;
  }

  /** A source that logs in with client credentials, or with a user by SOAP, and waits for nothing long. */
  source(
    login: 'oauth' | 'soap' = 'oauth',
    { outbound = {}, ...options }: Omit<SalesforceOptions, 'outbound'> & { outbound?: OutboundOptions } = {},
  ): SalesforceSource {
    const client = new OutboundClient({
      retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 2, maxRetryAfterMs: 100 },
      ...outbound,
    });
    this.#closing.push(() => client.close());
    const environmentUrl = this.url;
    const params =
      login === 'oauth'
        ? parseSalesforceParams('OAuth2 Client Credential', {
            environmentUrl,
            clientId: 'me',
            clientSecret: SECRET,
          })
        : parseSalesforceParams('Basic Authentication', {
            environmentUrl,
            username: 'me',
            password: SECRET,
            securityToken: '',
          });
    return createSalesforceSource(params, { ...options, outbound: client });
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
  }

  #benign(): Script {
    const fields = [
      { name: 'Id', type: 'id' },
      { name: 'SystemModstamp', type: 'datetime' },
    ];
    return {
      [TOKEN_PATH]: (response) => sendJson(response, { access_token: '00D!token', instance_url: this.url }),
      [API]: json({}),
      [`${API}/sobjects/T/describe`]: json({ fields }),
    };
  }
}

export function json(value: unknown): Answer {
  return (response) => sendJson(response, value);
}

export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
