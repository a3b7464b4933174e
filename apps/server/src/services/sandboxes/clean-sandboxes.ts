import { type Files, type Log, removeLeftovers } from '../remove-leftovers.ts';

/**
 * How often sandboxes and files are looked for that another process has left half removed, or that are due by
 * now.
 */
const POLL_MS = 10_000;

/**
 * Removes what is in sandboxes that are being reset or deleted, and all files that are left over, until it is
 * stopped.
 */
export interface SandboxCleaner {
  /** Looks for work now rather than at the next poll. */
  wake(): void;
  /**
   * Ends between two files, of which there may be thousands; what is not removed by then is taken up again at
   * the next start.
   */
  stop(): Promise<void>;
}

export function startSandboxCleaner(files: Files, log: Log): SandboxCleaner {
  const stopping = new AbortController();
  let isAwake = false;
  let wakeUp = () => {};
  const wake = () => {
    isAwake = true;
    wakeUp();
  };

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      isAwake = false;
      await cleanSandboxes(files, new Date(), log, stopping.signal).catch((error: unknown) =>
        log.warn({ err: error }, 'a sandbox could not be emptied; it is tried again'),
      );
      if (isAwake) continue;
      const { promise: slept, resolve } = Promise.withResolvers<void>();
      wakeUp = resolve;
      const timer = setTimeout(resolve, POLL_MS);
      await slept;
      clearTimeout(timer);
    }
  })();

  return {
    wake,
    async stop() {
      stopping.abort();
      wake();
      await loop;
    },
  };
}

/**
 * Empties every closed sandbox, removes the files that are due at `now`, and opens or ends those sandboxes of
 * which none are left. May run in several processes at the same time.
 */
export async function cleanSandboxes(files: Files, now: Date, log: Log, signal?: AbortSignal): Promise<void> {
  const { sandboxRemovals } = files.store;
  const closed = await sandboxRemovals.closed();
  for (const { scope } of closed) await sandboxRemovals.empty(scope);
  await removeDue(files, now, log, signal);
  for (const sandbox of closed) await sandboxRemovals.finish(sandbox, now);
}

/** All that are due: while some can be removed there may be more of them. */
async function removeDue(files: Files, now: Date, log: Log, signal: AbortSignal | undefined): Promise<void> {
  let removed: number;
  do {
    removed = await removeLeftovers(files, await files.store.leftovers.due(now), log, signal);
  } while (removed > 0 && !signal?.aborted);
}
