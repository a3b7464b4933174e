/** Access tokens and when they end. Lifetimes run on real time. */
export class Sessions {
  readonly #expiries = new Map<string, number>();
  readonly #makeToken: () => string;
  readonly lifetimeMs: number;

  constructor(makeToken: () => string, lifetimeMs: number) {
    this.#makeToken = makeToken;
    this.lifetimeMs = lifetimeMs;
  }

  issue(): string {
    const token = this.#makeToken();
    this.#expiries.set(token, Date.now() + this.lifetimeMs);
    return token;
  }

  isValid(token: string): boolean {
    const expiry = this.#expiries.get(token);
    if (expiry === undefined) return false;
    if (expiry > Date.now()) return true;
    this.#expiries.delete(token);
    return false;
  }

  end(token: string): boolean {
    return this.#expiries.delete(token);
  }

  /** Ends all sessions; returns how many there were. */
  endAll(): number {
    const { size } = this.#expiries;
    this.#expiries.clear();
    return size;
  }
}
