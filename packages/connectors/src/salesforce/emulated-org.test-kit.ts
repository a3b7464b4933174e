import { MemorySink } from '../memory-sink.test-kit.ts';
import { OutboundClient } from '../outbound/client.ts';
import type { Partition, ReadRequest } from '../source.ts';
import { parseSalesforceParams } from './params.ts';
import { createSalesforceSource, type SalesforceOptions, type SalesforceSource } from './source.ts';

interface Emulator {
  readonly url: string;
  readonly credentials: Readonly<
    Record<'clientId' | 'clientSecret' | 'username' | 'password' | 'securityToken', string>
  >;
  close(): Promise<void>;
}

/** Every call is tried this often. */
export const ATTEMPTS = 3;

/** A running emulator with what tests ask of it, and sources over it that do not wait long for anything. */
export class EmulatedOrg {
  readonly #emulator: Emulator;
  readonly #outbound = new OutboundClient({
    retry: { attempts: ATTEMPTS, baseDelayMs: 1, maxDelayMs: 5, maxRetryAfterMs: 2000 },
  });

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  get url(): string {
    return this.#emulator.url;
  }

  get credentials() {
    return this.#emulator.credentials;
  }

  async close(): Promise<void> {
    await this.#outbound.close();
    await this.#emulator.close();
  }

  /** A source that logs in with client credentials. `via` is another host in front of the emulator. */
  source(options: SalesforceOptions = {}, via: string = this.url): SalesforceSource {
    const { clientId, clientSecret } = this.credentials;
    return this.sourceOf(
      'OAuth2 Client Credential',
      { environmentUrl: via, clientId, clientSecret },
      options,
    );
  }

  sourceOf(authSpecName: string, params: object, options: SalesforceOptions = {}): SalesforceSource {
    const bulk = { firstPollMs: 5, pageRows: 500, ...options.bulk };
    const parsed = parseSalesforceParams(authSpecName, params);
    return createSalesforceSource(parsed, {
      outbound: this.#outbound,
      pageAttempts: ATTEMPTS,
      ...options,
      bulk,
    });
  }

  /** A call to the emulator's control API. */
  async control(
    path: string,
    body?: object,
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.url}/__emulator/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    // The control API answers with objects.
    return (await answer.json()) as Record<string, unknown>;
  }

  /** Ids of all rows of an object, as the emulator itself tells them. */
  async ids(object: string): Promise<string[]> {
    const answer = await fetch(`${this.url}/__emulator/rows?object=${object}`);
    const lines = (await answer.text()).trimEnd().split('\n');
    return lines.map((line) => String(JSON.parse(line).Id)).sort();
  }

  /** How often a route was called, such as `POST /services/oauth2/token`. */
  async requests(route: RegExp): Promise<number> {
    const { requests } = await this.control('state');
    return Object.entries(requests ?? {})
      .filter(([name]) => route.test(name))
      .reduce((sum, [, count]) => sum + Number(count), 0);
  }
}

/** Plans and reads; gives the partitions and what was staged. */
export async function readAll(
  source: SalesforceSource,
  request: ReadRequest,
): Promise<{ partitions: readonly Partition[]; sink: MemorySink }> {
  const sink = new MemorySink();
  const partitions = await source.plan(request);
  for (const partition of partitions) await source.read(partition, sink);
  return { partitions, sink };
}

/** Ids in staged pages whose first column is `Id` and whose cells hold no line breaks, in order. */
export function idsOf(sink: MemorySink): string[] {
  return sink.pages.flatMap(({ format, text }) => {
    if (format.kind === 'json-page') {
      // A page of query results holds its rows here.
      const { records } = JSON.parse(text) as { records: { Id: string }[] };
      return records.map(({ Id }) => Id);
    }
    return text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]?.replaceAll('"', '') ?? '');
  });
}
