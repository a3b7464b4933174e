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
import { ApiBudget, type ApiUsage, usageOf } from './api-budget.ts';
import { faultOf, isBusy, sourceErrorOfAnswer } from './errors.ts';
import { isLoginHost } from './jwt-assertion.ts';
import { limitsAt } from './limits.ts';
import { logIn, type Session } from './login.ts';
import { type SalesforceParams, secretsOf } from './params.ts';

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query on the instance, from `/services/` on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps what a login changed of a connection's parameters for the next one, where they still are as they were: what somebody
 * has given anew meanwhile is not to be lost.
 */
export type KeepAuthParams = (
  changed: Readonly<Record<string, string>>,
  former: Readonly<Record<string, string>>,
) => Promise<void>;

/**
 * Calls to one Salesforce organisation under one session, which is opened at the first call, kept, and opened anew
 * once when a call finds it expired. Calls stay within the connection's share of the organisation's allowance. Every failure
 * is a SourceError without a secret in it.
 */
export class SalesforceApi {
  readonly #client: OutboundClient;
  readonly #keep: KeepAuthParams;
  readonly budget: ApiBudget;
  #params: SalesforceParams;
  /** The refresh token that the connection is stored with. */
  #keptRefreshToken: string | undefined;
  #session: Promise<Session> | undefined;

  constructor(client: OutboundClient, params: SalesforceParams, keep: KeepAuthParams = async () => {}) {
    this.#client = client;
    this.#params = params;
    this.#keep = keep;
    this.budget = new ApiBudget(params.apiBudgetPercent);
    if (params.kind !== 'refresh-token') return;
    const { accessToken, refreshToken, environmentUrl } = params;
    this.#keptRefreshToken = refreshToken;
    if (accessToken === undefined || isLoginHost(environmentUrl)) return;
    this.#session = Promise.resolve({ accessToken, instanceUrl: environmentUrl });
  }

  /** What the latest answer told of the allowance. */
  get lastLimit(): ApiUsage | undefined {
    return this.budget.usage;
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
      if (this.budget.isOutdated) await this.#askForUsage(call.signal);
      return await this.budget.spend(() => this.#callInSession(call, send));
    } catch (error) {
      throw sourceErrorOfOutbound(error);
    }
  }

  /** One call beyond the budget, a minute after the last: without it nobody would learn that there are calls again. */
  async #askForUsage(signal: AbortSignal | undefined): Promise<void> {
    const call = { path: `${this.root}/limits`, signal };
    try {
      const answer = await this.#callInSession(call, (request) => this.#client.text(request));
      this.budget.note(limitsAt(parseJson(answer.text)).apiRequests);
    } catch (error) {
      // A user who may not see the limits is told of the usage with the refusal.
      if (!(error instanceof SourceError) || error.kind === 'busy') throw error;
    }
  }

  async #callInSession<T extends StreamAnswer | TextAnswer>(
    call: ApiCall,
    send: (request: OutboundRequest) => Promise<T | ErrorAnswer>,
  ): Promise<T> {
    const session = this.#openSession();
    const answer = await send(requestOf(call, await unlessAborted(session, call.signal)));
    if (answer.ok || !isSessionExpired(answer)) return this.#accept(answer, await session);
    if (this.#session === session) this.#session = undefined;
    const renewed = await unlessAborted(this.#openSession(), call.signal);
    return this.#accept(await send(requestOf(call, renewed)), renewed);
  }

  #accept<T extends StreamAnswer | TextAnswer>(answer: T | ErrorAnswer, session: Session): T {
    this.budget.note(usageOf(headerOf(answer.headers, 'sforce-limit-info')));
    if (answer.ok) return answer;
    throw sourceErrorOfAnswer(answer, [...secretsOf(this.#params), session.accessToken]);
  }

  #openSession(): Promise<Session> {
    if (this.#session !== undefined) return this.#session;
    const opening = this.#logIn();
    this.#session = opening;
    opening.catch(() => {
      // A login that failed is tried anew by the next call.
      if (this.#session === opening) this.#session = undefined;
    });
    return opening;
  }

  async #logIn(): Promise<Session> {
    const params = this.#params;
    const { refreshToken, ...session } = await logIn(this.#client, params);
    if (params.kind !== 'refresh-token' || refreshToken === undefined) return session;
    if (refreshToken === params.refreshToken) return session;
    // The former one is worth nothing from now on (Refresh Token Rotation), and each use of the next one costs it too.
    const { accessToken, instanceUrl } = session;
    const opensInstance = instanceUrl.origin === params.environmentUrl.origin;
    const changed = { refreshToken, ...(opensInstance ? { accessToken } : {}) };
    this.#params = { ...params, ...changed };
    await this.#keep(changed, { refreshToken: this.#keptRefreshToken ?? params.refreshToken });
    this.#keptRefreshToken = refreshToken;
    return session;
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
