import type { Kysely, Selectable } from 'kysely';
import { scopedRuns } from './runs.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

/** When a flow falls due. */
export interface Schedule {
  readonly flowId: string;
  readonly nextAt: Date;
  /** Undefined: once. */
  readonly intervalSeconds: number | undefined;
  /** No run begins after this. */
  readonly endsAt: Date | undefined;
}

/** The schedules of one sandbox; a flow without one runs on demand only. */
export interface Schedules {
  put(schedule: Schedule): Promise<void>;
  remove(flowId: string): Promise<void>;
}

export function scopedSchedules(database: Kysely<Tables>, scope: Scope): Schedules {
  return {
    async put({ flowId, nextAt, intervalSeconds, endsAt }) {
      const values = {
        next_at: nextAt,
        interval_seconds: intervalSeconds ?? null,
        ends_at: endsAt ?? null,
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
  };
}

/**
 * Queues a run for every flow, of all organisations, that is due at `now`, and moves its schedule on to the first
 * slot after `now`: windows that were missed become one catch-up run. Returns how many flows were due.
 */
export async function enqueueDueRuns(database: Kysely<Tables>, now: Date): Promise<number> {
  return database.transaction().execute(async (transaction) => {
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
      .orderBy('next_at')
      .limit(BATCH)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const row of due) {
      const scope: Scope = { orgId: row.org_id, sandboxId: row.sandbox_id };
      // A flow whose last run is still open is not queued again: that run's successor takes the window.
      await scopedRuns(transaction, scope).enqueue(row.flow_id);
      const next = slotAfter(row, now);
      const schedules = scopedSchedules(transaction, scope);
      if (next === undefined) await schedules.remove(row.flow_id);
      else await schedules.put(next);
    }
    return due.length;
  });
}

/** Flows queued in one transaction. */
const BATCH = 1_000;

function slotAfter(row: Selectable<Tables['flow_schedules']>, now: Date): Schedule | undefined {
  if (row.interval_seconds === null) return undefined;
  const interval = row.interval_seconds * 1000;
  const missed = Math.floor((now.getTime() - row.next_at.getTime()) / interval);
  const nextAt = new Date(row.next_at.getTime() + (missed + 1) * interval);
  if (row.ends_at !== null && nextAt > row.ends_at) return undefined;
  return {
    flowId: row.flow_id,
    nextAt,
    intervalSeconds: row.interval_seconds,
    endsAt: row.ends_at ?? undefined,
  };
}
