import { textAt } from '../json.ts';
import { type AnswerHeaders, discard, headerOf, type StreamAnswer } from '../outbound/client.ts';
import { pause } from '../outbound/retry.ts';
import { stagePages } from '../pages.ts';
import { type Page, type Sink, SourceError, type SourceErrorKind } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import { kindOfCode } from './errors.ts';
import { type BulkState, JOB_ID } from './partition.ts';

/** How a bulk job is waited for and read. Durations in milliseconds. */
export interface BulkOptions {
  /** Pause before the second look at a job's state; the first look comes at once. */
  readonly firstPollMs: number;
  /** Upper bound that the pauses grow to. */
  readonly maxPollMs: number;
  /** How long a job may take before the read fails as busy. */
  readonly jobTimeoutMs: number;
  /** Rows of one page of results. Salesforce may give fewer. */
  readonly pageRows: number;
}

export const DEFAULT_BULK: BulkOptions = {
  firstPollMs: 50,
  maxPollMs: 10_000,
  jobTimeoutMs: 2 * 60 * 60 * 1000,
  pageRows: 50_000,
};

const POLL_GROWTH = 1.5;

/** Starts a query job and gives its id (Bulk API 2.0, Create a Query Job). */
export async function createQueryJob(
  api: SalesforceApi,
  query: string,
  signal?: AbortSignal,
): Promise<string> {
  const job = await api.json({
    method: 'POST',
    path: `${api.root}/jobs/query`,
    json: { operation: 'query', query, contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' },
    signal,
  });
  const id = textAt(job, 'id');
  if (id !== undefined && JOB_ID.test(id)) return id;
  throw unexpected('the new bulk job has no id');
}

/** Waits for a query job and reads its results page by page, each as the CSV it came in. */
export async function readQueryJob(
  api: SalesforceApi,
  { jobId, apiVersion }: BulkState,
  sink: Sink,
  pageAttempts: number,
  options: BulkOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const job = `/services/data/v${apiVersion}/jobs/query/${jobId}`;
  // Results exist where a page of them was read before.
  if (sink.resumeFrom === undefined) await untilComplete(api, job, options, signal);
  await stagePages(sink, pageAttempts, api.retry, signal, async (locator) => {
    const query = new URLSearchParams({
      maxRecords: String(options.pageRows),
      ...(locator ? { locator } : {}),
    });
    const answer = await expiring(
      api.stream({ path: `${job}/results?${query}`, headers: { accept: 'text/csv' }, signal }),
    );
    return { page: pageOf(answer), stream: answer.body };
  });
}

/** A page for people, or an answer without content as for a job that has not ended, must not pass for the last page. */
function pageOf({ headers, body }: StreamAnswer): Page {
  const locator = headerOf(headers, 'sforce-locator');
  if (!locator || !isCsv(headers)) {
    discard(body);
    throw unexpected('a page of bulk results is no CSV, or does not tell where the next one is');
  }
  // The end is told by the word `null`, not by the absence of the header.
  const next = locator === 'null' ? undefined : locator;
  return { format: { kind: 'csv' }, rows: rowsOf(headers), body, next };
}

/** Whether a body is CSV as it stands: nothing packed was asked for. */
function isCsv(headers: AnswerHeaders): boolean {
  const isPlain = headerOf(headers, 'content-encoding') === undefined;
  return isPlain && headerOf(headers, 'content-type')?.startsWith('text/csv') === true;
}

function rowsOf(headers: AnswerHeaders): number | undefined {
  const rows = headerOf(headers, 'sforce-numberofrecords');
  return rows !== undefined && /^\d{1,15}$/.test(rows) ? Number(rows) : undefined;
}

async function untilComplete(
  api: SalesforceApi,
  job: string,
  options: BulkOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + options.jobTimeoutMs;
  for (let wait = options.firstPollMs; ; wait = Math.min(wait * POLL_GROWTH, options.maxPollMs)) {
    const answer = await expiring(api.json({ path: job, signal }));
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

function unexpected(message: string): SourceError {
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
  const kind: SourceErrorKind = told === undefined || told === 'busy' ? 'expired' : told;
  return new SourceError(kind, code ?? 'JOB_FAILED', `Salesforce: the bulk job failed: ${message}`);
}

/** A job that is not found was deleted, or its results outlived their 7 days. */
async function expiring<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof SourceError) || error.kind !== 'invalid') throw error;
    throw new SourceError('expired', error.code, `${error.message}; the bulk job or its results are gone`, {
      cause: error,
    });
  }
}
