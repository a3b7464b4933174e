/** How one kind of claimed work is done in this process. */
export interface ClaimedKind<C> {
  /** How many at the same time. */
  readonly most: number;
  claim(): Promise<C | undefined>;
  /** Tells that a claim is still worked at; false when it is lost. */
  heartbeat(claimed: C): Promise<boolean>;
  /** Rejects when the store is out of reach: the claim then ends when nobody tells of it any more. */
  work(claimed: C, signal: AbortSignal): Promise<void>;
  failed(error: unknown, claimed: C): void;
}

const HEARTBEAT_MS = 10_000;

/** Claims of one kind that this process works at. */
export interface Claims {
  /** Claims what is due while there is room for it. */
  fill(): Promise<void>;
  /** Resolves when nothing is worked at any more. */
  ended(): Promise<void>;
}

/** `roomAgain` is called whenever something has ended; `stopping` halts what is under way. */
export function claimsOf<C>(kind: ClaimedKind<C>, stopping: AbortSignal, roomAgain: () => void): Claims {
  const active = new Set<Promise<void>>();
  return {
    async fill() {
      while (active.size < kind.most && !stopping.aborted) {
        const claimed = await kind.claim();
        if (claimed === undefined) return;
        const working = work(claimed).finally(() => {
          active.delete(working);
          roomAgain();
        });
        active.add(working);
      }
    },
    async ended() {
      await Promise.all(active);
    },
  };

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
