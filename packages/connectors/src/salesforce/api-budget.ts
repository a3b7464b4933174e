import { SourceError } from '../source.ts';

/** `Sforce-Limit-Info`: how much of the organisation's rolling 24-hour allowance of calls is used, by whomever. */
export interface ApiUsage {
  readonly used: number;
  readonly allowed: number;
}

/** How old the known usage may be, in milliseconds, before it is asked for again rather than refused by. */
const STALE_AFTER_MS = 60_000;

/**
 * Keeps a connection within its share of the organisation's allowance. What others use counts as well: the rest of the
 * allowance is theirs, however much of the share this connection has used itself.
 */
export class ApiBudget {
  readonly #percent: number;
  readonly #now: () => number;
  #usage: ApiUsage | undefined;
  #toldAt = 0;
  #inFlight = 0;

  /** `now` in milliseconds, of any clock that only goes forward. */
  constructor(percent: number, now: () => number = () => performance.now()) {
    this.#percent = percent;
    this.#now = now;
  }

  /** What was told last. */
  get usage(): ApiUsage | undefined {
    return this.#usage;
  }

  /** How many calls may be made yet; undefined where nothing has told. */
  get callsLeft(): number | undefined {
    if (this.#usage === undefined) return undefined;
    return Math.max(0, this.shareOf(this.#usage.allowed) - this.#usage.used - this.#inFlight);
  }

  /** Whether the last usage that was told leaves no call, but so long ago that others may have become free since. */
  get isOutdated(): boolean {
    return this.callsLeft === 0 && this.#now() - this.#toldAt >= STALE_AFTER_MS;
  }

  /** The part of an allowance that this connection may use, of calls or of anything else that is counted by the day. */
  shareOf(allowed: number): number {
    return Math.floor((allowed * this.#percent) / 100);
  }

  note(usage: ApiUsage | undefined): void {
    if (usage === undefined) return;
    this.#usage = usage;
    this.#toldAt = this.#now();
  }

  /**
   * Makes a call if there is one left.
   *
   * @throws SourceError `limited` with code `API_BUDGET` where it would pass the share.
   */
  async spend<T>(call: () => Promise<T>): Promise<T> {
    if (this.callsLeft === 0) throw this.#exhausted();
    this.#inFlight += 1;
    try {
      return await call();
    } finally {
      this.#inFlight -= 1;
    }
  }

  #exhausted(): SourceError {
    const { used, allowed } = this.#usage ?? { used: 0, allowed: 0 };
    return new SourceError(
      'limited',
      'API_BUDGET',
      `Salesforce: ${used} of the ${allowed} calls that the organisation has in 24 hours are used; this connection ` +
        `leaves the rest from ${this.#percent} % on (apiBudgetPercent) to others (API_BUDGET)`,
    );
  }
}

/** What a header `Sforce-Limit-Info` tells. */
export function usageOf(header: string | undefined): ApiUsage | undefined {
  const match = /api-usage=(\d{1,12})\/(\d{1,12})/.exec(header ?? '');
  return match ? { used: Number(match[1]), allowed: Number(match[2]) } : undefined;
}
