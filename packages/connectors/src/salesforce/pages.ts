import type { Readable } from 'node:stream';
import { discard } from '../outbound/client.ts';
import { OutboundError, outboundErrorOf } from '../outbound/errors.ts';
import { pause, pauseBefore, type RetryPolicy } from '../outbound/retry.ts';
import { type Page, type Sink, SourceError } from '../source.ts';
import { sourceErrorOfOutbound } from './errors.ts';

/** A page whose body comes out of `stream`, which is let go once the page is staged or given up. */
export interface FetchedPage {
  readonly page: Page;
  readonly stream: Readable;
}

/** Fetches the page at a locator; the first page where there is none. */
export type FetchPage = (locator: string | undefined) => Promise<FetchedPage>;

type Outcome =
  | { readonly kind: 'staged'; readonly next: string | undefined }
  | { readonly kind: 'broken'; readonly error: OutboundError };

/**
 * Stages page after page, from where the sink stands to the last one. A page whose body breaks off is fetched again
 * from its own locator; a failure of the sink is not repeated, for it is not the source's.
 */
export async function stagePages(
  sink: Sink,
  attempts: number,
  retry: RetryPolicy,
  signal: AbortSignal | undefined,
  fetchPage: FetchPage,
): Promise<void> {
  const fetchNext = refusingLoops(fetchPage);
  let locator = sink.resumeFrom;
  do {
    locator = await stagePage(sink, locator, { ...retry, attempts }, signal, fetchNext);
  } while (locator !== undefined);
}

/** Fetches pages, but none that leads back to one that was fetched: such a read would never end. */
function refusingLoops(fetchPage: FetchPage): FetchPage {
  const passed = new Set<string>();
  return async (locator) => {
    if (locator !== undefined) passed.add(locator);
    const fetched = await fetchPage(locator);
    const { next } = fetched.page;
    if (next === undefined || !passed.has(next)) return fetched;
    discard(fetched.stream);
    throw new SourceError('expired', 'LOCATOR_LOOP', 'Salesforce: pages of results lead back to one another');
  };
}

async function stagePage(
  sink: Sink,
  locator: string | undefined,
  retry: RetryPolicy,
  signal: AbortSignal | undefined,
  fetchPage: FetchPage,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const outcome = await tryPage(sink, locator, fetchPage);
    if (outcome.kind === 'staged') return outcome.next;
    signal?.throwIfAborted();
    const wait = pauseBefore(attempt + 1, undefined, retry);
    if (wait === undefined) throw sourceErrorOfOutbound(outcome.error);
    await pause(wait, signal);
  }
}

async function tryPage(sink: Sink, locator: string | undefined, fetchPage: FetchPage): Promise<Outcome> {
  let fetched: FetchedPage;
  try {
    fetched = await fetchPage(locator);
  } catch (error) {
    if (error instanceof OutboundError && error.isPassing) return { kind: 'broken', error };
    throw sourceErrorOfOutbound(error);
  }
  const body = new WatchedBody(fetched.page.body);
  try {
    await sink.stage({ ...fetched.page, body });
    return { kind: 'staged', next: fetched.page.next };
  } catch (error) {
    if (body.breakage !== undefined) return { kind: 'broken', error: body.breakage };
    throw error;
  } finally {
    discard(fetched.stream);
  }
}

/** Remembers whether it was the body that failed, to be told apart from a failure of the sink that reads it. */
class WatchedBody implements AsyncIterable<Uint8Array> {
  readonly #body: AsyncIterable<Uint8Array>;
  breakage: OutboundError | undefined;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body;
  }

  /** Has no `throw`: a stream made of this would throw the consumer's own failure in here when it is destroyed. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const pieces = this.#body[Symbol.asyncIterator]();
    return {
      next: async () => {
        try {
          return await pieces.next();
        } catch (error) {
          this.breakage = outboundErrorOf(error, 'Salesforce: a page of results broke off');
          throw this.breakage;
        }
      },
      return: async () => {
        await pieces.return?.();
        return { done: true, value: undefined };
      },
    };
  }
}
