import { type Kysely, sql } from 'kysely';

/** When a refresh of computed columns was last queued, so that one that fails is not tried again at once. */
export async function refreshAttempts(database: Kysely<unknown>): Promise<void> {
  await sql`alter table flow_sources add column refresh_queued_at timestamptz`.execute(database);
}
