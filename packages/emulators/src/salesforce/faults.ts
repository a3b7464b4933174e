/** What can be made to go wrong; the README describes each. */
export type Trouble =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter: number | undefined }
  | { readonly kind: 'requestLimit' }
  | { readonly kind: 'expireSession' }
  | { readonly kind: 'reset'; readonly afterBytes: number }
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  | { readonly kind: 'slow'; readonly chunkBytes: number; readonly delayMs: number }
  | { readonly kind: 'jobFailed'; readonly errorMessage: string }
  | { readonly kind: 'lateCommit'; readonly seconds: number };

export type FaultKind = Trouble['kind'];

interface Fault {
  readonly trouble: Trouble;
  /** Matched against path and query of a request; undefined matches all. */
  readonly path: RegExp | undefined;
  /** Matching requests that go well before the trouble begins. */
  skip: number;
  times: number;
}

/** Faults that are armed, in the order they were posted. */
export class Faults {
  #faults: Fault[] = [];

  add(trouble: Trouble, options: { times: number; skip: number; path: RegExp | undefined }): void {
    this.#faults.push({ trouble, ...options });
  }

  /** The first armed fault of these kinds for this address; taking it uses it up once. */
  take<K extends FaultKind>(kinds: readonly K[], address: string): Extract<Trouble, { kind: K }> | undefined {
    for (const fault of this.#faults) {
      if (!isOneOf(fault.trouble, kinds) || fault.path?.test(address) === false) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      fault.times -= 1;
      this.#faults = this.#faults.filter(({ times }) => times > 0);
      return fault.trouble as Extract<Trouble, { kind: K }>; // isOneOf checked the kind.
    }
    return undefined;
  }

  /** What is still armed. */
  list(): readonly Readonly<Record<string, unknown>>[] {
    return this.#faults.map(({ trouble, path, skip, times }) => ({
      ...trouble,
      times,
      skip,
      path: path?.source,
    }));
  }

  /** Disarms all; returns how many there were. */
  clear(): number {
    const { length } = this.#faults;
    this.#faults = [];
    return length;
  }
}

function isOneOf(trouble: Trouble, kinds: readonly FaultKind[]): boolean {
  return kinds.includes(trouble.kind);
}
