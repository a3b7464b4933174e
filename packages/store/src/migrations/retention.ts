import { type Kysely, sql } from 'kysely';

/** What is kept for a time only is found by its age; what goes with it may be single files of a table. */
export async function retention(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const statements = [
  'create index flow_runs_ended on flow_runs (completed_at) where completed_at is not null',
  `alter table table_pointers add column upkept_at timestamptz not null default to_timestamp(0)`,
  'alter table table_pointers add column upkept_location text',
  'create index table_pointers_upkeep on table_pointers (upkept_at)',
  'alter table sandbox_leftovers drop constraint sandbox_leftovers_kind_check',
  `alter table sandbox_leftovers add constraint sandbox_leftovers_kind_check
     check (kind in ('table', 'staging', 'diagnostics', 'file', 'folder'))`,
];
