import { MemorySink } from '../memory-sink.test-kit.ts';
import { OutboundClient } from '../outbound/client.ts';
import type { Partition, ReadRequest, Source } from '../source.ts';
import { parseDynamicsParams } from './params.ts';
import { createDynamicsSource, type DynamicsOptions } from './source.ts';

interface Emulator {
  readonly url: string;
  readonly credentials: Readonly<
    Record<'tenantId' | 'clientId' | 'clientSecret' | 'username' | 'password', string>
  >;
  close(): Promise<void>;
}

/** Every call is tried this often. */
export const ATTEMPTS = 3;

/** A running emulator with what tests ask of it, and sources over it that do not wait long for anything. */
export class EmulatedEnvironment {
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

  /** A source that signs in as an application. */
  source(options: DynamicsOptions = {}): Source {
    const { clientId, clientSecret } = this.credentials;
    return this.sourceOf(
      'Service Principal Key Based Authentication',
      { serviceUri: this.url, servicePrincipalId: clientId, servicePrincipalKey: clientSecret },
      options,
    );
  }

  sourceOf(authSpecName: string, params: object, options: DynamicsOptions = {}): Source {
    return createDynamicsSource(parseDynamicsParams(authSpecName, params), {
      outbound: this.#outbound,
      pageAttempts: ATTEMPTS,
      pageRows: 500,
      ...options,
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

  /** All rows of a table as the emulator itself tells them. */
  async rows(table: string): Promise<readonly Record<string, unknown>[]> {
    const answer = await fetch(`${this.url}/__emulator/rows?object=${table}`);
    const lines = (await answer.text()).split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line));
  }

  async ids(table: string): Promise<readonly string[]> {
    return (await this.rows(table)).map((row) => String(row[`${table}id`])).sort();
  }

  /** How often a route was called, such as `POST /:tenant/oauth2/v2.0/token`. */
  async requests(route: RegExp): Promise<number> {
    const { requests } = await this.control('state');
    return Object.entries(requests ?? {})
      .filter(([name]) => route.test(name))
      .reduce((sum, [, count]) => sum + Number(count), 0);
  }
}

/** Plans and reads; gives the partitions and what was staged, each partition's pages in a sink of its own. */
export async function readAll(
  source: Source,
  request: ReadRequest,
): Promise<{
  partitions: readonly Partition[];
  sinks: readonly MemorySink[];
  rows: Record<string, unknown>[];
}> {
  const partitions = await source.plan(request);
  const sinks: MemorySink[] = [];
  for (const partition of partitions) {
    const sink = new MemorySink();
    sinks.push(sink);
    await source.read(asStored(partition), sink);
  }
  return { partitions, sinks, rows: sinks.flatMap(rowsOf) };
}

/** A partition as another process finds it in the store. */
export function asStored(partition: Partition | undefined): Partition {
  if (partition === undefined) throw new Error('expected a partition');
  return JSON.parse(JSON.stringify(partition));
}

/** The rows of staged pages, in order. */
export function rowsOf(sink: MemorySink): Record<string, unknown>[] {
  return sink.pages.flatMap(({ text }) => (JSON.parse(text) as { value: Record<string, unknown>[] }).value);
}

export function idsOf(rows: readonly Record<string, unknown>[], key = 'contactid'): string[] {
  return rows.map((row) => String(row[key])).sort();
}
