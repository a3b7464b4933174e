import { type Kysely, sql } from 'kysely';

/** Schedules recur by the calendar of a time zone, not by a number of seconds. */
export async function scheduleRecurrence(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const statements = [
  'alter table flow_schedules add column recurrence jsonb',
  // Until here all slots were counted in seconds, from the next one as well as from the start.
  `update flow_schedules set recurrence = jsonb_strip_nulls(jsonb_build_object(
     'startAt', (extract(epoch from next_at) * 1000)::bigint,
     'frequency', 'minute',
     'interval', interval_seconds / 60,
     'timezone', 'UTC',
     'endAt', (extract(epoch from ends_at) * 1000)::bigint))
   where interval_seconds is not null`,
  'alter table flow_schedules drop column interval_seconds',
  'alter table flow_schedules drop column ends_at',
];
