const WINDOW_MS = 300_000;

/** Counts requests by token in a sliding window of five minutes (Service protection API limits, number of requests). */
export class ServiceProtection {
  readonly #limit: number;
  readonly #sent = new Map<string, number[]>();

  constructor(requestsPerFiveMinutes: number) {
    this.#limit = requestsPerFiveMinutes;
  }

  /** Counts a request: how many are left, or after how many seconds there will be one again. */
  count(token: string): { readonly left: number } | { readonly retryAfter: number } {
    const now = Date.now();
    const recent = (this.#sent.get(token) ?? []).filter((at) => at > now - WINDOW_MS);
    this.#sent.set(token, recent);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= this.#limit)
      return { retryAfter: Math.ceil((oldest + WINDOW_MS - now) / 1000) };
    recent.push(now);
    return { left: this.#limit - recent.length };
  }
}
