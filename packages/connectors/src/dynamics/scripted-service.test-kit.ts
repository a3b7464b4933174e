import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OutboundClient, type OutboundOptions } from '../outbound/client.ts';
import type { Source } from '../source.ts';
import { API_ROOT } from './api.ts';
import { parseDynamicsParams } from './params.ts';
import { createDynamicsSource, type DynamicsOptions } from './source.ts';

/** Answers one request. `url` has path and query. */
export type Answer = (response: ServerResponse, url: URL, request: IncomingMessage) => void;

/** What is answered at each path below the API's root, or at paths of their own from a slash on. */
export type Script = Readonly<Record<string, Answer>>;

export const SECRET = 'hush-hush';
export const TOKEN_PATH = '/contoso/oauth2/v2.0/token';

/** A host that answers by a script, whatever no real environment would. */
export class ScriptedService {
  readonly #closing: (() => unknown)[] = [];
  /** Method and path of every request, in order. */
  readonly requests: string[] = [];
  url = '';

  /** Listens. A login and a table `t` with columns `tid` and `modifiedon` are there unless the script says otherwise. */
  static async start(script: Script): Promise<ScriptedService> {
    const service = new ScriptedService();
    const full: Script = { ...service.#benign(), ...script };
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', service.url);
      service.requests.push(`${request.method} ${url.pathname}`);
      const below = decodeURIComponent(url.pathname).replace(`${API_ROOT}/`, '');
      const answer = full[url.pathname] ?? full[below];
      if (answer === undefined) response.writeHead(404).end();
      else answer(response, url, request);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    service.#closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    // A server that listens on a port has an address of this shape.
    service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return service;
  }

  /** A source that waits for nothing long. */
  source({
    outbound = {},
    ...options
  }: Omit<DynamicsOptions, 'outbound'> & { outbound?: OutboundOptions } = {}): Source {
    const client = new OutboundClient({
      retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 2, maxRetryAfterMs: 100 },
      ...outbound,
    });
    this.#closing.push(() => client.close());
    const params = { serviceUri: this.url, servicePrincipalId: 'me', servicePrincipalKey: SECRET };
    const parsed = parseDynamicsParams('Service Principal Key Based Authentication', params);
    return createDynamicsSource(parsed, { pageAttempts: 2, ...options, outbound: client });
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
  }

  #benign(): Script {
    const table = "EntityDefinitions(LogicalName='t')";
    const attributes = ['tid Uniqueidentifier', 'modifiedon DateTime', 'name String'].map((text) => {
      const [LogicalName, type] = text.split(' ');
      return {
        LogicalName,
        AttributeTypeName: { Value: `${type}Type` },
        AttributeOf: null,
        IsValidForRead: true,
      };
    });
    return {
      [`${API_ROOT}/`]: challenge('/contoso/oauth2/authorize', () => this.url),
      [TOKEN_PATH]: json({ access_token: 'a.b.c', expires_in: 3600 }),
      WhoAmI: json({}),
      [table]: json({ LogicalName: 't', EntitySetName: 'ts', PrimaryIdAttribute: 'tid' }),
      [`${table}/Attributes`]: json({ value: attributes }),
      [`${table}/Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata`]: json({ value: [] }),
      ts: json({ value: [{ rows: 1 }] }),
    };
  }
}

/** The answer to a request without a token: who signs in. */
export function challenge(uri: string, ownUrl: () => string = () => ''): Answer {
  return (response) => {
    const authority = `${uri.startsWith('/') ? ownUrl() : ''}${uri}`;
    response
      .writeHead(401, { 'www-authenticate': `Bearer authorization_uri=${authority}, resource_id=x` })
      .end();
  };
}

export function json(value: unknown): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}
