import { textAt } from '../json.ts';
import { pause } from '../outbound/retry.ts';
import { SourceError, type SourceErrorKind } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import { kindOfCode } from './errors.ts';
import { JOB_ID } from './partition.ts';
import { type RowQuery, unorderedSoql } from './soql.ts';

/** How a bulk job is waited for and read. Durations in milliseconds. */
export interface BulkOptions {
  /** Pause before the second look at a job's state; the first look comes at once. */
  readonly firstPollMs: number;
  /** Upper bound that the pauses grow to. Each look is a call. */
  readonly maxPollMs: number;
  /** How long a job may take before the read fails as busy. */
  readonly jobTimeoutMs: number;
  /** How long a plan waits for a job to end, so as to know the pages of its results. */
  readonly planWaitMs: number;
  /** Rows of one page of results that are read one after another. Salesforce may give fewer. */
  readonly pageRows: number;
}

export const DEFAULT_BULK: BulkOptions = {
  firstPollMs: 50,
  maxPollMs: 30_000,
  jobTimeoutMs: 2 * 60 * 60 * 1000,
  planWaitMs: 10 * 60 * 1000,
  pageRows: 50_000,
};

const POLL_GROWTH = 1.5;

/** A query job and the version it was made under. */
export interface JobHandle {
  readonly apiVersion: string;
  readonly jobId: string;
}

export function jobPath({ apiVersion, jobId }: JobHandle): string {
  return `/services/data/v${apiVersion}/jobs/query/${jobId}`;
}

/** Starts a query job and gives its id (Bulk API 2.0, Create a Query Job). */
export async function createQueryJob(
  api: SalesforceApi,
  query: RowQuery,
  signal?: AbortSignal,
): Promise<string> {
  const job = await api.json({
    method: 'POST',
    path: `${api.root}/jobs/query`,
    json: {
      operation: query.includeDeleted ? 'queryAll' : 'query',
      query: unorderedSoql(query),
      contentType: 'CSV',
      columnDelimiter: 'COMMA',
      lineEnding: 'LF',
    },
    signal,
  });
  const id = textAt(job, 'id');
  if (id !== undefined && JOB_ID.test(id)) return id;
  throw unexpected('the new bulk job has no id');
}

/**
 * Waits until a job has ended well.
 *
 * @throws SourceError `busy` with code `JOB_TIMEOUT` after `timeoutMs`; what the job says where it failed.
 */
export async function untilComplete(
  api: SalesforceApi,
  job: JobHandle,
  { firstPollMs, maxPollMs }: BulkOptions,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let wait = firstPollMs; ; wait = Math.min(wait * POLL_GROWTH, maxPollMs)) {
    const answer = await expiring(api.json({ path: jobPath(job), signal }));
    const state = textAt(answer, 'state');
    if (state === 'JobComplete') return;
    if (state === 'Aborted')
      throw new SourceError('expired', 'JOB_ABORTED', 'Salesforce: the bulk job was aborted');
    if (state === 'Failed') throw jobFailed(textAt(answer, 'errorMessage') ?? 'no reason is given');
    if (performance.now() + wait > deadline) {
      throw new SourceError('busy', 'JOB_TIMEOUT', `Salesforce: the bulk job is still ${state}`);
    }
    await pause(wait, signal);
  }
}

export function unexpected(message: string): SourceError {
  return new SourceError('busy', 'UNEXPECTED_ANSWER', `Salesforce: ${message}`);
}

/**
 * A failed job tells its code within the message, as in `QUERY_TIMEOUT: Your query request …`. Where a later attempt may
 * succeed, it needs another job: this one stays failed.
 */
function jobFailed(message: string): SourceError {
  const codes = message.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
  const code = codes.find((candidate) => kindOfCode(candidate) !== undefined);
  const told = code === undefined ? undefined : kindOfCode(code);
  const kind: SourceErrorKind = told === 'refused' || told === 'invalid' ? told : 'expired';
  return new SourceError(kind, code ?? codeOfWords(message), `Salesforce: the bulk job failed: ${message}`);
}

/** The API retries what takes too long, and gives up with words alone (Understanding Bulk API 2.0 Query). */
function codeOfWords(message: string): string {
  return /retried more than/i.test(message) ? 'TOO_MANY_RETRIES' : 'JOB_FAILED';
}

/** A job that is not found was deleted, or its results outlived their 7 days. */
export async function expiring<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof SourceError) || error.kind !== 'invalid') throw error;
    throw new SourceError('expired', error.code, `${error.message}; the bulk job or its results are gone`, {
      cause: error,
    });
  }
}
