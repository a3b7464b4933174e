import type { Readable } from 'node:stream';
import { Agent, request as undiciRequest } from 'undici';
import type { AddressPolicy } from './addresses.ts';
import { guardedConnector } from './connector.ts';
import { OutboundError, outboundErrorOf } from './errors.ts';
import { DEFAULT_RETRY, pause, pauseBefore, type RetryPolicy, retryAfterMs } from './retry.ts';

export interface OutboundOptions extends Partial<AddressPolicy> {
  /** Until a connection stands, in milliseconds. */
  readonly connectTimeoutMs?: number;
  /** From the request sent to the head of the answer, in milliseconds. */
  readonly headersTimeoutMs?: number;
  /** Between two pieces of a body, in milliseconds. */
  readonly bodyIdleTimeoutMs?: number;
  /** The largest answer that is read into memory, in bytes. */
  readonly maxTextBytes?: number;
  /** How long such an answer may take from its head to its end, in milliseconds, however it drips. */
  readonly textTimeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
}

export interface OutboundRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether sending it twice does no harm, so that it may be repeated after a failure. */
  readonly idempotent: boolean;
  /** Tells the error answers that are worth a further attempt; those of {@link isBusyStatus} where absent. */
  readonly isBusy?: (answer: ErrorAnswer) => boolean;
  /** Whether a redirect is answered like an error, where the caller knows what it means. It is followed by nobody. */
  readonly answersRedirects?: boolean;
  /** The longest `Retry-After` that is waited out, where it is not the policy's; milliseconds. */
  readonly maxRetryAfterMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A good answer (2xx) whose body is still to come. The caller reads it to its end or destroys it. */
export interface StreamAnswer {
  readonly ok: true;
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Readable;
}

/** A good answer (2xx), whole. */
export interface TextAnswer {
  readonly ok: true;
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

/** An answer from 400 on (from 300 on, where redirects are answered), whole, after all attempts. */
export interface ErrorAnswer {
  readonly ok: false;
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_HEADERS_TIMEOUT_MS = 120_000;
const DEFAULT_BODY_IDLE_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_TEXT_BYTES = 32 * 1024 * 1024;
const DEFAULT_TEXT_TIMEOUT_MS = 300_000;
const MAX_ERROR_BYTES = 256 * 1024;

/**
 * The one way out to other people's servers. Keeps to an address policy, limits time and size, and repeats what may
 * be repeated. Redirects are never followed: credentials stay with the host they were meant for.
 */
export class OutboundClient {
  readonly #agent: Agent;
  readonly #headersTimeout: number;
  readonly #bodyTimeout: number;
  readonly #maxTextBytes: number;
  readonly #textTimeoutMs: number;
  readonly retry: RetryPolicy;
  /** For connectors that speak another protocol than HTTP. */
  readonly policy: AddressPolicy;
  readonly connectTimeoutMs: number;

  constructor(options: OutboundOptions = {}) {
    const { allowLoopback = true, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
    this.#headersTimeout = options.headersTimeoutMs ?? DEFAULT_HEADERS_TIMEOUT_MS;
    this.#bodyTimeout = options.bodyIdleTimeoutMs ?? DEFAULT_BODY_IDLE_TIMEOUT_MS;
    this.#maxTextBytes = options.maxTextBytes ?? DEFAULT_MAX_TEXT_BYTES;
    this.#textTimeoutMs = options.textTimeoutMs ?? DEFAULT_TEXT_TIMEOUT_MS;
    this.retry = { ...DEFAULT_RETRY, ...options.retry };
    this.policy = { ...options, allowLoopback };
    this.connectTimeoutMs = connectTimeoutMs;
    this.#agent = new Agent({ connect: guardedConnector(this.policy, connectTimeoutMs) });
  }

  /**
   * Sends a request and resolves with the head of the answer.
   *
   * @throws OutboundError where no answer came.
   */
  stream(request: OutboundRequest): Promise<StreamAnswer | ErrorAnswer> {
    return this.#repeat(request, () => this.#sendOnce(request));
  }

  /**
   * Sends a request and reads its answer into memory.
   *
   * @throws OutboundError where no whole answer came, or one above the size limit.
   */
  text(request: OutboundRequest): Promise<TextAnswer | ErrorAnswer> {
    return this.#repeat(request, async () => {
      const answer = await this.#sendOnce(request);
      if (!answer.ok) return answer;
      const text = await this.#readText(answer.body, this.#maxTextBytes, request);
      return { ok: true, status: answer.status, headers: answer.headers, text };
    });
  }

  /** Closes idle connections and those in use. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #sendOnce(request: OutboundRequest): Promise<StreamAnswer | ErrorAnswer> {
    const { method, url, headers = {}, body = null, signal } = request;
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw new OutboundError('not-allowed', `${describe(request)}: only http and https are spoken`);
    }
    const answer = await undiciRequest(url, {
      dispatcher: this.#agent,
      method,
      headers,
      body,
      signal: signal ?? null,
      headersTimeout: this.#headersTimeout,
      bodyTimeout: this.#bodyTimeout,
    });
    const { statusCode: status } = answer;
    if (status >= 200 && status < 300)
      return { ok: true, status, headers: answer.headers, body: answer.body };
    if (status < 400 && request.answersRedirects !== true) {
      discard(answer.body);
      throw new OutboundError(
        'not-allowed',
        `${describe(request)}: redirected${targetOf(answer.headers, url)}, which is not followed`,
      );
    }
    const text = await this.#readText(answer.body, MAX_ERROR_BYTES, request);
    return { ok: false, status, headers: answer.headers, text };
  }

  async #readText(body: Readable, maxBytes: number, request: OutboundRequest): Promise<string> {
    const late = new OutboundError('timeout', `${describe(request)}: the answer does not come to its end`);
    const timer = setTimeout(() => body.destroy(late), this.#textTimeoutMs);
    try {
      return await readText(body, maxBytes, describe(request));
    } finally {
      clearTimeout(timer);
    }
  }

  async #repeat<T extends { readonly ok: true }>(
    request: OutboundRequest,
    send: () => Promise<T | ErrorAnswer>,
  ): Promise<T | ErrorAnswer> {
    const { maxRetryAfterMs = this.retry.maxRetryAfterMs } = request;
    const policy = { ...this.retry, maxRetryAfterMs };
    for (let attempt = 1; ; attempt++) {
      const result = await settle(send, request);
      const wait = isWorthRepeating(result, request)
        ? pauseBefore(attempt + 1, retryAfterOf(result), policy)
        : undefined;
      if (wait !== undefined) await pause(wait, request.signal);
      else if (result instanceof OutboundError) throw result;
      else return result;
    }
  }
}

/** Whether the status alone says that the host cannot answer now: 429 and 5xx. */
export function isBusyStatus({ status }: Pick<ErrorAnswer, 'status'>): boolean {
  return status === 429 || status >= 500;
}

/** The value of a header that is sent once. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}

/** RFC 9110, 5.6.7: the form that is sent. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The host's own time, as its `Date` header tells it. */
export function dateOf(headers: AnswerHeaders): Date | undefined {
  const text = headerOf(headers, 'date') ?? '';
  const date = new Date(text);
  // Node reads dates that HTTP does not know, such as `5`.
  return HTTP_DATE.test(text) && !Number.isNaN(date.getTime()) ? date : undefined;
}

/** Drops a body that nobody will read, and with it the connection. */
export function discard(body: Readable): void {
  // What the connection still reports after nobody listens must not end the process.
  body.on('error', () => undefined);
  body.destroy();
}

async function settle<T>(send: () => Promise<T>, request: OutboundRequest): Promise<T | OutboundError> {
  try {
    request.signal?.throwIfAborted();
    return await send();
  } catch (error) {
    request.signal?.throwIfAborted();
    return outboundErrorOf(error, describe(request));
  }
}

function isWorthRepeating(
  result: OutboundError | { ok: true } | ErrorAnswer,
  request: OutboundRequest,
): boolean {
  if (!request.idempotent) return false;
  if (result instanceof OutboundError) return result.isPassing;
  if (result.ok) return false;
  return (request.isBusy ?? isBusyStatus)(result);
}

function retryAfterOf(result: OutboundError | { ok: true } | ErrorAnswer): number | undefined {
  if (result instanceof OutboundError || result.ok) return undefined;
  return retryAfterMs(headerOf(result.headers, 'retry-after'));
}

async function readText(body: Readable, maxBytes: number, what: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop destroys the body.
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > maxBytes) {
      throw new OutboundError('too-large', `${what}: the answer is larger than ${maxBytes} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The host that a redirect leads to, to be told; its path may hold a secret. */
function targetOf(headers: AnswerHeaders, url: URL): string {
  const target = headerOf(headers, 'location');
  return target !== undefined && URL.canParse(target, url.href) ? ` to ${new URL(target, url).origin}` : '';
}

/** Method, host and path: what may be told of a request. */
function describe({ method, url }: OutboundRequest): string {
  return `${method} ${url.origin}${url.pathname}`;
}
