import { type Kysely, sql } from 'kysely';

/**
 * Items that cannot be read as they are: what of a run's partitions is held back, and what a flow knows of
 * from run to run.
 */
export async function heldItems(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const statements = [
  'alter table run_partitions add column held_back jsonb',
  `create table held_items (
     org_id text not null,
     sandbox_id text not null,
     flow_id text not null,
     name text not null,
     version text not null,
     reading text not null,
     is_passing boolean not null,
     code text not null,
     message text not null,
     run_id text not null,
     held_at timestamptz not null,
     primary key (org_id, sandbox_id, flow_id, name))`,
  `create trigger sandbox_is_open before insert on held_items
     for each row execute function require_open_sandbox()`,
];
