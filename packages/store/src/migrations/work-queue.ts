import { type Kysely, sql } from 'kysely';

/** When a run is due, and how long a claim to it holds, is the work queue's to say. */
export async function workQueue(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const statements = [
  'alter table flow_runs drop column not_before',
  'alter table flow_runs drop column lease_until',
  'create index flow_runs_open on flow_runs (id) where completed_at is null',
];
