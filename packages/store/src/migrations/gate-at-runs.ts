import { type Kysely, sql } from 'kysely';

/**
 * Partitions and pages belong to a run and go with it: what is gated are the runs. A gate of their own had every page of every
 * run lock the row of its sandbox once more, by many transactions at the same time.
 */
export async function gateAtRuns(database: Kysely<unknown>): Promise<void> {
  for (const table of ['run_partitions', 'run_pages'])
    await sql.raw(`drop trigger sandbox_is_open on ${table}`).execute(database);
}
