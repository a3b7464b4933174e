import { type Kysely, sql } from 'kysely';

/** Several workers read the partitions of one run, each by one at a time. */
export async function partitionReaders(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const statements = [
  'alter table run_partitions add column connection_id text',
  'alter table run_partitions add column reader text',
  'alter table run_partitions add column read_until timestamptz',
  'alter table run_partitions add column problem jsonb',
  // The next one to read is found without looking through all that are staged already.
  'create index run_partitions_next on run_partitions (org_id, sandbox_id, run_id, is_staged, position)',
  'create index run_partitions_read on run_partitions (connection_id, read_until) where reader is not null',
];
