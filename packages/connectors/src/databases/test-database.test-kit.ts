import { setTimeout as pause } from 'node:timers/promises';
import { MemorySink } from '../memory-sink.test-kit.ts';
import { OutboundClient } from '../outbound/client.ts';
import { pageWith } from '../pages.ts';
import type { Page, Partition, ReadRequest, Source } from '../source.ts';
import type { DatabaseOptions } from './source.ts';

/** A server of one's own to test a source on, whatever its kind. */
export interface TestDatabase {
  readonly port: number;
  /** SQL as the administrator, in the schema that {@link TestDatabase.schema} names. */
  run(sql: string): Promise<Record<string, unknown>[]>;
  readonly schema: string;
  /** The certificate of the server, for `localhost`. */
  readonly caCertificate: string;
  /** A transaction on a connection of its own. */
  transaction(): Promise<{ run(sql: string): Promise<void>; commit(): Promise<void> }>;
  readonly reader: { readonly user: string; readonly password: string };
  source(params?: Readonly<Record<string, unknown>>, options?: DatabaseOptions): Source;
  /** How many connections the reader has at the server. */
  connections(): Promise<number>;
  /** Has the server end all connections of the reader. */
  terminate(): Promise<void>;
  halt(): Promise<void>;
  resume(): Promise<void>;
  dispose(): Promise<void>;
}

/** How often anything is tried. */
export const ATTEMPTS = 3;

/** A client for sources that do not wait long for anything. */
export function impatientClient(): OutboundClient {
  return new OutboundClient({
    retry: { attempts: ATTEMPTS, baseDelayMs: 1, maxDelayMs: 5, maxRetryAfterMs: 2000 },
  });
}

/** A sink that lets something happen once a page is under way. */
export class EventfulSink extends MemorySink {
  happen: (() => Promise<void> | void) | undefined;
  /** Happens before a page is read at all. */
  happenBefore: (() => Promise<void> | void) | undefined;

  override async stage(page: Page): Promise<void> {
    const { happenBefore } = this;
    this.happenBefore = undefined;
    await happenBefore?.();
    return super.stage(pageWith(page, { body: this.#eventful(page.body) }));
  }

  async *#eventful(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of body) {
      yield piece;
      const { happen } = this;
      this.happen = undefined;
      await happen?.();
    }
  }
}

/** What a request gives: the lines of all partitions, sorted, without the header. Only for tables without line ends. */
export async function linesOf(source: Source, request: ReadRequest): Promise<string[]> {
  const lines: string[] = [];
  for (const partition of await source.plan(request))
    lines.push(...(await linesOfPartition(source, partition)));
  return lines.sort();
}

export async function linesOfPartition(source: Source, partition: Partition): Promise<string[]> {
  const sink = new MemorySink();
  await source.read(partition, sink);
  return sink.pages.flatMap(({ text }) => text.split('\n').slice(1, -1));
}

/** Resolves once a condition holds; the test's own time-out is the limit. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(20);
}
