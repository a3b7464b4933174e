import type { RunnerServices } from '../services.ts';
import { tidyRuns } from '../tidy-run.ts';
import { forgetEvents } from './forget-events.ts';
import { forgetRuns } from './forget-runs.ts';
import { keepTables } from './keep-tables.ts';
import { DAY_MS } from './retention.ts';

/** What is being written to staging or diagnostics for so long belongs to a process that has died. */
const LONGEST_WRITE_MS = DAY_MS;

/** How long after a pass the next one comes. */
const PAUSE_MS = 3_600_000;

/** A pass that goes on where another has broken off does not look again at tables that were looked after so lately. */
const LATELY_MS = PAUSE_MS / 2;

/**
 * One pass over all that is kept for a time. Each step is a small transaction that may be taken again, and none depends on
 * another: a pass may break off anywhere. Answers when the next one is due; at once where `signal` has broken it off.
 */
export async function keepUp(services: RunnerServices, signal: AbortSignal, now = new Date()): Promise<Date> {
  const lately = new Date(now.getTime() - LATELY_MS);
  const concerns: Readonly<Record<string, () => Promise<void>>> = {
    work: () => services.store.queue.sendMissing(),
    staging: () => tidyKept(services, now),
    runs: () => forgetRuns(services, now, signal),
    events: () => forgetEvents(services, now, signal),
    tables: () => keepTables(services, now, lately, signal),
  };
  for (const [concern, keep] of Object.entries(concerns)) {
    if (signal.aborted) return now;
    try {
      await keep();
    } catch (error) {
      if (signal.aborted) return now;
      services.log.warn({ err: error, concern }, 'the upkeep was left for the next time');
    }
  }
  return new Date(now.getTime() + PAUSE_MS);
}

async function tidyKept(services: RunnerServices, now: Date): Promise<void> {
  await tidyRuns(services);
  const begunBefore = new Date(now.getTime() - LONGEST_WRITE_MS);
  await services.staging.sweep(begunBefore);
  await services.diagnostics.sweep(begunBefore);
}
