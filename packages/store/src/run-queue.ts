import { type Kysely, sql } from 'kysely';
import { fromRow, type RunRecord } from './runs.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';
import type { Claim, Work, WorkQueue } from './work-queue.ts';

/** A run, and the claim to it under which a worker takes it further. */
export interface ClaimedRun {
  readonly run: RunRecord;
  /** Who holds the run: this attempt of this worker, and no other. */
  readonly owner: Claim;
}

/**
 * Flow runs for the workers of this installation, over all organisations and sandboxes.
 *
 * An open run has a job in the work queue, always: the two are written together. Whoever claims the job holds the run until
 * it is settled or given back, and says every few seconds that it is still at work. A worker that dies falls silent, its
 * job goes to another, and that one's claim takes the place of its own: what the former writes then is refused.
 */
export interface RunQueue {
  /**
   * Claims the next due run; undefined when none is. Of one organisation no more than `mostOfAnOrganization` are claimed at the
   * same time, by all workers together, so that one that has thousands keeps nobody waiting.
   */
  claim(mostOfAnOrganization?: number): Promise<ClaimedRun | undefined>;
  /** Tells that a claimed run is still worked at; false when it is held no more. */
  heartbeat(run: RunRecord, owner: Claim): Promise<boolean>;
  /** Gives a run back, to be taken up again not before `notBefore`. Does nothing where the claim is lost. */
  release(run: RunRecord, owner: Claim, notBefore: Date): Promise<void>;
  /** The run has ended, or is somebody else's by now: nothing is left of the claim. */
  settle(owner: Claim): Promise<void>;
  /** Ends every claim. Only for a store that no other process can have open (the embedded one), at its start. */
  endClaims(): Promise<void>;
  /** Sends the jobs of open runs that have none. Nothing leaves a run without one; this is what makes sure. */
  sendMissing(): Promise<void>;
  /** A run of any sandbox. */
  find(runId: string): Promise<RunRecord | undefined>;
  /** Whether a run's staged files are still wanted: it is open, or a watermark keeps its unsettled pages. */
  needsStaging(runId: string): Promise<boolean>;
}

const KIND = 'flow-run';

/** The job of a run that is open. */
function runWork(scope: Scope, runId: string, notBefore?: Date): Work {
  const { orgId, sandboxId } = scope;
  return {
    key: runId,
    group: orgId,
    data: { orgId, sandboxId, runId },
    ...(notBefore === undefined ? {} : { notBefore }),
  };
}

/** Sends the jobs of runs that are opened in the same transaction. */
export async function sendRuns(
  database: Kysely<Tables>,
  work: WorkQueue,
  runs: readonly { readonly scope: Scope; readonly id: string }[],
  notBefore?: Date,
): Promise<void> {
  await work.send(
    database,
    KIND,
    runs.map(({ scope, id }) => runWork(scope, id, notBefore)),
  );
}

export function runQueue(database: Kysely<Tables>, work: WorkQueue): RunQueue {
  return {
    async claim(mostOfAnOrganization) {
      for (;;) {
        const claimed = await work.claim(KIND, mostOfAnOrganization);
        if (claimed === undefined) return undefined;
        const run = await take(claimed.data.runId ?? '', claimed.claim);
        if (run !== undefined) return { run, owner: claimed.claim };
        // It has ended meanwhile, cancelled perhaps, or by a worker that died before it could settle.
        await work.settle(database, KIND, claimed.claim);
      }
    },

    async heartbeat(run, owner) {
      if (!(await work.touch(KIND, owner))) return false;
      return (await held(run, owner).select('id').executeTakeFirst()) !== undefined;
    },

    release: (run, owner, notBefore) =>
      database.transaction().execute(async (transaction) => {
        const released = await transaction
          .updateTable('flow_runs')
          .set({ lease_owner: null, updated_at: new Date() })
          .where('org_id', '=', run.scope.orgId)
          .where('sandbox_id', '=', run.scope.sandboxId)
          .where('id', '=', run.id)
          .where('lease_owner', '=', owner)
          .where('completed_at', 'is', null)
          .returning('id')
          .executeTakeFirst();
        await work.settle(transaction, KIND, owner);
        if (released) await work.send(transaction, KIND, [runWork(run.scope, run.id, notBefore)]);
      }),

    settle: (owner) => work.settle(database, KIND, owner),

    endClaims: () => work.endClaims(KIND),

    async sendMissing() {
      const open = await database
        .selectFrom('flow_runs')
        .select(['org_id', 'sandbox_id', 'id'])
        .where('completed_at', 'is', null)
        .execute();
      // Of those that have one no second is sent.
      await sendRuns(
        database,
        work,
        open.map(({ org_id, sandbox_id, id }) => ({ scope: { orgId: org_id, sandboxId: sandbox_id }, id })),
      );
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

  async function take(runId: string, owner: Claim): Promise<RunRecord | undefined> {
    const now = new Date();
    const row = await database
      .updateTable('flow_runs')
      .set({
        lease_owner: owner,
        attempt: sql`attempt + 1`,
        started_at: sql`coalesce(started_at, ${now})`,
        updated_at: now,
      })
      .where('id', '=', runId)
      .where('completed_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? undefined : fromRow(row);
  }

  function held(run: RunRecord, owner: Claim) {
    return database
      .selectFrom('flow_runs')
      .where('org_id', '=', run.scope.orgId)
      .where('sandbox_id', '=', run.scope.sandboxId)
      .where('id', '=', run.id)
      .where('lease_owner', '=', owner)
      .where('completed_at', 'is', null);
  }
}
