import type { FieldDefinition, OrgSnapshot } from './definitions.ts';
import { idsOf } from './ids.ts';
import type { Org } from './org.ts';
import { bindSoql } from './soql/bind.ts';
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
  readonly failure: string | undefined;
  abortedAt: number | undefined;
}

/** Jobs kept; the oldest go first. */
const MOST_JOBS = 500;
/** The share of a job's duration that it waits in the queue. */
const QUEUED_SHARE = 0.3;

/** A query that the bulk API refuses although REST runs it. */
export class BulkRefusal extends Error {}

/** The query jobs of an org. They live in memory: a restarted emulator knows none of them. */
export class BulkJobs {
  readonly #org: Org;
  readonly #durationMs: number;
  readonly #jobs = new Map<string, Job>();
  readonly #idOf = idsOf('750');
  #made = 0;

  constructor(org: Org, durationMs: number) {
    this.#org = org;
    this.#durationMs = durationMs;
  }

  /** Checks and runs the query. Throws a SoqlError or a {@link BulkRefusal}. */
  create(request: JobRequest, failure: string | undefined): Job {
    const query = bindSoql(request.query);
    if (query.select.kind !== 'fields')
      throw new BulkRefusal('Aggregate functions are not supported in Bulk Query');
    if (query.offset > 0) throw new BulkRefusal('OFFSET is not supported in Bulk Query');
    if (query.select.viaFieldsFunction || query.select.fields.some((field) => field.type === 'address')) {
      throw new BulkRefusal('Selecting compound data not supported in Bulk Query');
    }
    const snapshot = this.#org.table(query.object.name).snapshot();
    const job: Job = {
      id: this.#idOf(this.#made++),
      request,
      snapshot,
      fields: query.select.fields,
      rows: selectRows(query, snapshot, request.operation === 'queryAll'),
      createdDate: this.#org.clock.now(),
      startedAt: Date.now(),
      failure,
      abortedAt: undefined,
    };
    this.#jobs.set(job.id, job);
    const [oldest] = this.#jobs.keys();
    if (this.#jobs.size > MOST_JOBS && oldest !== undefined) this.#jobs.delete(oldest);
    return job;
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id) ?? [...this.#jobs.values()].find((job) => job.id.slice(0, 15) === id);
  }

  list(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  /** Jobs made since the start, deleted ones included. */
  get made(): number {
    return this.#made;
  }

  delete(job: Job): void {
    this.#jobs.delete(job.id);
  }

  state(job: Job): JobState {
    if (job.abortedAt !== undefined) return 'Aborted';
    const share = (Date.now() - job.startedAt) / Math.max(this.#durationMs, 1);
    if (share < QUEUED_SHARE) return 'UploadComplete';
    if (share < 1) return 'InProgress';
    return job.failure === undefined ? 'JobComplete' : 'Failed';
  }

  /** Milliseconds of work so far. */
  processingTime(job: Job): number {
    return Math.min((job.abortedAt ?? Date.now()) - job.startedAt, this.#durationMs);
  }
}
