import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { isBusy, type S3Error, s3ErrorOf } from './errors.ts';
import { DEFAULT_RETRY, pauseAfter, type S3RetryPolicy } from './retry.ts';
import { EMPTY_PAYLOAD_HASH, encodeStrictly, type S3Credentials, signatureHeaders } from './signature.ts';
import {
  type FilePart,
  readText,
  type S3Headers,
  type S3Request,
  type S3StreamAnswer,
  type S3Transport,
} from './transport.ts';

export interface S3Options {
  /** Where the server is; Amazon's in the region where left out. Buckets are named in the path, not in the host. */
  readonly serviceUrl?: URL | undefined;
  /** Where left out `us-east-1`, or the one that the server names instead. */
  readonly region?: string | undefined;
  readonly credentials: S3Credentials;
  readonly transport: S3Transport;
  readonly retry?: Partial<S3RetryPolicy> | undefined;
  /** This machine's time, in milliseconds of the epoch. */
  readonly now?: (() => number) | undefined;
}

/** What is asked of a server, before it is signed. */
export interface S3Call {
  readonly method: S3Request['method'];
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array | FilePart | undefined;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_REGION = 'us-east-1';
const MAX_TEXT_BYTES = 32 * 1024 * 1024;

/**
 * Signs requests, sends them, and sends again what may succeed later. Every request of this package does no harm when it is
 * sent twice. Where the server tells that this machine's clock is wrong or the bucket lies in another region, that is
 * remembered, and the request is signed anew.
 */
export class SignedRequests {
  readonly #options: S3Options;
  readonly #retry: S3RetryPolicy;
  #region: string;
  #clockOffset = 0;

  constructor(options: S3Options) {
    this.#options = options;
    this.#retry = { ...DEFAULT_RETRY, ...options.retry };
    this.#region = options.region ?? DEFAULT_REGION;
  }

  /**
   * The answer, whose body is still to be read.
   *
   * @throws S3Error where the server refused, or the transport's error where no answer came.
   */
  send(call: S3Call): Promise<S3StreamAnswer> {
    return this.#repeat(call, async (answer) => answer);
  }

  /** The text of the answer, which is asked for again where it breaks off. Throws as {@link send}. */
  text(call: S3Call): Promise<string> {
    return this.#repeat(call, ({ body }) => readText(body, MAX_TEXT_BYTES));
  }

  async #repeat<T>(call: S3Call, read: (answer: S3StreamAnswer) => Promise<T>): Promise<T> {
    const payloadHash = await hashOf(call.body);
    let mayLearn = true;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#sendOnce(call, payloadHash, read);
      if (outcome.kind === 'answered') return outcome.value;
      call.signal?.throwIfAborted();
      if (mayLearn && outcome.kind === 'refused' && this.#learnFrom(outcome)) {
        mayLearn = false;
        continue;
      }
      if (attempt >= this.#retry.attempts || !this.#isPassing(outcome)) throw outcome.error;
      await pauseAfter(attempt, this.#retry, call.signal);
    }
  }

  async #sendOnce<T>(
    call: S3Call,
    payloadHash: string,
    read: (answer: S3StreamAnswer) => Promise<T>,
  ): Promise<Outcome<T>> {
    const { method, body, signal } = call;
    const url = this.#urlOf(call);
    const now = new Date(this.#now() + this.#clockOffset);
    const signature = signatureHeaders(
      { method, url, payloadHash },
      this.#options.credentials,
      this.#region,
      now,
    );
    const headers = { ...definedEntries(call.headers), ...lengthHeader(call), ...signature };
    try {
      const answer = await this.#options.transport.send({ method, url, headers, body: opened(body), signal });
      return answer.ok
        ? { kind: 'answered', value: await read(answer) }
        : { kind: 'refused', error: s3ErrorOf(answer), headers: answer.headers };
    } catch (error) {
      return { kind: 'unreachable', error };
    }
  }

  #urlOf({ bucket, key, query }: S3Call): URL {
    const base = this.#options.serviceUrl ?? new URL(`https://s3.${this.#region}.amazonaws.com`);
    const parts = [bucket, ...(key?.split('/') ?? [])].filter((part) => part !== undefined);
    const url = new URL(base);
    url.pathname = `${base.pathname.replace(/\/$/, '')}/${parts.map(encodeStrictly).join('/')}`;
    url.search = Object.entries(definedEntries(query))
      .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
      .join('&');
    return url;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  /** Takes the server's time or the bucket's region from a refusal; false where it tells nothing new. */
  #learnFrom({ error, headers }: Refused): boolean {
    if (error.code === 'RequestTimeTooSkewed') {
      const serverTime = dateOf(headers)?.getTime();
      if (serverTime === undefined) return false;
      this.#clockOffset = serverTime - this.#now();
      return true;
    }
    // A region that was given is kept to: the server's word would lead elsewhere than the user wants.
    if (this.#options.region !== undefined || error.region === undefined || error.region === this.#region) {
      return false;
    }
    if (!/^[a-z0-9-]{1,40}$/.test(error.region)) return false;
    this.#region = error.region;
    return true;
  }

  #isPassing(outcome: Refused | Unreachable): boolean {
    return outcome.kind === 'refused'
      ? isBusy(outcome.error)
      : this.#options.transport.isPassing(outcome.error);
  }
}

type Outcome<T> = { readonly kind: 'answered'; readonly value: T } | Refused | Unreachable;

interface Refused {
  readonly kind: 'refused';
  readonly error: S3Error;
  readonly headers: S3Headers;
}

interface Unreachable {
  readonly kind: 'unreachable';
  readonly error: unknown;
}

/** The server's own time, as its `Date` header tells it; undefined where it tells none. */
export function dateOf(headers: S3Headers): Date | undefined {
  const time = Date.parse(String(headers.date ?? ''));
  return Number.isNaN(time) ? undefined : new Date(time);
}

async function hashOf(body: S3Call['body']): Promise<string> {
  if (body === undefined) return EMPTY_PAYLOAD_HASH;
  const hash = createHash('sha256');
  if (body instanceof Uint8Array) hash.update(body);
  else for await (const piece of readPart(body)) hash.update(piece);
  return hash.digest('hex');
}

function opened(body: S3Call['body']): S3Request['body'] {
  return body === undefined || body instanceof Uint8Array ? body : () => readPart(body);
}

function readPart({ path, start, size }: FilePart): ReadStream {
  // `end` is inclusive, and a part of no bytes has none.
  return createReadStream(path, { start, end: start + size - 1 });
}

function lengthHeader({ method, body }: S3Call): Record<string, string> {
  if (body !== undefined) {
    return { 'content-length': String(body instanceof Uint8Array ? body.length : body.size) };
  }
  return method === 'PUT' || method === 'POST' ? { 'content-length': '0' } : {};
}

function definedEntries(
  record: Readonly<Record<string, string | undefined>> | undefined,
): Record<string, string> {
  const entries = Object.entries(record ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
