import type { Readable } from 'node:stream';
import { discard } from './outbound/client.ts';
import { OutboundError, outboundErrorOf } from './outbound/errors.ts';
import { pause, pauseBefore, type RetryPolicy } from './outbound/retry.ts';
import { type Page, type Sink, SourceError } from './source.ts';
import { sourceErrorOfOutbound } from './source-errors.ts';

/** A page whose body comes out of `stream`, which is let go once the page is staged or given up. */
export interface FetchedPage {
  readonly page: Page;
  readonly stream: Readable;
}

/** Fetches the page at a locator; the first page where there is none. */
export type FetchPage = (locator: string | undefined) => Promise<FetchedPage>;

/** A page with another body, or that goes on elsewhere. What is told at the end of its body still is told then. */
export function pageWith(
  page: Page,
  { body = page.body, next = () => page.next }: { body?: Page['body']; next?: () => string | undefined },
): Page {
  return {
    format: page.format,
    body,
    get rows() {
      return page.rows;
    },
    get next() {
      return next();
    },
  };
}

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
  const passed = new Set<string>();
  let locator = sink.resumeFrom;
  do {
    if (locator !== undefined) passed.add(locator);
    locator = await stagePage(sink, { locator, passed }, { ...retry, attempts }, signal, fetchPage);
  } while (locator !== undefined);
}

/** Where a read stands: the page to fetch, and all that were fetched, it among them. */
interface Position {
  readonly locator: string | undefined;
  readonly passed: ReadonlySet<string>;
}

async function stagePage(
  sink: Sink,
  position: Position,
  retry: RetryPolicy,
  signal: AbortSignal | undefined,
  fetchPage: FetchPage,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const outcome = await tryPage(sink, position, fetchPage);
    if (outcome.kind === 'staged') return outcome.next;
    signal?.throwIfAborted();
    const wait = pauseBefore(attempt + 1, undefined, retry);
    if (wait === undefined) throw sourceErrorOfOutbound(outcome.error);
    await pause(wait, signal);
  }
}

async function tryPage(sink: Sink, position: Position, fetchPage: FetchPage): Promise<Outcome> {
  let fetched: FetchedPage;
  try {
    fetched = await fetchPage(position.locator);
  } catch (error) {
    if (error instanceof OutboundError && error.isPassing) return { kind: 'broken', error };
    throw sourceErrorOfOutbound(error);
  }
  const { page } = fetched;
  const body = new WatchedBody(page, position.passed);
  try {
    await sink.stage(pageWith(page, { body }));
    return { kind: 'staged', next: page.next };
  } catch (error) {
    if (body.refusal !== undefined) throw body.refusal;
    if (body.breakage !== undefined) return { kind: 'broken', error: body.breakage };
    throw error;
  } finally {
    discard(fetched.stream);
  }
}

/**
 * Remembers whether it was the body that failed, to be told apart from a failure of the sink that reads it. A body that
 * leads back to a page that was passed fails at its end: such a read would never end.
 */
class WatchedBody implements AsyncIterable<Uint8Array> {
  readonly #page: Page;
  readonly #passed: ReadonlySet<string>;
  breakage: OutboundError | undefined;
  /** Why the body must not be staged, though it has come to its end. */
  refusal: SourceError | undefined;

  constructor(page: Page, passed: ReadonlySet<string>) {
    this.#page = page;
    this.#passed = passed;
  }

  /** Has no `throw`: a stream made of this would throw the consumer's own failure in here when it is destroyed. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const pieces = this.#page.body[Symbol.asyncIterator]();
    return {
      next: async () => {
        const piece = await this.#nextPiece(pieces);
        if (piece.done === true) this.#refuseLoop();
        return piece;
      },
      return: async () => {
        await pieces.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  async #nextPiece(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    try {
      return await pieces.next();
    } catch (error) {
      if (error instanceof SourceError) {
        this.refusal = error;
        throw error;
      }
      this.breakage = outboundErrorOf(error, 'A page of results broke off');
      throw this.breakage;
    }
  }

  #refuseLoop(): void {
    const { next } = this.#page;
    if (next === undefined || !this.#passed.has(next)) return;
    this.refusal = new SourceError('expired', 'LOCATOR_LOOP', 'Pages of results lead back to one another');
    throw this.refusal;
  }
}
