import { randomUUID } from 'node:crypto';
import type { RunRecord } from '@tributary/store';
import { executeRun } from './execute-run.ts';
import { nextSlot } from './schedule.ts';
import type { RunnerServices } from './services.ts';
import { tidyRuns } from './tidy-run.ts';

/** A worker that dies is succeeded when its lease ends: well within a minute. */
const LEASE_SECONDS = 30;
const HEARTBEAT_MS = 10_000;
/** How often the store is asked for due flows and free runs; `wake` asks at once. */
const POLL_MS = 1_000;
/** Runs at the same time in one process; each has the engine's worker for its transform only. */
const CONCURRENT_RUNS = 4;

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
      // A name for each attempt, not for the process: a process that lost a run may take the same run up again.
      const owner = `${process.pid}-${randomUUID()}`;
      const run = await services.store.queue.claim(owner, LEASE_SECONDS);
      if (run === undefined) return;
      const working = work(run, owner).finally(() => {
        active.delete(working);
        wakeUp();
      });
      active.add(working);
    }
  }

  async function work(run: RunRecord, owner: string): Promise<void> {
    const lost = new AbortController();
    const beat = setInterval(() => {
      services.store.queue
        .heartbeat(run, owner, LEASE_SECONDS)
        .then((isHeld) => isHeld || lost.abort())
        .catch((error: unknown) => services.log.warn({ err: error, runId: run.id }, 'heartbeat failed'));
    }, HEARTBEAT_MS);
    try {
      const signal = AbortSignal.any([stopping.signal, lost.signal]);
      await executeRun({ services, store: services.store.scoped(run.scope), run, owner, signal });
    } catch (error) {
      // The store is out of reach. The lease ends by itself, and the run is taken up again.
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
