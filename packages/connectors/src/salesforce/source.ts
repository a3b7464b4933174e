import { dateOf, OutboundClient } from '../outbound/client.ts';
import { type Partition, type ReadRequest, type Sink, type Source, SourceError } from '../source.ts';
import { type ApiUsage, SalesforceApi } from './api.ts';
import { type BulkOptions, DEFAULT_BULK, readQueryJob } from './bulk.ts';
import { describeTable, listTables } from './describe.ts';
import type { SalesforceParams } from './params.ts';
import { partitionStateOf } from './partition.ts';
import { countOrUnknown, planRead } from './plan.ts';
import { previewRows } from './preview.ts';
import { readQuery } from './query.ts';
import { soqlOf } from './soql.ts';

export interface SalesforceOptions {
  readonly outbound?: OutboundClient;
  /** From how many rows on a read goes by bulk job. */
  readonly bulkFromRows?: number;
  readonly bulk?: Partial<BulkOptions>;
  /** How often one page is fetched whose body breaks off. */
  readonly pageAttempts?: number;
}

export interface SalesforceSource extends Source {
  /** The organisation's allowance of calls, as the latest answer told it. */
  readonly lastLimit: ApiUsage | undefined;
}

/** A bulk job costs seconds before its first row; below some 10,000 rows REST is done by then. */
const BULK_FROM_ROWS = 10_000;
const PAGE_ATTEMPTS = 5;

/** A source over one Salesforce organisation. It logs in at its first call. */
export function createSalesforceSource(
  params: SalesforceParams,
  options: SalesforceOptions = {},
): SalesforceSource {
  const { bulkFromRows = BULK_FROM_ROWS, pageAttempts = PAGE_ATTEMPTS } = options;
  const bulk = { ...DEFAULT_BULK, ...options.bulk };
  const api = new SalesforceApi(options.outbound ?? new OutboundClient(), params);

  async function clock(signal?: AbortSignal): Promise<Date> {
    // The list of resources costs Salesforce nothing, and needs a session.
    const { headers } = await api.text({ path: api.root, signal });
    const date = dateOf(headers);
    if (date !== undefined) return date;
    throw new SourceError('busy', 'UNEXPECTED_ANSWER', 'Salesforce: the answer has no Date header');
  }

  return {
    get lastLimit() {
      return api.lastLimit;
    },
    async check(signal?: AbortSignal) {
      await api.json({ path: api.root, signal });
    },
    explore: (_folder?: string, signal?: AbortSignal) => listTables(api, signal),
    describe: (table: string, signal?: AbortSignal) => describeTable(api, table, signal),
    preview: (table: string, limit: number, signal?: AbortSignal) => previewRows(api, table, limit, signal),
    clock,
    plan: (request: ReadRequest, signal?: AbortSignal) => planRead(api, request, bulkFromRows, signal),
    async count(request: ReadRequest, signal?: AbortSignal) {
      const soql = soqlOf(request, await describeTable(api, request.table, signal));
      return countOrUnknown(api, soql.count, signal);
    },
    async read(partition: Partition, sink: Sink, signal?: AbortSignal) {
      const state = partitionStateOf(partition);
      if (state.api === 'rest') await readQuery(api, state, sink, pageAttempts, signal);
      else await readQueryJob(api, state, sink, pageAttempts, bulk, signal);
    },
  };
}
