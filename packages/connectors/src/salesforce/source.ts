import { dateOf, OutboundClient } from '../outbound/client.ts';
import { type Partition, type ReadRequest, type Sink, type Source, SourceError } from '../source.ts';
import { type KeepAuthParams, SalesforceApi } from './api.ts';
import type { ApiUsage } from './api-budget.ts';
import { type BulkOptions, DEFAULT_BULK } from './bulk-jobs.ts';
import { describeTable, listTables } from './describe.ts';
import type { SalesforceParams } from './params.ts';
import { partitionStateOf } from './partition.ts';
import { planRead } from './plan.ts';
import { previewRows } from './preview.ts';
import { countOrUnknown } from './query.ts';
import { readPartition } from './read-partition.ts';
import { rowQueryOf } from './soql.ts';

export interface SalesforceOptions {
  readonly outbound?: OutboundClient;
  /** Keeps what a login changed of the parameters: without it, rotated refresh tokens are good for one process. */
  readonly keepAuthParams?: KeepAuthParams;
  /** From how many rows on a read goes by bulk job. */
  readonly bulkFromRows?: number;
  /** From how many rows on pages of a job's results are read side by side. */
  readonly parallelFromRows?: number;
  /** The most rows of one job of a first load. */
  readonly jobRows?: number;
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
/** Fewer come in one page, for all that Salesforce tells. */
const PARALLEL_FROM_ROWS = 100_000;
/** Jobs of more rows run for so long that one that fails costs much; each is one of 10,000 of a day. */
const JOB_ROWS = 5_000_000;
const PAGE_ATTEMPTS = 5;

/** A source over one Salesforce organisation. It logs in at its first call. */
export function createSalesforceSource(
  params: SalesforceParams,
  options: SalesforceOptions = {},
): SalesforceSource {
  const { pageAttempts = PAGE_ATTEMPTS } = options;
  const bulk = { ...DEFAULT_BULK, ...options.bulk };
  const planning = {
    bulkFromRows: options.bulkFromRows ?? BULK_FROM_ROWS,
    parallelFromRows: options.parallelFromRows ?? PARALLEL_FROM_ROWS,
    jobRows: options.jobRows ?? JOB_ROWS,
    bulk,
  };
  const api = new SalesforceApi(options.outbound ?? new OutboundClient(), params, options.keepAuthParams);

  async function clock(signal?: AbortSignal): Promise<Date> {
    // The list of resources is the smallest answer that needs a session.
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
    plan: (request: ReadRequest, signal?: AbortSignal) => planRead(api, request, planning, signal),
    async count(request: ReadRequest, signal?: AbortSignal) {
      const query = rowQueryOf(request, await describeTable(api, request.table, signal));
      return countOrUnknown(api, query, signal);
    },
    async read(partition: Partition, sink: Sink, signal?: AbortSignal) {
      await readPartition(api, partitionStateOf(partition), sink, { bulk, pageAttempts, signal });
    },
  };
}
