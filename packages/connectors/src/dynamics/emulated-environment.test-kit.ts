import { ATTEMPTS, EmulatedSystem } from '../emulated-system.test-kit.ts';
import { MemorySink } from '../memory-sink.test-kit.ts';
import type { Partition, ReadRequest, Source } from '../source.ts';
import { parseDynamicsParams } from './params.ts';
import { createDynamicsSource, type DynamicsOptions } from './source.ts';

type Credential = 'tenantId' | 'clientId' | 'clientSecret' | 'username' | 'password';

/** An emulated Dataverse environment, and sources over it. */
export class EmulatedEnvironment extends EmulatedSystem<Credential> {
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
      outbound: this.outbound,
      pageAttempts: ATTEMPTS,
      pageRows: 500,
      ...options,
    });
  }

  async ids(table: string): Promise<readonly string[]> {
    return (await this.rows(table)).map((row) => String(row[`${table}id`])).sort();
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
