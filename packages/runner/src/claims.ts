import { setTimeout as pause } from 'node:timers/promises';

/** How one kind of claimed work is done in this process. */
export interface ClaimedKind<C> {
  /** How many at the same time. */
  readonly most: number;
  /** What is due; fewer than there is room for only where no more is. */
  claim(room: number): Promise<readonly C[]>;
  /** Tells that a claim is still worked at; false when it is lost. */
  heartbeat(claimed: C): Promise<boolean>;
  /** Rejects when the store is out of reach: the claim then ends when nobody tells of it any more. */
  work(claimed: C, signal: AbortSignal): Promise<void>;
  failed(error: unknown, claimed: C): void;
}

const HEARTBEAT_MS = 10_000;
/** While half of the room is taken, what ends meanwhile makes room for claims that are made together. */
const TOGETHER_MS = 100;

/** Claims of one kind that this process works at. */
export interface Claims {
  /** Claims what is due while there is room for it. */
  fill(): Promise<void>;
  /** Resolves when nothing is worked at any more. */
  ended(): Promise<void>;
}

/** Claims work that is claimed one by one. Where the store goes away meanwhile, what is claimed already is worked at. */
export function oneByOne<C>(claim: () => Promise<C | undefined>): ClaimedKind<C>['claim'] {
  return async (room) => {
    const claims: C[] = [];
    while (claims.length < room) {
      const claimed = await claim().catch((error: unknown) => {
        if (claims.length === 0) throw error;
        return undefined;
      });
      if (claimed === undefined) break;
      claims.push(claimed);
    }
    return claims;
  };
}

/**
 * Whatever ends makes room for the next of its kind. `idle` is called when there was none: something else may
 * be due now. `stopping` halts what is under way.
 */
export function claimsOf<C>(kind: ClaimedKind<C>, stopping: AbortSignal, idle: () => void): Claims {
  const active = new Set<Promise<void>>();
  let filling: Promise<void> | undefined;
  let hasEnded = false;
  let refilling: Promise<void> | undefined;
  return {
    fill,
    async ended() {
      await filling?.catch(() => undefined);
      await Promise.all(active);
      await refilling;
    },
  };

  /** Two at once would claim one too many. */
  function fill(): Promise<void> {
    filling ??= fillUp().finally(() => {
      filling = undefined;
    });
    return filling;
  }

  async function fillUp(): Promise<void> {
    const room = kind.most - active.size;
    if (room <= 0 || stopping.aborted) return;
    for (const claimed of await kind.claim(room)) {
      const working = work(claimed).finally(() => {
        active.delete(working);
        hasEnded = true;
        refilling ??= refill().finally(() => {
          refilling = undefined;
        });
      });
      active.add(working);
    }
  }

  /** Where the store is out of reach, whoever asks it regularly will tell. */
  async function refill(): Promise<void> {
    while (hasEnded) {
      hasEnded = false;
      if (active.size >= kind.most / 2)
        await pause(TOGETHER_MS, undefined, { signal: stopping }).catch(() => undefined);
      await fill().catch(() => undefined);
    }
    if (active.size < kind.most) idle();
  }

  async function work(claimed: C): Promise<void> {
    const lost = new AbortController();
    const beat = setInterval(() => {
      kind
        .heartbeat(claimed)
        .then((isHeld) => isHeld || lost.abort())
        .catch((error: unknown) => kind.failed(error, claimed));
    }, HEARTBEAT_MS);
    try {
      await kind.work(claimed, AbortSignal.any([stopping, lost.signal]));
    } catch (error) {
      kind.failed(error, claimed);
    } finally {
      clearInterval(beat);
    }
  }
}
