import { parseJson } from '../json.ts';
import { unlessAborted } from '../outbound/abort.ts';
import type {
  ErrorAnswer,
  OutboundClient,
  OutboundRequest,
  StreamAnswer,
  TextAnswer,
} from '../outbound/client.ts';
import type { RetryPolicy } from '../outbound/retry.ts';
import { SourceError } from '../source.ts';
import { sourceErrorOfOutbound } from '../source-errors.ts';
import { findIssuer, requestToken, type TokenIssuer } from './entra-id.ts';
import { sourceErrorOfAnswer } from './errors.ts';
import { type DynamicsParams, secretsOf } from './params.ts';

export interface ApiCall {
  /** Path below the API's root, such as `contacts?$top=1`, or a path and query that the API itself has given. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The longest `Retry-After` to wait out, in milliseconds. */
  readonly maxRetryAfterMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The head of every path of the Web API. */
export const API_ROOT = '/api/data/v9.2';

/** Longer URLs are not taken (Compose HTTP requests, Maximum URL length). */
export const MAX_PATH_LENGTH = 32_000;

/** A token is renewed this long before its end, or at half of a life that is shorter. */
const RENEWAL_MS = 300_000;

interface HeldToken {
  readonly accessToken: string;
  /** On the clock of `performance.now()`, which nobody sets. */
  readonly renewAt: number;
}

/**
 * Calls to one Dataverse environment. A token is asked for at the first call, kept, renewed before it ends, and asked
 * for anew once when a call finds it expired. Every failure is a SourceError without a secret in it.
 */
export class DynamicsApi {
  readonly #client: OutboundClient;
  readonly #params: DynamicsParams;
  #issuer: Promise<TokenIssuer> | undefined;
  #token: Promise<HeldToken> | undefined;

  constructor(client: OutboundClient, params: DynamicsParams) {
    this.#client = client;
    this.#params = params;
  }

  /** Where the environment is. */
  get origin(): string {
    return this.#params.serviceUri.origin;
  }

  /** How calls are repeated, for those who repeat more than a call. */
  get retry(): RetryPolicy {
    return this.#client.retry;
  }

  async text(call: ApiCall): Promise<TextAnswer> {
    return this.#call(call, (request) => this.#client.text(request));
  }

  /** A call whose answer is JSON. The caller narrows it. */
  async json(call: ApiCall): Promise<unknown> {
    const { text } = await this.text(call);
    const value = parseJson(text);
    if (value !== undefined) return value;
    throw unexpected(`${call.path.split('?')[0]} did not answer in JSON`);
  }

  /** A call whose body the caller streams. */
  async stream(call: ApiCall): Promise<StreamAnswer> {
    return this.#call(call, (request) => this.#client.stream(request));
  }

  /**
   * Path and query of a link that the API has given.
   *
   * @throws SourceError `invalid` for a link that leads elsewhere: the token would go with the request.
   */
  pathOfLink(link: string): string {
    const { origin, pathname, search } = this.#urlOf(link);
    if (origin !== this.#params.serviceUri.origin || !pathname.startsWith(`${API_ROOT}/`)) {
      throw new SourceError(
        'invalid',
        'INVALID_PATH',
        `Dynamics: a link leads to ${origin}${pathname}, out of its API`,
      );
    }
    return pathname + search;
  }

  #urlOf(path: string): URL {
    if (!URL.canParse(path, this.#params.serviceUri.href))
      throw new SourceError('invalid', 'INVALID_PATH', 'Dynamics: a link is no URL');
    return new URL(path, this.#params.serviceUri);
  }

  async #call<T extends StreamAnswer | TextAnswer>(
    call: ApiCall,
    send: (request: OutboundRequest) => Promise<T | ErrorAnswer>,
  ): Promise<T> {
    const { signal } = call;
    try {
      const token = await unlessAborted(this.#validToken(), signal);
      const answer = await send(this.#requestOf(call, token));
      if (answer.ok || answer.status !== 401) return this.#accept(answer, token);
      await this.#forget(token);
      const renewed = await unlessAborted(this.#validToken(), signal);
      return this.#accept(await send(this.#requestOf(call, renewed)), renewed);
    } catch (error) {
      throw sourceErrorOfOutbound(error);
    }
  }

  #accept<T extends StreamAnswer | TextAnswer>(answer: T | ErrorAnswer, { accessToken }: HeldToken): T {
    if (answer.ok) return answer;
    throw sourceErrorOfAnswer(answer, [...secretsOf(this.#params), accessToken]);
  }

  async #validToken(): Promise<HeldToken> {
    const held = this.#token;
    if (held === undefined) return this.#renewToken();
    const token = await held;
    if (performance.now() < token.renewAt) return token;
    // Of several calls that find it so, the first renews it.
    return this.#token === held ? this.#renewToken() : this.#validToken();
  }

  /** Of several calls that find the same token expired, the first drops it. */
  async #forget(token: HeldToken): Promise<void> {
    const held = this.#token;
    if (held !== undefined && (await held.catch(() => undefined)) === token && this.#token === held)
      this.#token = undefined;
  }

  #renewToken(): Promise<HeldToken> {
    const asking = this.#askForToken();
    this.#token = asking;
    asking.catch(() => {
      // A login that failed is tried anew by the next call.
      if (this.#token === asking) this.#token = undefined;
    });
    return asking;
  }

  async #askForToken(): Promise<HeldToken> {
    this.#issuer ??= findIssuer(this.#client, this.#params, API_ROOT);
    const issuer = await this.#issuer.catch((error: unknown) => {
      this.#issuer = undefined;
      throw error;
    });
    const from = performance.now();
    const { accessToken, lifetimeMs } = await requestToken(this.#client, this.#params, issuer);
    return { accessToken, renewAt: from + lifetimeMs - Math.min(RENEWAL_MS, lifetimeMs / 2) };
  }

  #requestOf(
    { path, headers, maxRetryAfterMs, signal }: ApiCall,
    { accessToken }: HeldToken,
  ): OutboundRequest {
    const url = this.#urlOf(this.pathOfLink(path.startsWith('/') ? path : `${API_ROOT}/${path}`));
    return {
      method: 'GET',
      url,
      headers: {
        accept: 'application/json',
        'odata-version': '4.0',
        'odata-maxversion': '4.0',
        'if-none-match': 'null',
        ...headers,
        authorization: `Bearer ${accessToken}`,
      },
      idempotent: true,
      signal,
      ...(maxRetryAfterMs === undefined ? {} : { maxRetryAfterMs }),
    };
  }
}

export function unexpected(message: string): SourceError {
  return new SourceError('busy', 'UNEXPECTED_ANSWER', `Dynamics: ${message}`);
}
