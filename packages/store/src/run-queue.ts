import { type Kysely, type RawBuilder, sql } from 'kysely';
import { fromRow, type RunRecord } from './runs.ts';
import type { Tables } from './tables.ts';

/**
 * Work for the workers of this installation, over all organisations and sandboxes.
 *
 * A run is free when it is not finished and nobody's lease on it is valid. `claim` leases the oldest free run that
 * is due; the holder prolongs its lease by `heartbeat`. A holder that dies stops prolonging, and the run is free
 * again when the lease ends.
 */
export interface RunQueue {
  /** Leases the next due run to `owner` for `leaseSeconds`; undefined when nothing is due. */
  claim(owner: string, leaseSeconds: number): Promise<RunRecord | undefined>;
  /** Prolongs a lease; false when it is lost. */
  heartbeat(run: RunRecord, owner: string, leaseSeconds: number): Promise<boolean>;
  /** Gives a run back, to be taken up again not before `notBefore`. */
  release(run: RunRecord, owner: string, notBefore: Date): Promise<void>;
  /** Ends every lease. Only for a store that no other process can have open (the embedded one), at its start. */
  releaseAll(): Promise<void>;
  /** A run of any sandbox. */
  find(runId: string): Promise<RunRecord | undefined>;
  /** Whether a run's staged files are still wanted: it is open, or a watermark keeps its unsettled pages. */
  needsStaging(runId: string): Promise<boolean>;
}

export function runQueue(database: Kysely<Tables>): RunQueue {
  return {
    async claim(owner, leaseSeconds) {
      const now = new Date();
      const free = database
        .selectFrom('flow_runs')
        .select(['org_id', 'sandbox_id', 'id'])
        .where('completed_at', 'is', null)
        .where('not_before', '<=', now)
        .where((where) =>
          where.or([where('lease_until', 'is', null), where('lease_until', '<=', sql<Date>`now()`)]),
        )
        .orderBy('not_before')
        .limit(1)
        .forUpdate()
        .skipLocked();
      const row = await database
        .with('free', () => free)
        .updateTable('flow_runs')
        .from('free')
        .set({
          lease_owner: owner,
          lease_until: fromNow(leaseSeconds),
          attempt: sql`attempt + 1`,
          started_at: sql`coalesce(started_at, ${now})`,
          updated_at: now,
        })
        .whereRef('flow_runs.org_id', '=', 'free.org_id')
        .whereRef('flow_runs.sandbox_id', '=', 'free.sandbox_id')
        .whereRef('flow_runs.id', '=', 'free.id')
        .returningAll('flow_runs')
        .executeTakeFirst();
      return row === undefined ? undefined : fromRow(row);
    },

    async heartbeat(run, owner, leaseSeconds) {
      const row = await leased(run, owner)
        .set({ lease_until: fromNow(leaseSeconds) })
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },

    async release(run, owner, notBefore) {
      await leased(run, owner)
        .set({ lease_owner: null, lease_until: null, not_before: notBefore, updated_at: new Date() })
        .execute();
    },

    async releaseAll() {
      await database
        .updateTable('flow_runs')
        .set({ lease_owner: null, lease_until: null })
        .where('completed_at', 'is', null)
        .execute();
    },

    async find(runId) {
      const row = await database
        .selectFrom('flow_runs')
        .selectAll()
        .where('id', '=', runId)
        .executeTakeFirst();
      return row === undefined ? undefined : fromRow(row);
    },

    async needsStaging(runId) {
      const open = database
        .selectFrom('flow_runs')
        .select('id')
        .where('id', '=', runId)
        .where('completed_at', 'is', null);
      const kept = database.selectFrom('watermarks').select('run_id as id').where('run_id', '=', runId);
      return (await open.unionAll(kept).execute()).length > 0;
    },
  };

  function leased(run: RunRecord, owner: string) {
    return database
      .updateTable('flow_runs')
      .where('org_id', '=', run.scope.orgId)
      .where('sandbox_id', '=', run.scope.sandboxId)
      .where('id', '=', run.id)
      .where('lease_owner', '=', owner)
      .where('completed_at', 'is', null);
  }
}

/** By the database's clock: those of the workers may differ, and one would take another's lease for ended. */
function fromNow(seconds: number): RawBuilder<Date> {
  return sql<Date>`now() + ${seconds}::integer * interval '1 second'`;
}
