import { setTimeout as pause } from 'node:timers/promises';
import type { Claim, ClaimedDelivery, ClaimedReading, ClaimedRun } from '@tributary/store';
import { type ClaimedKind, claimsOf, oneByOne } from './claims.ts';
import { deliverEvent } from './events/deliver-event.ts';
import { executeRun } from './execute-run.ts';
import { readForRun } from './read-for-run.ts';
import { nextSlot } from './schedule.ts';
import type { RunnerServices } from './services.ts';
import { tidyRuns } from './tidy-run.ts';
import { together } from './together.ts';
import { keepUp } from './upkeep/keep-up.ts';

/** How often the store is asked for due flows and work; `wake` asks at once. */
const POLL_MS = 1_000;
/** However often something ends: looking for more costs a few queries. */
const LEAST_PAUSE_MS = 50;
/** Runs at the same time in one process. Most wait for their sources; each has the engine's worker for its transform only. */
const CONCURRENT_RUNS = 64;
/** Runs that an organisation has at the same time, in all processes, before those of others go first. */
const FAIR_SHARE = 16;
/** Room that is kept in each process for organisations that have less than their share. */
const KEPT_FREE = 4;
/** Partitions that are read at the same time for runs that other processes hold, or this one. */
const CONCURRENT_READINGS = 4;
const CONCURRENT_DELIVERIES = 8;
/** The upkeep leaves a process that starts so long for the work that it finds. */
const UPKEEP_AFTER_START_MS = 60_000;

/** Schedules and executes flow runs in this process, and tells of them. */
export interface Runner {
  /** Looks for work now rather than at the next poll. */
  wake(): void;
  /** Takes no new work, gives open runs back, and resolves when all have stopped. */
  stop(): Promise<void>;
}

export function startRunner(services: RunnerServices): Runner {
  const stopping = new AbortController();
  let wakeUp = () => {};
  const kinds = [
    claimsOf(flowRuns(services), stopping.signal, () => wakeUp()),
    claimsOf(readings(services), stopping.signal, () => wakeUp()),
    claimsOf(deliveries(services), stopping.signal, () => wakeUp()),
    claimsOf(upkeep(services), stopping.signal, () => wakeUp()),
  ];

  const loop = (async () => {
    await tidyRuns(services).catch((error: unknown) =>
      services.log.warn({ err: error }, 'what earlier runs left was not removed'),
    );
    await services.store.upkeep
      .plan(new Date(Date.now() + UPKEEP_AFTER_START_MS))
      .catch((error: unknown) => services.log.warn({ err: error }, 'the upkeep was not planned'));
    while (!stopping.signal.aborted) {
      const slept = new Promise<void>((resolve) => {
        wakeUp = resolve;
      });
      await takeWork().catch((error: unknown) =>
        services.log.error({ err: error }, 'looking for work failed'),
      );
      await pause(LEAST_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      const timer = setTimeout(wakeUp, POLL_MS);
      await slept;
      clearTimeout(timer);
    }
  })();

  async function takeWork(): Promise<void> {
    await services.store.enqueueDueRuns(new Date(), nextSlot);
    for (const claims of kinds) await claims.fill();
  }

  return {
    wake: () => wakeUp(),
    async stop() {
      stopping.abort();
      wakeUp();
      await loop;
      await Promise.all(kinds.map((claims) => claims.ended()));
    },
  };
}

function flowRuns(services: RunnerServices): ClaimedKind<ClaimedRun> {
  const { queue } = services.store;
  const settle = together<Claim, void>((claims) => queue.settle(...claims));
  return {
    most: CONCURRENT_RUNS,
    async claim(room) {
      const fair = await queue.claimSome(room, FAIR_SHARE);
      // Whoever has its share may have more where nobody else wants any.
      const left = room - fair.length - KEPT_FREE;
      if (left <= 0) return fair;
      // Where the store goes away in between, what is claimed already is worked at.
      return [...fair, ...(await queue.claimSome(left).catch(() => []))];
    },
    heartbeat: ({ run, claim }) => queue.heartbeat(run, claim),
    async work({ run, claim }, signal) {
      await executeRun({ services, store: services.store.scoped(run.scope), run, claim, signal });
      await settle(claim);
    },
    failed: (error, { run }) =>
      services.log.error({ err: error, runId: run.id }, 'the store was not told of a flow run'),
  };
}

function readings(services: RunnerServices): ClaimedKind<ClaimedReading> {
  const { readings: queue } = services.store;
  return {
    most: CONCURRENT_READINGS,
    claim: oneByOne(() => queue.claim()),
    heartbeat: ({ claim }) => queue.heartbeat(claim),
    async work(reading, signal) {
      await readForRun(services, reading, signal);
      await queue.settle(reading.claim);
    },
    failed: (error, { run }) =>
      services.log.error({ err: error, runId: run.id }, 'partitions were not read for a flow run'),
  };
}

function deliveries(services: RunnerServices): ClaimedKind<ClaimedDelivery> {
  const { deliveries: queue } = services.store;
  return {
    most: CONCURRENT_DELIVERIES,
    claim: oneByOne(() => queue.claim()),
    heartbeat: ({ claim }) => queue.heartbeat(claim),
    work: (delivery, signal) => deliverEvent(services, delivery, signal),
    failed: (error, { id }) => services.log.error({ err: error, deliveryId: id }, 'an event was not told'),
  };
}

function upkeep(services: RunnerServices): ClaimedKind<Claim> {
  const { upkeep: queue } = services.store;
  return {
    most: 1,
    claim: oneByOne(() => queue.claim()),
    heartbeat: (claim) => queue.heartbeat(claim),
    work: async (claim, signal) => queue.settle(claim, await keepUp(services, signal)),
    failed: (error) => services.log.error({ err: error }, 'the store was not told of its upkeep'),
  };
}
