import { parseJson, textAt, valueAt } from '../json.ts';
import { pageWith } from '../pages.ts';
import { type Page, type Sink, SourceError } from '../source.ts';
import type { SalesforceApi } from './api.ts';
import { type BulkOptions, createQueryJob, untilComplete } from './bulk-jobs.ts';
import { type PageOptions, readResultPage, readResults } from './bulk-results.ts';
import { type BulkState, idRangeOf, JOB_ID, type PartitionState, type RestState } from './partition.ts';
import { readQuery } from './query.ts';
import type { RowQuery } from './soql.ts';
import { isTooSlow, PARTS_OF_SLOW_QUERY, splitQuery } from './split.ts';

export interface ReadOptions extends PageOptions {
  readonly bulk: BulkOptions;
}

/** What of a partition is still to be read. There is one part until Salesforce finds it too slow, and splits of it from then on. */
interface Part {
  readonly query: RowQuery;
  /** Undefined by REST, and for a job that is yet to be made. */
  readonly jobId: string | undefined;
  /** Where reading goes on; undefined at the beginning. */
  readonly locator: string | undefined;
}

/** Codes of names that are no longer there. They were when the query was written: the table has changed since. */
const GONE_CODES: ReadonlySet<string> = new Set(['INVALID_FIELD', 'INVALID_TYPE']);

/**
 * Reads a partition to its end. What takes Salesforce too long is split by ranges of ids, and only that: pages that are staged
 * stay, and after an interruption reading goes on with the part it was at.
 */
export async function readPartition(
  api: SalesforceApi,
  state: PartitionState,
  sink: Sink,
  options: ReadOptions,
): Promise<void> {
  if (state.api === 'bulk-page') return readResultPage(api, state, sink, options);
  try {
    await readParts(api, state, sink, options);
  } catch (error) {
    if (!(error instanceof SourceError) || !GONE_CODES.has(error.code)) throw error;
    throw new SourceError(
      'expired',
      error.code,
      `${error.message}; ${state.query.table} has changed since it was planned`,
      {
        cause: error,
      },
    );
  }
}

async function readParts(
  api: SalesforceApi,
  state: RestState | BulkState,
  sink: Sink,
  options: ReadOptions,
): Promise<void> {
  let parts = partsLeft(state, sink.resumeFrom);
  for (let [part, ...rest] = parts; part !== undefined; [part, ...rest] = parts) {
    const current = await started(api, state, part, options.signal);
    const progress = new PartSink(sink, state, current, rest);
    try {
      await readPart(api, state, current, progress, options);
      parts = rest;
    } catch (error) {
      if (!isTooSlow(error) || progress.hasBegun) throw error;
      const split = await splitQuery(api, part.query, PARTS_OF_SLOW_QUERY, options.signal);
      if (split.length < 2) throw error;
      parts = [...split.map((query) => ({ query, jobId: undefined, locator: undefined })), ...rest];
    }
  }
}

async function started(
  api: SalesforceApi,
  state: RestState | BulkState,
  part: Part,
  signal: AbortSignal | undefined,
): Promise<Part> {
  if (state.api === 'rest' || part.jobId !== undefined) return part;
  return { ...part, jobId: await createQueryJob(api, part.query, signal) };
}

async function readPart(
  api: SalesforceApi,
  state: RestState | BulkState,
  { query, jobId }: Part,
  sink: Sink,
  options: ReadOptions,
): Promise<void> {
  const { bulk, pageAttempts, signal } = options;
  if (jobId === undefined) return readQuery(api, { ...state, query }, sink, pageAttempts, signal);
  // A split makes its jobs under the version of now.
  const job = { jobId, apiVersion: query === state.query ? state.apiVersion : api.version };
  // Results exist where a page of them was read before.
  if (sink.resumeFrom === undefined) await untilComplete(api, job, bulk, bulk.jobTimeoutMs, signal);
  await readResults(api, job, sink, bulk.pageRows, options);
}

/** Where one part's pages go; each tells what is left of the whole partition after it. */
class PartSink implements Sink {
  readonly #sink: Sink;
  readonly #state: RestState | BulkState;
  readonly #part: Part;
  readonly #rest: readonly Part[];
  readonly resumeFrom: string | undefined;
  #staged = 0;

  constructor(sink: Sink, state: RestState | BulkState, part: Part, rest: readonly Part[]) {
    this.#sink = sink;
    this.#state = state;
    this.#part = part;
    this.#rest = rest;
    this.resumeFrom = part.locator;
  }

  /** Whether a page of this part is staged: then it cannot be split any more. */
  get hasBegun(): boolean {
    return this.#staged > 0 || this.resumeFrom !== undefined;
  }

  async stage(page: Page): Promise<void> {
    await this.#sink.stage(pageWith(page, { next: () => this.#after(page.next) }));
    this.#staged += 1;
  }

  async changesUpTo(token: string): Promise<void> {
    await this.#sink.changesUpTo(token);
  }

  #after(locator: string | undefined): string | undefined {
    // As long as nothing is split, Salesforce's own locator says it all.
    if (this.#part.query === this.#state.query) return locator;
    const left = locator === undefined ? this.#rest : [{ ...this.#part, locator }, ...this.#rest];
    return left.length === 0 ? undefined : locatorOfParts(left);
  }
}

function locatorOfParts(parts: readonly Part[]): string {
  return JSON.stringify({
    parts: parts.map(({ query: { range }, jobId, locator }) => ({ range, jobId, locator })),
  });
}

/** Salesforce's own locators are no JSON objects: paths, or letters and digits. */
function partsLeft(state: RestState | BulkState, resumeFrom: string | undefined): readonly Part[] {
  const { query } = state;
  if (!resumeFrom?.startsWith('{'))
    return [{ query, jobId: state.api === 'bulk' ? state.jobId : undefined, locator: resumeFrom }];
  const list = valueAt(parseJson(resumeFrom), 'parts');
  if (!Array.isArray(list)) throw unknownLocator();
  return list.map((item: unknown) => {
    const range = idRangeOf(valueAt(item, 'range'));
    const jobId = textAt(item, 'jobId');
    if (range === undefined || (jobId !== undefined && !JOB_ID.test(jobId))) throw unknownLocator();
    return { query: { ...query, range }, jobId, locator: textAt(item, 'locator') };
  });
}

function unknownLocator(): SourceError {
  return new SourceError(
    'expired',
    'UNKNOWN_LOCATOR',
    'Salesforce: where reading was to go on is not understood',
  );
}
