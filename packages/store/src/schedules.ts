import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { sendRuns } from './run-queue.ts';
import type { Scope } from './scope.ts';
import { tellOfManyRuns } from './table-statistics.ts';
import type { Tables } from './tables.ts';
import type { WorkQueue } from './work-queue.ts';

/** When a flow falls due. */
export interface Schedule {
  readonly flowId: string;
  readonly nextAt: Date;
  /** How it goes on, as whoever counts its slots wants it back; undefined: once. */
  readonly recurrence: Readonly<Record<string, unknown>> | undefined;
}

/** Counts slots: the first of a recurrence after a time; undefined where there is none any more. */
export type NextSlot = (recurrence: Readonly<Record<string, unknown>>, time: Date) => Date | undefined;

/** The schedules of one sandbox; a flow without one runs on demand only. */
export interface Schedules {
  put(schedule: Schedule): Promise<void>;
  remove(flowId: string): Promise<void>;
  /** When each of these flows falls due next; one that is due already stands with a time that has passed. */
  nextOf(flowIds: readonly string[]): Promise<ReadonlyMap<string, Date>>;
}

export function scopedSchedules(database: Kysely<Tables>, scope: Scope): Schedules {
  return {
    async put({ flowId, nextAt, recurrence }) {
      const values = {
        next_at: nextAt,
        recurrence: recurrence === undefined ? null : JSON.stringify(recurrence),
      };
      await database
        .insertInto('flow_schedules')
        .values({ org_id: scope.orgId, sandbox_id: scope.sandboxId, flow_id: flowId, ...values })
        .onConflict((conflict) => conflict.columns(['org_id', 'sandbox_id', 'flow_id']).doUpdateSet(values))
        .execute();
    },

    async remove(flowId) {
      await database
        .deleteFrom('flow_schedules')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('flow_id', '=', flowId)
        .execute();
    },

    async nextOf(flowIds) {
      if (flowIds.length === 0) return new Map();
      const rows = await database
        .selectFrom('flow_schedules')
        .select(['flow_id', 'next_at'])
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('flow_id', 'in', flowIds)
        .execute();
      return new Map(rows.map(({ flow_id, next_at }) => [flow_id, next_at]));
    },
  };
}

/** Flows queued in one transaction. */
const FLOWS_AT_ONCE = 1_000;

/**
 * Queues a run for every flow, of all organisations, that is due at `now`, and moves its schedule on to the first
 * slot after `now`: windows that were missed become one catch-up run. Returns how many flows were due.
 */
export async function enqueueDueRuns(
  database: Kysely<Tables>,
  work: WorkQueue,
  now: Date,
  nextSlot: NextSlot,
): Promise<number> {
  let flows = 0;
  for (;;) {
    const due = await database
      .transaction()
      .execute((transaction) => enqueueSome(transaction, work, now, nextSlot));
    flows += due;
    if (due < FLOWS_AT_ONCE) break;
  }
  if (flows >= FLOWS_AT_ONCE) await tellOfManyRuns(database);
  return flows;
}

async function enqueueSome(
  transaction: Kysely<Tables>,
  work: WorkQueue,
  now: Date,
  nextSlot: NextSlot,
): Promise<number> {
  const due = await transaction
    .selectFrom('flow_schedules')
    .selectAll()
    .where('next_at', '<=', now)
    // A sandbox that is being emptied takes no run, and must not hold up those of others.
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('sandboxes')
          .select('id')
          .whereRef('sandboxes.org_id', '=', 'flow_schedules.org_id')
          .whereRef('sandboxes.id', '=', 'flow_schedules.sandbox_id')
          .where('state', '=', 'active'),
      ),
    )
    // A flow that is still at work stays due: it runs again as soon as it has ended, once for all slots since.
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('flow_runs')
            .select('id')
            .whereRef('flow_runs.org_id', '=', 'flow_schedules.org_id')
            .whereRef('flow_runs.sandbox_id', '=', 'flow_schedules.sandbox_id')
            .whereRef('flow_runs.flow_id', '=', 'flow_schedules.flow_id')
            .where('completed_at', 'is', null),
        ),
      ),
    )
    .orderBy('next_at')
    .limit(FLOWS_AT_ONCE)
    .forUpdate()
    .skipLocked()
    .execute();
  if (due.length === 0) return 0;
  const slots = due.map((row) => ({
    org_id: row.org_id,
    sandbox_id: row.sandbox_id,
    flow_id: row.flow_id,
    run_id: randomUUID(),
    etag: randomUUID(),
    next_at: (row.recurrence && nextSlot(row.recurrence, now)) ?? null,
  }));
  const dueFlows = sql`jsonb_to_recordset(${JSON.stringify(slots)}::jsonb)
    as due (org_id text, sandbox_id text, flow_id text, run_id text, etag text, next_at timestamptz)`;
  // One that was run on demand meanwhile is not queued a second time.
  const queued = await sql<{ org_id: string; sandbox_id: string; id: string }>`
    insert into flow_runs
      (org_id, sandbox_id, id, flow_id, state, etag, attempt, created_at, updated_at, progress)
    select org_id, sandbox_id, run_id, flow_id, 'pending', etag, 0, ${now}, ${now}, '{}' from ${dueFlows}
    on conflict (org_id, sandbox_id, flow_id) where completed_at is null do nothing
    returning org_id, sandbox_id, id`.execute(transaction);
  const runs = queued.rows.map(({ org_id, sandbox_id, id }) => ({
    scope: { orgId: org_id, sandboxId: sandbox_id },
    id,
  }));
  await sendRuns(transaction, work, runs);
  const isDue = sql`flow_schedules.org_id = due.org_id and flow_schedules.sandbox_id = due.sandbox_id
    and flow_schedules.flow_id = due.flow_id`;
  await sql`
    update flow_schedules set next_at = due.next_at from ${dueFlows}
    where ${isDue} and due.next_at is not null`.execute(transaction);
  await sql`
    delete from flow_schedules using ${dueFlows} where ${isDue} and due.next_at is null`.execute(transaction);
  return due.length;
}
