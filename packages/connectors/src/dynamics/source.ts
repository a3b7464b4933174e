import { dateOf, OutboundClient } from '../outbound/client.ts';
import type { Partition, ReadRequest, Sink, Source } from '../source.ts';
import { DynamicsApi, unexpected } from './api.ts';
import { describeTable, listTables } from './describe.ts';
import type { DynamicsParams } from './params.ts';
import { planRead } from './plan.ts';
import { previewRows } from './preview.ts';
import { rowQueryOf } from './query.ts';
import { countAll } from './ranges.ts';
import { readPartition } from './read.ts';

export interface DynamicsOptions {
  readonly outbound?: OutboundClient;
  /** Reads of more rows are split into ranges. */
  readonly rowsPerPartition?: number;
  /** Rows of a page, at most 5,000. */
  readonly pageRows?: number;
  /** How often one page is fetched whose body breaks off. */
  readonly pageAttempts?: number;
}

/** The most that Dataverse counts, so that every partition can be held against its count. */
const ROWS_PER_PARTITION = 50_000;
/** The most that Dataverse gives. */
const PAGE_ROWS = 5000;
const PAGE_ATTEMPTS = 5;
/** Costs Dataverse nothing, and needs a token. */
const CHEAPEST_CALL = 'WhoAmI';

/** A source over one Dataverse environment. It signs in at its first call. */
export function createDynamicsSource(params: DynamicsParams, options: DynamicsOptions = {}): Source {
  const {
    rowsPerPartition = ROWS_PER_PARTITION,
    pageRows = PAGE_ROWS,
    pageAttempts = PAGE_ATTEMPTS,
  } = options;
  const api = new DynamicsApi(options.outbound ?? new OutboundClient(), params);
  return {
    async check(signal?: AbortSignal) {
      await api.json({ path: CHEAPEST_CALL, signal });
    },
    explore: (_folder?: string, signal?: AbortSignal) => listTables(api, signal),
    describe: async (table: string, signal?: AbortSignal) =>
      (await describeTable(api, table, signal)).description,
    preview: (table: string, limit: number, signal?: AbortSignal) => previewRows(api, table, limit, signal),
    async clock(signal?: AbortSignal) {
      const date = dateOf((await api.text({ path: CHEAPEST_CALL, signal })).headers);
      if (date !== undefined) return date;
      throw unexpected('the answer has no Date header');
    },
    plan: (request: ReadRequest, signal?: AbortSignal) => planRead(api, request, rowsPerPartition, signal),
    async count(request: ReadRequest, signal?: AbortSignal) {
      // Changes that were read are changes no more, and more have come since: their number proves nothing.
      if (request.changes?.since !== undefined) return undefined;
      const table = await describeTable(api, request.table, signal);
      return countAll(api, rowQueryOf(request, table), table, signal);
    },
    read: (partition: Partition, sink: Sink, signal?: AbortSignal) =>
      readPartition(api, partition, sink, { pageRows, pageAttempts }, signal),
  };
}
