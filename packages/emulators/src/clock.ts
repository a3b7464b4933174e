/** The org's time: real time, or standing still at a moment that a test chose. */
export class Clock {
  #fixed: number | null = null;

  /** Epoch milliseconds. */
  now(): number {
    return this.#fixed ?? Date.now();
  }

  /** Stands still at epoch milliseconds `now`; null runs with real time again. */
  set(now: number | null): void {
    this.#fixed = now;
  }
}
