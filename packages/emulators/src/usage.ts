/** Counts requests, by route for tests and against the daily limit as Salesforce does. */
export class Usage {
  readonly #byRoute = new Map<string, number>();
  readonly dailyLimit: number;
  #apiCalls = 0;

  constructor(dailyLimit: number) {
    this.dailyLimit = dailyLimit;
  }

  countRequest(method: string, route: string): void {
    const key = `${method} ${route}`;
    this.#byRoute.set(key, (this.#byRoute.get(key) ?? 0) + 1);
  }

  /** Counts a call against the daily limit; false where the limit is used up. */
  countApiCall(): boolean {
    if (this.#apiCalls >= this.dailyLimit) return false;
    this.#apiCalls += 1;
    return true;
  }

  /** Sets how many calls of the day count as made. */
  setApiCalls(count: number): void {
    this.#apiCalls = count;
  }

  get apiCalls(): number {
    return this.#apiCalls;
  }

  byRoute(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byRoute].sort());
  }
}
