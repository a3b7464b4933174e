import { parseJson } from '../json.ts';
import { unlessAborted } from '../outbound/abort.ts';
import {
  type ErrorAnswer,
  headerOf,
  type OutboundClient,
  type OutboundRequest,
  type StreamAnswer,
  type TextAnswer,
} from '../outbound/client.ts';
import type { RetryPolicy } from '../outbound/retry.ts';
import { SourceError } from '../source.ts';
import { sourceErrorOfOutbound } from '../source-errors.ts';
import { faultOf, isBusy, sourceErrorOfAnswer } from './errors.ts';
import { logIn, type Session } from './login.ts';
import { type SalesforceParams, secretsOf } from './params.ts';

/** `Sforce-Limit-Info`: how much of the organisation's rolling 24-hour allowance is used. */
export interface ApiUsage {
  readonly used: number;
  readonly allowed: number;
}

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query on the instance, from `/services/` on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls to one Salesforce organisation under one session, which is opened at the first call, kept, and opened anew
 * once when a call finds it expired. Every failure is a SourceError without a secret in it.
 */
export class SalesforceApi {
  readonly #client: OutboundClient;
  readonly #params: SalesforceParams;
  #session: Promise<Session> | undefined;
  #lastLimit: ApiUsage | undefined;

  constructor(client: OutboundClient, params: SalesforceParams) {
    this.#client = client;
    this.#params = params;
  }

  /** What the latest answer told of the allowance. */
  get lastLimit(): ApiUsage | undefined {
    return this.#lastLimit;
  }

  get version(): string {
    return this.#params.apiVersion;
  }

  /** The head of a path of the REST API, `/services/data/v60.0`. */
  get root(): string {
    return `/services/data/v${this.#params.apiVersion}`;
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
    throw new SourceError(
      'busy',
      'UNEXPECTED_ANSWER',
      `Salesforce: ${call.path.split('?')[0]} did not answer in JSON`,
    );
  }

  /** A call whose body the caller streams. */
  async stream(call: ApiCall): Promise<StreamAnswer> {
    return this.#call(call, (request) => this.#client.stream(request));
  }

  async #call<T extends StreamAnswer | TextAnswer>(
    call: ApiCall,
    send: (request: OutboundRequest) => Promise<T | ErrorAnswer>,
  ): Promise<T> {
    try {
      const session = this.#openSession();
      const answer = await send(requestOf(call, await unlessAborted(session, call.signal)));
      if (answer.ok || !isSessionExpired(answer)) return this.#accept(answer, await session);
      if (this.#session === session) this.#session = undefined;
      const renewed = await unlessAborted(this.#openSession(), call.signal);
      return this.#accept(await send(requestOf(call, renewed)), renewed);
    } catch (error) {
      throw sourceErrorOfOutbound(error);
    }
  }

  #accept<T extends StreamAnswer | TextAnswer>(answer: T | ErrorAnswer, session: Session): T {
    this.#lastLimit = usageOf(headerOf(answer.headers, 'sforce-limit-info')) ?? this.#lastLimit;
    if (answer.ok) return answer;
    throw sourceErrorOfAnswer(answer, [...secretsOf(this.#params), session.accessToken]);
  }

  #openSession(): Promise<Session> {
    if (this.#session !== undefined) return this.#session;
    const opening = logIn(this.#client, this.#params);
    this.#session = opening;
    opening.catch(() => {
      // A login that failed is tried anew by the next call.
      if (this.#session === opening) this.#session = undefined;
    });
    return opening;
  }
}

function requestOf(call: ApiCall, session: Session): OutboundRequest {
  const url = new URL(call.path, session.instanceUrl);
  if (url.origin !== session.instanceUrl.origin || !url.pathname.startsWith('/services/')) {
    throw new SourceError('invalid', 'INVALID_PATH', `Salesforce: ${url.pathname} is no path of its API`);
  }
  const headers: Record<string, string> = {
    accept: 'application/json',
    ...call.headers,
    authorization: `Bearer ${session.accessToken}`,
  };
  if (call.json !== undefined) headers['content-type'] = 'application/json; charset=UTF-8';
  return {
    method: call.method ?? 'GET',
    url,
    headers,
    // Only queries are sent: done twice, they change nothing in the organisation.
    idempotent: true,
    isBusy,
    signal: call.signal,
    ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
  };
}

function isSessionExpired(answer: ErrorAnswer): boolean {
  return answer.status === 401 && faultOf(answer).code === 'INVALID_SESSION_ID';
}

function usageOf(header: string | undefined): ApiUsage | undefined {
  const match = /api-usage=(\d+)\/(\d+)/.exec(header ?? '');
  return match ? { used: Number(match[1]), allowed: Number(match[2]) } : undefined;
}
