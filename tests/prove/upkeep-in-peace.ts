import { setTimeout as pause } from 'node:timers/promises';
import { endAll, type Installation, type Query, startAll } from './installation.ts';
import { letAnHourPass } from './passing-time.ts';
import { tell } from './proof-run.ts';

/**
 * Gives the upkeep all the time that it takes, as if a day had passed. All processes have ended before, and
 * run after it.
 */
export async function keepUpInPeace(installation: Installation): Promise<void> {
  await installation.withStore(letADayPass);
  // What is going on in the store of one process is seen once that has ended.
  for (let patienceMs = 5_000; ; patienceMs *= 2) {
    const due = await installation.withStore(whatIsDue);
    if (due.length === 0) break;
    tell(`the upkeep has ${due.length} things to do yet`);
    await startAll(installation);
    await pause(patienceMs);
    await endAll(installation);
  }
  await startAll(installation);
}

/**
 * What was noted to be removed may go. Not while a compaction is under way, whose files are noted before they
 * are its own.
 */
async function letADayPass(query: Query): Promise<void> {
  await letAnHourPass(query);
  // The product writes, and compares, whole milliseconds.
  await query(
    "update sandbox_leftovers set not_before = date_trunc('milliseconds', now()) - interval '1 second'",
  );
}

/** The upkeep itself, until a pass of it has ended, and what was noted to be removed. */
async function whatIsDue(query: Query): Promise<readonly unknown[]> {
  return query(`
    select name from pgboss.job
    where name = 'upkeep' and state in ('created', 'retry', 'active') and start_after <= now()
    union all select name from sandbox_leftovers where not_before <= now()`);
}
