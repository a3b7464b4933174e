import { type Kysely, sql } from 'kysely';

/** What a flow remembers of its source beside the time up to which it has read: tokens, items, columns. */
export async function sourcePositions(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const gatedTables = ['landed_items', 'flow_sources'];

const statements = [
  // A watermark is a time on a delta column, or a token that the source gave.
  'alter table watermarks alter column delta_column drop not null',
  'alter table watermarks alter column settled_up_to drop not null',
  'alter table watermarks alter column up_to drop not null',
  'alter table watermarks add column change_token text',
  `alter table watermarks add constraint time_or_token check (
     (change_token is null and delta_column is not null and settled_up_to is not null and up_to is not null)
     or (change_token is not null and delta_column is null and settled_up_to is null and up_to is null))`,
  'alter table run_partitions add column notice text',
  'alter table run_partitions add column item_name text',
  'alter table run_partitions add column item_version text',
  'alter table run_partitions add column change_token text',
  `create table landed_items (
     org_id text not null,
     sandbox_id text not null,
     flow_id text not null,
     name text not null,
     version text not null,
     run_id text not null,
     primary key (org_id, sandbox_id, flow_id, name))`,
  `create table flow_sources (
     org_id text not null,
     sandbox_id text not null,
     flow_id text not null,
     columns jsonb not null,
     refreshed_at timestamptz,
     run_id text not null,
     primary key (org_id, sandbox_id, flow_id))`,
  ...gatedTables.map(
    (table) =>
      `create trigger sandbox_is_open before insert on ${table} for each row execute function require_open_sandbox()`,
  ),
];
