import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Runs `change` in the transaction that is under way, or in one of its own. */
export function inTransaction<T>(
  database: Kysely<Tables>,
  change: (transaction: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  return database.isTransaction ? change(database) : database.transaction().execute(change);
}
