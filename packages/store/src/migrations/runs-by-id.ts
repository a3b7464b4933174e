import { type Kysely, sql } from 'kysely';

/**
 * What a run left is asked for by the run's id alone when it ends, and whether the next one of its flow goes on from it: of all
 * runs and watermarks that there are.
 */
export async function runsById(database: Kysely<unknown>): Promise<void> {
  await sql`create index flow_runs_by_id on flow_runs (id)`.execute(database);
  await sql`create index watermarks_by_run on watermarks (run_id)`.execute(database);
}
