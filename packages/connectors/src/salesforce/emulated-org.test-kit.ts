import { ATTEMPTS, EmulatedSystem } from '../emulated-system.test-kit.ts';
import { MemorySink } from '../memory-sink.test-kit.ts';
import type { Partition, ReadRequest } from '../source.ts';
import { parseSalesforceParams } from './params.ts';
import { createSalesforceSource, type SalesforceOptions, type SalesforceSource } from './source.ts';

type Credential = 'clientId' | 'clientSecret' | 'username' | 'password' | 'securityToken';

/** An emulated Salesforce org, and sources over it. */
export class EmulatedOrg extends EmulatedSystem<Credential> {
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
      outbound: this.outbound,
      pageAttempts: ATTEMPTS,
      ...options,
      bulk,
    });
  }

  /** Ids of all rows of an object, as the emulator itself tells them. */
  async ids(object: string): Promise<string[]> {
    return (await this.rows(object)).map(({ Id }) => String(Id)).sort();
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
