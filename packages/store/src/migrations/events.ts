import { type Kysely, sql } from 'kysely';

/** What happened, and to whom it has been told. */
export async function events(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const gatedTables = ['events', 'event_deliveries'];

const statements = [
  `create table events (
     org_id text not null,
     sandbox_id text not null,
     id text not null,
     type text not null,
     flow_id text not null,
     subject text not null,
     occurred_at timestamptz not null,
     data json not null,
     primary key (org_id, sandbox_id, id))`,
  'create index events_by_time on events (occurred_at)',
  `create table event_deliveries (
     org_id text not null,
     sandbox_id text not null,
     id text not null,
     event_id text not null,
     webhook_id text not null,
     state text not null check (state in ('pending', 'delivered', 'failed')),
     attempts integer not null,
     status integer,
     problem text,
     created_at timestamptz not null,
     updated_at timestamptz not null,
     due_at timestamptz,
     primary key (org_id, sandbox_id, id),
     foreign key (org_id, sandbox_id, event_id) references events (org_id, sandbox_id, id) on delete cascade)`,
  'create index event_deliveries_by_webhook on event_deliveries (org_id, sandbox_id, webhook_id, created_at, id)',
  'create index event_deliveries_by_event on event_deliveries (org_id, sandbox_id, event_id)',
  ...gatedTables.map(
    (table) =>
      `create trigger sandbox_is_open before insert on ${table} for each row execute function require_open_sandbox()`,
  ),
];
