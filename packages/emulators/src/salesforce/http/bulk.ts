import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { columnDelimiters, type Job, type JobFate, type JobRequest, lineEndings } from '../bulk-jobs.ts';
import { compileCsvRow, csvHeader } from '../render.ts';
import { restDatetime } from '../timestamps.ts';
import { type Context, USER_ID } from './context.ts';
import { ApiError, notFound } from './errors.ts';
import { QUERY_TIMEOUT_MESSAGE, takeTimeout } from './trouble.ts';

/** Bytes in one write of a result; large enough to spare system calls, small enough to keep the server lively. */
const CHUNK_BYTES = 64 * 1024;
const JOBS_OF_A_LIST = 1000;
/** Addresses in one answer of `resultPages`. */
const PAGES_OF_AN_ANSWER = 5;
const FIRST_VERSION_OF_RESULT_PAGES = 58;

interface OfJob {
  readonly version: string;
  readonly id: string;
}
type Parameters = Readonly<Record<string, unknown>>;

/** Bulk API 2.0 query jobs (Bulk API 2.0 Developer Guide, Query). */
export function registerBulk(server: FastifyInstance, context: Context): void {
  const { jobs } = context;
  const root = '/services/data/:version/jobs/query';

  server.post<{ Params: { version: string } }>(root, async (request) => {
    const asked = parseJobRequest(request.body, request.params.version);
    const job = jobs.create(asked, (rows) => fateOf(rows, request.url, context));
    return { ...summary(job), state: 'UploadComplete' };
  });
  server.get<{ Params: { version: string }; Querystring: Parameters }>(root, async ({ params, query }) =>
    listJobs(params.version, query, context),
  );
  server.get<{ Params: OfJob }>(`${root}/:id`, async ({ params }) =>
    details(find(context, params.id), context),
  );
  server.patch<{ Params: OfJob }>(`${root}/:id`, async ({ params, body }) => {
    const job = find(context, params.id);
    abort(job, body, context);
    return details(job, context);
  });
  server.delete<{ Params: OfJob }>(`${root}/:id`, async ({ params }, reply) => {
    const job = find(context, params.id);
    if (['UploadComplete', 'InProgress'].includes(jobs.state(job))) {
      throw new ApiError(400, 'INVALIDJOBSTATE', 'Job must be in a terminal state to be deleted');
    }
    jobs.delete(job);
    return reply.code(204).send();
  });
  server.get<{ Params: OfJob; Querystring: Parameters }>(
    `${root}/:id/results`,
    async ({ params, query, url }, reply) =>
      sendResults(find(context, params.id), { ...params, query, url }, reply, context),
  );
  server.get<{ Params: OfJob; Querystring: Parameters }>(
    `${root}/:id/resultPages`,
    async ({ params, query }) => resultPages(find(context, params.id), params.version, query, context),
  );
}

function fateOf(rows: number, url: string, context: Context): JobFate {
  const failure = takeTimeout(url, rows, context)
    ? `QUERY_TIMEOUT: ${QUERY_TIMEOUT_MESSAGE}`
    : context.faults.take(['jobFailed'], url)?.errorMessage;
  return { failure, isStuck: context.faults.take(['jobStuck'], url) !== undefined };
}

/** Jobs, oldest first (Bulk API 2.0 Developer Guide, Get Information About All Query Jobs). */
function listJobs(version: string, query: Parameters, context: Context): unknown {
  const { jobType, queryLocator, concurrencyMode, isPkChunkingEnabled } = query;
  const isAsked =
    (jobType === undefined || jobType === '' || jobType === 'V2Query') &&
    (concurrencyMode === undefined || /^(?:parallel)?$/i.test(String(concurrencyMode))) &&
    isPkChunkingEnabled !== 'true';
  const jobs = isAsked ? context.jobs.list() : [];
  const from = queryLocator === undefined || queryLocator === '' ? 0 : fromLocator(String(queryLocator));
  if (from === undefined) throw invalidLocator(queryLocator);
  const to = from + JOBS_OF_A_LIST;
  const done = to >= jobs.length;
  return {
    done,
    records: jobs.slice(from, to).map((job) => details(job, context)),
    nextRecordsUrl: done ? null : `/services/data/${version}/jobs/query?queryLocator=${toLocator(to)}`,
  };
}

/** Addresses of pages that can be read at the same time (Bulk API 2.0 Developer Guide, Get Parallel Results for a Query Job). */
function resultPages(job: Job, version: string, query: Parameters, context: Context): unknown {
  if (Number(version.slice(1)) < FIRST_VERSION_OF_RESULT_PAGES) throw notFound();
  checkVersion(job, version);
  if (context.jobs.state(job) !== 'JobComplete')
    throw new ApiError(400, 'INVALIDJOBSTATE', 'The job must be in state JobComplete');
  const path = `/services/data/${version}/jobs/query/${job.id}`;
  const { length } = job.rows;
  let [at] = resultRange(job, query, context.bulkPageRows);
  const pages: { resultUrl: string }[] = [];
  do {
    pages.push({ resultUrl: `${path}/results?locator=${toLocator(at)}` });
    at += context.bulkPageRows;
  } while (at < length && pages.length < PAGES_OF_AN_ANSWER);
  const done = at >= length;
  return {
    resultPages: pages,
    nextRecordsUrl: done ? null : `${path}/resultPages?locator=${toLocator(at)}`,
    done,
  };
}

function abort(job: Job, body: unknown, { jobs }: Context): void {
  if (!isRecord(body) || body.state !== 'Aborted') {
    throw new ApiError(400, 'INVALIDJOB', "A query job's state can only be set to Aborted");
  }
  const state = jobs.state(job);
  if (state === 'JobComplete' || state === 'Failed') {
    const past = state === 'JobComplete' ? 'Completed' : 'Failed';
    throw new ApiError(400, 'INVALIDJOBSTATE', `Aborting already ${past} Job not allowed`);
  }
  job.abortedAt ??= Date.now();
}

/**
 * A page of results (Bulk API 2.0 Developer Guide, Get Results for a Query Job): 409 under another version than the job's,
 * and no content where the job has none yet, or never will. Of the 409 the guide tells no error code.
 */
function sendResults(
  job: Job,
  { version, query, url }: { readonly version: string; readonly query: Parameters; readonly url: string },
  reply: FastifyReply,
  context: Context,
): FastifyReply {
  checkVersion(job, version);
  if (context.jobs.state(job) !== 'JobComplete') return reply.code(204).send();
  if (query.locator !== undefined && context.faults.take(['expireCursor'], url) !== undefined)
    throw invalidLocator(query.locator);
  const [from, to] = resultRange(job, query, context.bulkPageRows);
  const short = context.faults.take(['shortPage'], url);
  const end = short === undefined ? to : Math.min(from + short.rows, to);
  reply.type('text/csv;charset=UTF-8');
  reply.header('sforce-locator', to < job.rows.length ? toLocator(to) : 'null');
  reply.header('sforce-numberofrecords', String((short?.announced === 'short' ? end : to) - from));
  const chunks = csvChunks(job, from, end);
  return reply.send(Readable.from(chunks, { objectMode: false, highWaterMark: 2 * CHUNK_BYTES }));
}

function checkVersion({ request }: Job, version: string): void {
  if (Number(version.slice(1)) !== request.apiVersion)
    throw new ApiError(409, 'API_ERROR', `The job was made under version ${request.apiVersion}.0`);
}

function isRecord(body: unknown): body is Readonly<Record<string, unknown>> {
  return body !== null && typeof body === 'object' && !Array.isArray(body);
}

function parseJobRequest(body: unknown, version: string): JobRequest {
  if (!isRecord(body)) throw new ApiError(400, 'INVALIDJOB', 'The request body must be a JSON object');
  const { operation, query, contentType = 'CSV', columnDelimiter = 'COMMA', lineEnding = 'LF' } = body;
  if (operation !== 'query' && operation !== 'queryAll')
    throw invalid('operation', operation, ['query', 'queryAll']);
  if (query !== undefined && typeof query !== 'string')
    throw new ApiError(400, 'API_ERROR', 'query: value does not match expected type');
  if (query === undefined || query.trim() === '')
    throw new ApiError(400, 'INVALIDJOB', 'query must be a SOQL statement');
  if (contentType !== 'CSV') throw invalid('contentType', contentType, ['CSV']);
  if (!isKeyOf(columnDelimiters, columnDelimiter)) {
    throw invalid('columnDelimiter', columnDelimiter, Object.keys(columnDelimiters));
  }
  if (!isKeyOf(lineEndings, lineEnding)) throw invalid('lineEnding', lineEnding, Object.keys(lineEndings));
  return { operation, query, columnDelimiter, lineEnding, apiVersion: Number(version.slice(1)) };
}

function isKeyOf<Table extends object>(table: Table, key: unknown): key is keyof Table {
  return typeof key === 'string' && Object.hasOwn(table, key);
}

function invalid(name: string, value: unknown, allowed: readonly string[]): ApiError {
  return new ApiError(
    400,
    'INVALIDJOB',
    `${name} is ${JSON.stringify(value) ?? 'missing'}; it must be one of ${allowed.join(', ')}`,
  );
}

function find({ jobs }: Context, id: string): Job {
  const job = jobs.find(id);
  if (job === undefined) throw notFound();
  return job;
}

function summary(job: Job): Readonly<Record<string, unknown>> {
  return {
    id: job.id,
    operation: job.request.operation,
    object: job.snapshot.object.name,
    createdById: USER_ID,
    createdDate: restDatetime(job.createdDate),
    systemModstamp: restDatetime(job.createdDate),
    state: undefined,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: job.request.apiVersion,
    lineEnding: job.request.lineEnding,
    columnDelimiter: job.request.columnDelimiter,
  };
}

function details(job: Job, { jobs }: Context): Readonly<Record<string, unknown>> {
  const state = jobs.state(job);
  return {
    ...summary(job),
    state,
    jobType: 'V2Query',
    numberRecordsProcessed: state === 'JobComplete' ? job.rows.length : 0,
    retries: 0,
    totalProcessingTime: jobs.processingTime(job),
    isPkChunkingSupported: true,
    ...(state === 'Failed' ? { errorMessage: job.fate.failure } : {}),
  };
}

function resultRange(job: Job, query: Parameters, pageRows: number): readonly [from: number, to: number] {
  const { locator, maxRecords } = query;
  const from = locator === undefined ? 0 : fromLocator(String(locator));
  if (from === undefined || (from > 0 && from >= job.rows.length)) throw invalidLocator(locator);
  const size = maxRecords === undefined ? pageRows : Number(maxRecords);
  if (!Number.isInteger(size) || size < 1)
    throw new ApiError(400, 'INVALIDJOB', 'maxRecords must be a whole number above 0');
  return [from, Math.min(from + size, job.rows.length)];
}

function invalidLocator(locator: unknown): ApiError {
  return new ApiError(400, 'INVALID_QUERY_LOCATOR', `Invalid locator: ${locator}`);
}

/** Locators are opaque to clients; the documentation's `MTAwMDA` is one for row 10,000. */
function toLocator(position: number): string {
  return Buffer.from(String(position)).toString('base64url');
}

function fromLocator(locator: string): number | undefined {
  const text = Buffer.from(locator, 'base64url').toString('latin1');
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** Rows are written as the reader asks for them: a million of them never exist at once. */
function* csvChunks(job: Job, from: number, to: number): Generator<Buffer> {
  const delimiter = columnDelimiters[job.request.columnDelimiter];
  const lineEnding = lineEndings[job.request.lineEnding];
  const writeRow = compileCsvRow(job.snapshot, job.fields, delimiter, lineEnding);
  let text = csvHeader(job.fields, delimiter, lineEnding);
  for (let position = from; position < to; position++) {
    text += writeRow(job.rows.at(position));
    if (text.length >= CHUNK_BYTES) {
      yield Buffer.from(text);
      text = '';
    }
  }
  yield Buffer.from(text);
}
