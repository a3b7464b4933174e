import { type FieldDefinition, isCompound, type OrgSnapshot } from './definitions.ts';
import { idsOf } from './ids.ts';
import type { Org } from './org.ts';
import { type BoundQuery, bindSoql } from './soql/bind.ts';
import { tokenize } from './soql/lexer.ts';
import { type Selection, selectRows } from './soql/select.ts';

export type JobState = 'UploadComplete' | 'InProgress' | 'Aborted' | 'JobComplete' | 'Failed';

/** Characters of `columnDelimiter` and `lineEnding` (Bulk API 2.0 Developer Guide, Create a Query Job). */
export const columnDelimiters = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
};
export const lineEndings = { LF: '\n', CRLF: '\r\n' };

export interface JobRequest {
  readonly operation: 'query' | 'queryAll';
  readonly query: string;
  readonly columnDelimiter: keyof typeof columnDelimiters;
  readonly lineEnding: keyof typeof lineEndings;
  readonly apiVersion: number;
}

/** A Bulk API 2.0 query job. Its rows are those of the moment it was made, and stay so. */
export interface Job {
  readonly id: string;
  readonly request: JobRequest;
  readonly snapshot: OrgSnapshot;
  readonly fields: readonly FieldDefinition[];
  readonly rows: Selection;
  /** The org's time. */
  readonly createdDate: number;
  /** Real time, by which the job progresses. */
  readonly startedAt: number;
  readonly fate: JobFate;
  abortedAt: number | undefined;
}

/** Jobs kept; the oldest go first. */
const MOST_JOBS = 500;
const DAY_MS = 86_400_000;
/** How long jobs and their results are kept (Bulk API 2.0 Developer Guide, Limits). */
const KEPT_MS = 7 * DAY_MS;
/** The share of a job's duration that it waits in the queue. */
const QUEUED_SHARE = 0.3;

/** A query that the bulk API refuses although REST runs it. */
export class BulkRefusal extends Error {
  readonly code: 'API_ERROR' | 'INVALIDENTITY' | 'LIMIT_EXCEEDED';

  constructor(code: BulkRefusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface BulkJobsOptions {
  /** Milliseconds of real time from a job's creation to its end. */
  readonly durationMs: number;
  /** Query jobs in 24 hours of the org's time. */
  readonly dailyLimit: number;
}

/** What a fault makes of a job. */
export interface JobFate {
  /** Why it ends as Failed. */
  readonly failure: string | undefined;
  /** Whether it never ends. */
  readonly isStuck: boolean;
}

/** The query jobs of an org. They live in memory: a restarted emulator knows none of them. */
export class BulkJobs {
  readonly #org: Org;
  readonly #options: BulkJobsOptions;
  readonly #jobs = new Map<string, Job>();
  readonly #idOf = idsOf('750');
  #made = 0;
  /** The org's times at which jobs were made, those of the last day. */
  #madeAt: number[] = [];

  constructor(org: Org, options: BulkJobsOptions) {
    this.#org = org;
    this.#options = options;
  }

  /** Checks and runs the query; `fateOf` tells what becomes of a job of so many rows. Throws a SoqlError or a {@link BulkRefusal}. */
  create(request: JobRequest, fateOf: (rows: number) => JobFate): Job {
    refuseClauses(request.query);
    const query = bindSoql(request.query, this.#org.findObject);
    const fields = selectedFields(query);
    const { dailyLimit } = this.#options;
    if (this.madeToday >= dailyLimit) {
      const message = `Max bulk v2 query jobs (${dailyLimit}) per 24 hrs has been reached (${this.madeToday})`;
      throw new BulkRefusal('LIMIT_EXCEEDED', message);
    }
    const snapshot = this.#org.table(query.object.name).snapshot();
    const rows = selectRows(query, snapshot, request.operation === 'queryAll');
    const job: Job = {
      id: this.#idOf(this.#made++),
      request,
      snapshot,
      fields,
      rows,
      createdDate: this.#org.clock.now(),
      startedAt: Date.now(),
      fate: fateOf(rows.length),
      abortedAt: undefined,
    };
    this.#madeAt.push(job.createdDate);
    this.#jobs.set(job.id, job);
    const [oldest] = this.#jobs.keys();
    if (this.#jobs.size > MOST_JOBS && oldest !== undefined) this.#jobs.delete(oldest);
    return job;
  }

  find(id: string): Job | undefined {
    const job = this.#jobs.get(id) ?? [...this.#jobs.values()].find((other) => other.id.slice(0, 15) === id);
    return job !== undefined && this.#isKept(job) ? job : undefined;
  }

  list(): readonly Job[] {
    return [...this.#jobs.values()].filter((job) => this.#isKept(job));
  }

  #isKept(job: Job): boolean {
    return this.#org.clock.now() - job.createdDate <= KEPT_MS;
  }

  /** Jobs made in the last 24 hours, deleted ones included. */
  get madeToday(): number {
    const now = this.#org.clock.now();
    this.#madeAt = this.#madeAt.filter((at) => now - at < DAY_MS);
    return this.#madeAt.length;
  }

  /** Sets how many jobs were made in the last 24 hours. */
  setMadeToday(count: number): void {
    this.#madeAt = Array.from({ length: count }, () => this.#org.clock.now());
  }

  get dailyLimit(): number {
    return this.#options.dailyLimit;
  }

  delete(job: Job): void {
    this.#jobs.delete(job.id);
  }

  state(job: Job): JobState {
    if (job.abortedAt !== undefined) return 'Aborted';
    const share = (Date.now() - job.startedAt) / Math.max(this.#options.durationMs, 1);
    if (share < QUEUED_SHARE) return 'UploadComplete';
    if (share < 1 || job.fate.isStuck) return 'InProgress';
    return job.fate.failure === undefined ? 'JobComplete' : 'Failed';
  }

  /** Milliseconds of work so far. */
  processingTime(job: Job): number {
    return Math.min((job.abortedAt ?? Date.now()) - job.startedAt, this.#options.durationMs);
  }
}

/** Clauses that the bulk API refuses, whatever else is wrong with the query. */
function refuseClauses(soql: string): void {
  const words = tokenize(soql).map((token) => (token.kind === 'literal' ? '' : token.text.toUpperCase()));
  const follows = (first: string, second: string) =>
    words.some((word, at) => word === first && words[at + 1] === second);
  if (follows('(', 'SELECT')) {
    const message = 'Aggregate Relationships not supported in Bulk V2 Query with CSV content type';
    throw new BulkRefusal('API_ERROR', message);
  }
  if (follows('GROUP', 'BY')) throw new BulkRefusal('API_ERROR', 'GROUP BY is not supported in Bulk Query');
  if (words.includes('TYPEOF')) throw new BulkRefusal('API_ERROR', 'TYPEOF is not supported in Bulk Query');
}

/** The fields of a query that the bulk API runs (Bulk API 2.0 Developer Guide, Understanding Bulk API 2.0 Query). */
function selectedFields({ select, offset, object }: BoundQuery): readonly FieldDefinition[] {
  if (object.bulk === false) {
    throw new BulkRefusal('INVALIDENTITY', `Entity '${object.name}' is not supported by the Bulk API.`);
  }
  if (select.kind !== 'fields') {
    throw new BulkRefusal('API_ERROR', 'Aggregate functions are not supported in Bulk Query');
  }
  if (offset > 0) throw new BulkRefusal('API_ERROR', 'OFFSET is not supported in Bulk Query');
  if (select.viaFieldsFunction || select.fields.some(isCompound)) {
    throw new BulkRefusal('API_ERROR', 'Selecting compound data not supported in Bulk Query');
  }
  if (select.fields.some((field) => field.type === 'base64')) {
    throw new BulkRefusal('API_ERROR', 'Blob field not supported in Bulk V2 Query with CSV content type');
  }
  return select.fields;
}
