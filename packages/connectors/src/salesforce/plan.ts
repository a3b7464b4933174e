import { type Partition, type ReadRequest, SourceError } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import { type BulkOptions, createQueryJob, untilComplete } from './bulk-jobs.ts';
import { listResultPages } from './bulk-results.ts';
import { callsByBulk, callsByRest, shortageNotice } from './call-estimate.ts';
import { describeTable } from './describe.ts';
import { readLimits } from './limits.ts';
import { partitionOf } from './partition.ts';
import { countOrUnknown, fitsUrl } from './query.ts';
import { orderedSoql, type RowQuery, rowQueryOf } from './soql.ts';
import { type CountedQuery, isTooSlow, PARTS_OF_SLOW_QUERY, splitBySize, splitQuery } from './split.ts';

/** From how many rows on a read goes which way. */
export interface PlanOptions {
  /** By bulk job: it costs seconds before its first row. */
  readonly bulkFromRows: number;
  /** By pages of results side by side, for which the plan waits until the job has ended. */
  readonly parallelFromRows: number;
  /** The most rows of one bulk job where a table is read as a whole. */
  readonly jobRows: number;
  readonly bulk: BulkOptions;
}

/** Codes under which no bulk job is to be had, while the same query by REST may well succeed. */
const BULK_UNAVAILABLE: ReadonlySet<string> = new Set([
  'API_ERROR',
  'EXCEEDEDQUOTA',
  'EXCEEDED_QUOTA',
  'LIMIT_EXCEEDED',
  'FEATURENOTENABLED',
  'FUNCTIONALITY_NOT_ENABLED',
  'API_DISABLED_FOR_ORG',
  'INVALIDENTITY',
  'INVALID_ENTITY',
  'NOT_FOUND',
]);

/**
 * Plans a read, as nothing where no row is in the window: by REST where the rows are few; otherwise by bulk jobs that start
 * now, several for ranges of ids where a very large table is read for the first time. Where no job is to be had it is REST
 * again, and the partition says why.
 */
export async function planRead(
  api: SalesforceApi,
  request: ReadRequest,
  options: PlanOptions,
  signal: AbortSignal | undefined,
): Promise<readonly Partition[]> {
  const query = rowQueryOf(request, await describeTable(api, request.table, signal));
  const rows = await countOrUnknown(api, query, signal);
  if (rows === 0) return [];
  const plan = new ReadPlan(api, options, signal);
  const isSmall = rows !== undefined && rows < options.bulkFromRows;
  if (isSmall && fitsUrl(api, orderedSoql(query))) return [plan.byRest({ query, rows })];
  // A window that begins somewhere filters by an index of its own: ranges of ids would only multiply its cost.
  const isFirstLoad = request.window?.after === undefined;
  return plan.byJobs({ query, rows }, isFirstLoad);
}

class ReadPlan {
  readonly #api: SalesforceApi;
  readonly #options: PlanOptions;
  readonly #signal: AbortSignal | undefined;

  constructor(api: SalesforceApi, options: PlanOptions, signal: AbortSignal | undefined) {
    this.#api = api;
    this.#options = options;
    this.#signal = signal;
  }

  byRest({ query, rows }: CountedQuery, reason?: string): Partition {
    const notice = reason ?? shortageNotice(query.table, rows && callsByRest(rows), this.#api.budget);
    return partitionOf(
      { api: 'rest', apiVersion: this.#api.version, query },
      { announcedRows: rows, notice },
    );
  }

  async byJobs(whole: CountedQuery, isFirstLoad: boolean): Promise<readonly Partition[]> {
    const jobsLeft = await this.#jobsLeft();
    const { jobRows } = this.#options;
    const isSplit = isFirstLoad && jobsLeft > 0;
    const parts = isSplit ? await splitBySize(this.#api, whole, jobRows, this.#signal) : [whole];
    const jobs: (readonly [CountedQuery, Job | Partition])[] = [];
    // All are started before the first is waited for.
    for (const [index, part] of parts.entries()) {
      const isLeft = index < jobsLeft;
      jobs.push([part, isLeft ? await this.#start(part) : this.#insteadOfJob(part, noJobLeft())]);
    }
    const deadline = performance.now() + this.#options.bulk.planWaitMs;
    const partitions: Partition[] = [];
    for (const [part, job] of jobs) {
      partitions.push(...('jobId' in job ? await this.#pagesOf(part, job, deadline) : [job]));
    }
    return partitions;
  }

  /** How many bulk jobs this connection may start yet: they are counted by the day, as calls are. */
  async #jobsLeft(): Promise<number> {
    const { bulkQueryJobs } = await readLimits(this.#api, this.#signal);
    if (bulkQueryJobs === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#api.budget.shareOf(bulkQueryJobs.allowed) - bulkQueryJobs.used);
  }

  /** A job for the rows, or a partition by REST where none is to be had. */
  async #start(part: CountedQuery): Promise<Job | Partition> {
    try {
      return { jobId: await createQueryJob(this.#api, part.query, this.#signal) };
    } catch (error) {
      if (!(error instanceof SourceError) || !BULK_UNAVAILABLE.has(error.code.toUpperCase())) throw error;
      return this.#insteadOfJob(part, error);
    }
  }

  #insteadOfJob(part: CountedQuery, reason: SourceError): Partition {
    const { table } = part.query;
    if (!fitsUrl(this.#api, orderedSoql(part.query))) throw tooManyColumns(part.query, reason);
    const rows = part.rows === undefined ? 'its rows' : `${part.rows} rows`;
    return this.byRest(
      part,
      `${table}: no bulk job is to be had (${reason.code}), so ${rows} are read by REST: ${reason.message}`,
    );
  }

  /** A job whose results have several pages becomes a partition for each, so that they are read side by side. */
  async #pagesOf(part: CountedQuery, { jobId }: Job, deadline: number): Promise<readonly Partition[]> {
    const { bulk, parallelFromRows } = this.#options;
    const { query, rows } = part;
    const job = { jobId, apiVersion: this.#api.version };
    const notice = shortageNotice(query.table, rows && callsByBulk(rows, bulk), this.#api.budget);
    const inTurn = [partitionOf({ api: 'bulk', ...job, query }, { announcedRows: rows, notice })];
    if (rows !== undefined && rows < parallelFromRows) return inTurn;
    let pages: readonly (string | undefined)[];
    try {
      await untilComplete(this.#api, job, bulk, Math.max(0, deadline - performance.now()), this.#signal);
      pages = (await listResultPages(this.#api, job, this.#signal)) ?? [];
    } catch (error) {
      if (isTooSlow(error)) return this.#split(part, error);
      // The job goes on, or has ended, whatever keeps its pages from being known: it is not to be started again.
      if (error instanceof SourceError && (error.kind === 'busy' || error.kind === 'limited')) return inTurn;
      throw error;
    }
    if (pages.length < 2) return inTurn;
    return pages.map((locator) => partitionOf({ api: 'bulk-page', ...job, locator }, { notice }));
  }

  /** The rows of a job that took Salesforce too long, by a job for each of several ranges. */
  async #split({ query }: CountedQuery, error: SourceError): Promise<readonly Partition[]> {
    const parts = await splitQuery(this.#api, query, PARTS_OF_SLOW_QUERY, this.#signal);
    if (parts.length < 2) throw error;
    const notice = `${query.table}: a bulk job took too long (${error.code}); its rows are read in ${parts.length} ranges of ids`;
    const partitions: Partition[] = [];
    for (const part of parts) {
      const job = await this.#start({ query: part, rows: undefined });
      partitions.push(
        'jobId' in job
          ? partitionOf(
              { api: 'bulk', apiVersion: this.#api.version, jobId: job.jobId, query: part },
              { notice },
            )
          : job,
      );
    }
    return partitions;
  }
}

interface Job {
  readonly jobId: string;
}

function noJobLeft(): SourceError {
  return new SourceError(
    'limited',
    'JOB_BUDGET',
    'Salesforce: the bulk query jobs of a day are used, but for those that this connection leaves to others (apiBudgetPercent)',
  );
}

function tooManyColumns({ table, columns }: RowQuery, cause: SourceError): SourceError {
  return new SourceError(
    cause.kind,
    cause.code,
    `columns: ${columns.length} columns of ${table} are too many for a REST query, and no bulk job is to be had: ` +
      `${cause.message}; map fewer of them, or read them by two flows`,
    { cause },
  );
}
