/** How one kind of claimed work is done in this process. */
export interface ClaimedKind<C> {
  /** How many at the same time. */
  readonly most: number;
  /** The next that is due; `room` is how many more this process would take, this one among them. */
  claim(room: number): Promise<C | undefined>;
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

/**
 * Whatever ends makes room for the next of its kind at once. `idle` is called when there was none: something else may be due
 * now. `stopping` halts what is under way.
 */
export function claimsOf<C>(kind: ClaimedKind<C>, stopping: AbortSignal, idle: () => void): Claims {
  const active = new Set<Promise<void>>();
  let filling: Promise<void> | undefined;
  return {
    fill,
    async ended() {
      await filling?.catch(() => undefined);
      await Promise.all(active);
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
    while (active.size < kind.most && !stopping.aborted) {
      const claimed = await kind.claim(kind.most - active.size);
      if (claimed === undefined) return;
      const working = work(claimed).finally(() => {
        active.delete(working);
        void fillAgain();
      });
      active.add(working);
    }
  }

  /** Where the store is out of reach, whoever asks it regularly will tell. */
  async function fillAgain(): Promise<void> {
    await fill().catch(() => undefined);
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
