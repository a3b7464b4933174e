import type { Readable } from 'node:stream';
import { Agent, request as undiciRequest } from 'undici';

/** A part of a file of this machine, to be sent without reading it into memory. */
export interface FilePart {
  readonly path: string;
  /** Bytes from the beginning of the file. */
  readonly start: number;
  readonly size: number;
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Opened anew each time that the request is sent. */
  readonly body?: (() => Readable) | Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type S3Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A good answer (2xx), its body still to come: the caller reads it to its end or destroys it. */
export interface S3StreamAnswer {
  readonly ok: true;
  readonly status: number;
  readonly headers: S3Headers;
  readonly body: S3Body;
}

/** Any other answer, whole. */
export interface S3ErrorAnswer {
  readonly ok: false;
  readonly status: number;
  readonly headers: S3Headers;
  readonly text: string;
}

export interface S3Body extends AsyncIterable<Uint8Array> {
  destroy(error?: Error): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What carries requests to a server and brings answers back; it repeats nothing and follows no redirect. */
export interface S3Transport {
  /** Rejects where no answer came. */
  send(request: S3Request): Promise<S3StreamAnswer | S3ErrorAnswer>;
  /** Whether what `send` rejected with may not happen again. */
  isPassing(error: unknown): boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 120_000;
const BODY_IDLE_TIMEOUT_MS = 60_000;
const MAX_ERROR_BYTES = 256 * 1024;

/** Codes of errors that come again however often the request is sent. */
const LASTING = /^(ENOTFOUND|ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ENOENT|EACCES)/;

/** Carries requests over HTTP, to any host. */
export function httpTransport(): S3Transport {
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: BODY_IDLE_TIMEOUT_MS,
    allowH2: false,
  });
  return {
    async send({ method, url, headers, body, signal }) {
      const answer = await undiciRequest(url, {
        dispatcher,
        method,
        headers,
        body: typeof body === 'function' ? body() : (body ?? null),
        signal: signal ?? null,
      });
      const head = { status: answer.statusCode, headers: answer.headers };
      if (head.status >= 200 && head.status < 300) return { ok: true, ...head, body: answer.body };
      return { ok: false, ...head, text: await readText(answer.body, MAX_ERROR_BYTES) };
    },
    isPassing(error) {
      if (error instanceof AnswerTooLarge) return false;
      return !(error instanceof Error && 'code' in error && LASTING.test(String(error.code)));
    },
  };
}

/** A body that is larger than it may be. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';

  constructor(maxBytes: number) {
    super(`an answer is larger than ${maxBytes} bytes: is it an S3 service?`);
  }
}

/** Reads a body into memory. Throws `AnswerTooLarge`. */
export async function readBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop destroys the body.
  for await (const piece of body) {
    size += piece.length;
    if (size > maxBytes) throw new AnswerTooLarge(maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

export async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  return (await readBytes(body, maxBytes)).toString('utf8');
}

/** Reads a body that holds little or nothing to its end, so that its connection can be used again. */
export async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of body);
}

/** Drops a body that nobody will read, and with it the connection. */
export function discard(body: S3Body): void {
  // What the connection still reports after nobody listens must not end the process.
  body.on('error', () => undefined);
  body.destroy();
}
