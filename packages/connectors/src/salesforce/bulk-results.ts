import { textAt, valueAt } from '../json.ts';
import { type AnswerHeaders, discard, headerOf, type StreamAnswer } from '../outbound/client.ts';
import { type FetchedPage, stagePages } from '../pages.ts';
import { type Page, type Sink, SourceError } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import { expiring, type JobHandle, jobPath, unexpected } from './bulk-jobs.ts';

/** How pages are fetched. */
export interface PageOptions {
  /** How often one page is fetched whose body breaks off. */
  readonly pageAttempts: number;
  readonly signal: AbortSignal | undefined;
}

/** The first version that tells the pages of a job's results at once (Get Parallel Results for a Query Job). */
const FIRST_VERSION_WITH_PAGES = 58;
/** Some five pages come with each list. */
const MOST_LISTS = 1000;

/** Reads the results of a job that has ended one page after another, each as the CSV it came in. */
export async function readResults(
  api: SalesforceApi,
  job: JobHandle,
  sink: Sink,
  pageRows: number,
  { pageAttempts, signal }: PageOptions,
): Promise<void> {
  await stagePages(sink, pageAttempts, api.retry, signal, (locator) =>
    fetchResults(api, job, { maxRecords: String(pageRows), ...(locator ? { locator } : {}) }, signal),
  );
}

/** Reads one page of the results of a job that has ended; see {@link listResultPages}. */
export async function readResultPage(
  api: SalesforceApi,
  { locator, ...job }: JobHandle & { readonly locator: string | undefined },
  sink: Sink,
  { pageAttempts, signal }: PageOptions,
): Promise<void> {
  await stagePages(sink, pageAttempts, api.retry, signal, async () => {
    const { page, stream } = await fetchResults(api, job, locator === undefined ? {} : { locator }, signal);
    // What comes after it is another partition's.
    return { page: { ...page, next: undefined }, stream };
  });
}

/**
 * The locators of all pages of the results of a job that has ended, undefined standing for a page without one: the first.
 * Undefined where Salesforce does not list them.
 */
export async function listResultPages(
  api: SalesforceApi,
  job: JobHandle,
  signal: AbortSignal | undefined,
): Promise<readonly (string | undefined)[] | undefined> {
  if (Number(job.apiVersion) < FIRST_VERSION_WITH_PAGES) return undefined;
  const locators = new Set<string | undefined>();
  let path: string | undefined = `${jobPath(job)}/resultPages`;
  for (let lists = 0; path !== undefined; lists++) {
    if (lists === MOST_LISTS) throw unexpected('the lists of result pages have no end');
    const list: unknown = await listOrNone(api, path, signal);
    if (list === undefined && lists === 0) return undefined;
    for (const page of pagesAt(list)) {
      const locator = locatorOf(api, textAt(page, 'resultUrl'), job);
      if (locators.has(locator)) throw unexpected('a page of bulk results is listed twice');
      locators.add(locator);
    }
    path = nextList(list, job);
  }
  return [...locators];
}

/** An organisation that does not know the resource has results that are read one page after another. */
async function listOrNone(
  api: SalesforceApi,
  path: string,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  try {
    return await api.json({ path, signal });
  } catch (error) {
    if (error instanceof SourceError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

function pagesAt(list: unknown): readonly unknown[] {
  const pages = valueAt(list, 'resultPages');
  if (Array.isArray(pages)) return pages;
  throw unexpected('the list of result pages has none');
}

/** The guide names it in two ways. */
function nextList(list: unknown, job: JobHandle): string | undefined {
  const url = textAt(list, 'nextRecordsUrl') ?? textAt(list, 'nextRecordUrl');
  if (url === undefined || valueAt(list, 'done') === true) return undefined;
  const { pathname, search } = urlOf(url);
  if (pathname === `${jobPath(job)}/resultPages`) return pathname + search;
  throw unexpected('the list of result pages goes on elsewhere');
}

function locatorOf(api: SalesforceApi, url: string | undefined, job: JobHandle): string | undefined {
  const { pathname, searchParams } = urlOf(url ?? '');
  if (pathname !== `${jobPath(job)}/results`)
    throw unexpected(`a page of bulk results lies outside of ${api.root}/jobs/query`);
  return searchParams.get('locator') ?? undefined;
}

function urlOf(url: string): URL {
  const base = 'https://instance.invalid';
  return URL.canParse(url, base) ? new URL(url, base) : new URL(base);
}

async function fetchResults(
  api: SalesforceApi,
  job: JobHandle,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<FetchedPage> {
  const query = new URLSearchParams(parameters);
  const path = `${jobPath(job)}/results${query.size === 0 ? '' : `?${query}`}`;
  const answer = await expiring(api.stream({ path, headers: { accept: 'text/csv' }, signal }));
  return { page: pageOf(answer), stream: answer.body };
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
