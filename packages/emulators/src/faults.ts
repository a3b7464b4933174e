import { setMaxListeners } from 'node:events';
import type { BodyTrouble } from './body-trouble.ts';

/** What can be made to go wrong at any of the emulators; the README describes each. */
export type CommonTrouble =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter: number | undefined }
  | { readonly kind: 'lateCommit'; readonly seconds: number }
  | BodyTrouble;

interface TroubleOfAKind {
  readonly kind: string;
}

interface Fault<T> {
  readonly trouble: T;
  /** Matched against path and query of a request; undefined matches all. */
  readonly path: RegExp | undefined;
  /** Matching requests that go well before the trouble begins. */
  skip: number;
  times: number;
}

/** Faults that are armed, in the order they were posted. */
export class Faults<T extends TroubleOfAKind> {
  #faults: Fault<T>[] = [];
  #disarming = disarming();

  add(trouble: T, options: { times: number; skip: number; path: RegExp | undefined }): void {
    this.#faults.push({ trouble, ...options });
  }

  /** The first armed fault of these kinds for this address, and for what is going on; taking it uses it up once. */
  take<K extends T['kind']>(
    kinds: readonly K[],
    address: string,
    applies: (trouble: Extract<T, { kind: K }>) => boolean = () => true,
  ): Extract<T, { kind: K }> | undefined {
    for (const fault of this.#faults) {
      if (!isOneOf(fault.trouble, kinds) || fault.path?.test(address) === false) continue;
      const trouble = fault.trouble as Extract<T, { kind: K }>; // isOneOf checked the kind.
      if (!applies(trouble)) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      fault.times -= 1;
      this.#faults = this.#faults.filter(({ times }) => times > 0);
      return trouble;
    }
    return undefined;
  }

  /** What is still armed. */
  list(): readonly (T & { readonly path: string | undefined })[] {
    return this.#faults.map(({ trouble, path, skip, times }) => ({
      ...trouble,
      times,
      skip,
      path: path?.source,
    }));
  }

  /** Tells when all is disarmed that is armed now, for what goes on for long. */
  get disarmed(): AbortSignal {
    return this.#disarming.signal;
  }

  /** Disarms all; returns how many there were. */
  clear(): number {
    const { length } = this.#faults;
    this.#faults = [];
    this.#disarming.abort();
    this.#disarming = disarming();
    return length;
  }
}

function disarming(): AbortController {
  const controller = new AbortController();
  // Every body that drips listens to it.
  setMaxListeners(0, controller.signal);
  return controller;
}

function isOneOf(trouble: TroubleOfAKind, kinds: readonly string[]): boolean {
  return kinds.includes(trouble.kind);
}
