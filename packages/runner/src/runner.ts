import type { ClaimedRun } from '@tributary/store';
import { executeRun } from './execute-run.ts';
import { nextSlot } from './schedule.ts';
import type { RunnerServices } from './services.ts';
import { tidyRuns } from './tidy-run.ts';

const HEARTBEAT_MS = 10_000;
/** How often the store is asked for due flows and runs; `wake` asks at once. */
const POLL_MS = 1_000;
/** Runs at the same time in one process; each has the engine's worker for its transform only. */
const CONCURRENT_RUNS = 4;
/** Runs of one organisation at the same time: there is always room for another's. */
const RUNS_OF_AN_ORGANIZATION = CONCURRENT_RUNS - 1;

/** Schedules and executes flow runs in this process. */
export interface Runner {
  /** Looks for work now rather than at the next poll. */
  wake(): void;
  /** Takes no new run, gives the open ones back, and resolves when all have stopped. */
  stop(): Promise<void>;
}

export function startRunner(services: RunnerServices): Runner {
  const stopping = new AbortController();
  const active = new Set<Promise<void>>();
  let wakeUp = () => {};

  const loop = (async () => {
    await tidyRuns(services).catch((error: unknown) =>
      services.log.warn({ err: error }, 'what earlier runs left was not removed'),
    );
    while (!stopping.signal.aborted) {
      const slept = new Promise<void>((resolve) => {
        wakeUp = resolve;
      });
      await takeWork().catch((error: unknown) =>
        services.log.error({ err: error }, 'looking for work failed'),
      );
      const timer = setTimeout(wakeUp, POLL_MS);
      await slept;
      clearTimeout(timer);
    }
  })();

  async function takeWork(): Promise<void> {
    await services.store.enqueueDueRuns(new Date(), nextSlot);
    while (active.size < CONCURRENT_RUNS && !stopping.signal.aborted) {
      const claimed = await services.store.queue.claim(RUNS_OF_AN_ORGANIZATION);
      if (claimed === undefined) return;
      const working = work(claimed).finally(() => {
        active.delete(working);
        wakeUp();
      });
      active.add(working);
    }
  }

  async function work({ run, owner }: ClaimedRun): Promise<void> {
    const lost = new AbortController();
    const beat = setInterval(() => {
      services.store.queue
        .heartbeat(run, owner)
        .then((isHeld) => isHeld || lost.abort())
        .catch((error: unknown) => services.log.warn({ err: error, runId: run.id }, 'heartbeat failed'));
    }, HEARTBEAT_MS);
    try {
      const signal = AbortSignal.any([stopping.signal, lost.signal]);
      await executeRun({ services, store: services.store.scoped(run.scope), run, owner, signal });
      await services.store.queue.settle(owner);
    } catch (error) {
      // The store is out of reach. The claim ends when nobody tells of it any more, and the run is taken up again.
      services.log.error({ err: error, runId: run.id }, 'a flow run could not be given back');
    } finally {
      clearInterval(beat);
    }
  }

  return {
    wake: () => wakeUp(),
    async stop() {
      stopping.abort();
      wakeUp();
      await loop;
      await Promise.all(active);
    },
  };
}
