import { type Kysely, sql } from 'kysely';

/** What it takes to empty a sandbox: a gate that the database itself keeps, and a list of files to remove. */
export async function sandboxRemoval(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

/** Tables into which nothing may be inserted for a sandbox that is not open. */
const gatedTables = [
  'resources',
  'table_pointers',
  'watermarks',
  'flow_schedules',
  'flow_runs',
  'run_partitions',
  'run_pages',
];

const statements = [
  // A name is free again once its sandbox is deleted; what the deleted one was can still be looked up.
  'alter table sandboxes drop constraint sandboxes_org_id_name_key',
  `create unique index one_living_sandbox_per_name on sandboxes (org_id, name) where state <> 'deleted'`,
  `alter table sandboxes add constraint known_state
     check (state in ('active', 'resetting', 'deleting', 'deleted'))`,
  // The share lock makes the change of a sandbox's state wait for every transaction that has inserted something, and
  // makes every later one see it: a check in code could be passed by a request that began before.
  `create function require_open_sandbox() returns trigger language plpgsql as $$
   begin
     perform 1 from sandboxes
       where org_id = new.org_id and id = new.sandbox_id and state = 'active' for share;
     if not found then
       raise exception 'the sandbox % is not open', new.sandbox_id using errcode = 'TB001';
     end if;
     return new;
   end $$`,
  ...gatedTables.map(
    (table) =>
      `create trigger sandbox_is_open before insert on ${table} for each row execute function require_open_sandbox()`,
  ),
  `create table sandbox_leftovers (
     org_id text not null,
     sandbox_id text not null,
     kind text not null check (kind in ('table', 'staging', 'diagnostics')),
     name text not null,
     not_before timestamptz not null,
     primary key (org_id, sandbox_id, kind, name, not_before))`,
];
