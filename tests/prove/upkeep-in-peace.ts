import { setTimeout as pause } from 'node:timers/promises';
import { endAll, type Installation, type Query, startAll } from './installation.ts';
import { letAnHourPass } from './passing-time.ts';

/** Gives the upkeep all the time that it takes, as if a day had passed. All processes have ended before, and run after it. */
export async function keepUpInPeace(installation: Installation): Promise<void> {
  await installation.withStore(letADayPass);
  // What is going on in the store of one process is seen once that has ended.
  for (let patienceMs = 2_000; !(await installation.withStore(isKeptUp)); patienceMs *= 2) {
    await startAll(installation);
    await pause(patienceMs);
    await endAll(installation);
  }
  await startAll(installation);
}

/** What was noted to be removed may go. Not while a compaction is under way, whose files are noted before they are its own. */
async function letADayPass(query: Query): Promise<void> {
  await letAnHourPass(query);
  await query("update sandbox_leftovers set not_before = now() - interval '1 second'");
}

/** Whether a pass of the upkeep has ended since it was due, and what was noted is gone. */
async function isKeptUp(query: Query): Promise<boolean> {
  const due = await query(`
    select name from pgboss.job
    where name = 'upkeep' and state in ('created', 'retry', 'active') and start_after <= now()
    union all select name from sandbox_leftovers where not_before <= now()`);
  return due.length === 0;
}
