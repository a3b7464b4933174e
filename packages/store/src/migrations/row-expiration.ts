import { type Kysely, sql } from 'kysely';

/** Up to when the rows of a table have gone that its dataset keeps for a time only. */
export async function rowExpiration(database: Kysely<unknown>): Promise<void> {
  await sql`alter table table_pointers add column rows_expired_before timestamptz`.execute(database);
}
