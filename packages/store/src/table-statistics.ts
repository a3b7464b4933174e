import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** How often is looked for tables that have changed, in milliseconds. */
const INTERVAL_MS = 5_000;

/** A table is looked at anew once it has grown by so many pages of 8 KiB, and by a share of all. */
const GROWN_PAGES = 8;
const GROWN_SHARE = 0.2;

/**
 * Does for the embedded store what the autovacuum daemon does on a server, which PGlite has not: without statistics the
 * planner does not know that an index tells ten thousand rows apart, and reads them all. Ends with the answered function.
 */
export function keepStatistics(database: Kysely<Tables>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => renewStatistics(database)).catch(() => undefined);
  }, INTERVAL_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/**
 * Renews the statistics of tables that have grown, and frees what deleted rows took. Growth is seen from their files: the
 * counters of changed rows are not kept without the processes of a server.
 */
export async function renewStatistics(database: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ readonly name: string }>`
    select relnamespace::regnamespace || '.' || relname as name from pg_class
    where relkind = 'r' and relnamespace::regnamespace::text in ('public', 'pgboss')
      and pg_relation_size(oid) / current_setting('block_size')::integer
        > relpages * (1 + ${GROWN_SHARE}::float) + ${GROWN_PAGES}::integer`.execute(database);
  for (const { name } of rows) await sql`vacuum (analyze) ${sql.table(name)}`.execute(database);
}

/**
 * To be called where thousands of runs were queued at once, which the statistics do not know of yet: whoever claims the next
 * would sort all of them for each claim, and look for the flow of each by a statement that was planned while flows were few.
 */
export async function tellOfManyRuns(database: Kysely<Tables>): Promise<void> {
  await sql`analyze pgboss.job_common, flow_runs, resources`.execute(database);
}
