import { type Kysely, sql } from 'kysely';
import { fromRow, type RunRecord, type RunRow } from './runs.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';
import type { Claim, ClaimedWork, Work, WorkQueue } from './work-queue.ts';

/** A run, and the claim to it under which a worker takes it further. */
export interface ClaimedRun {
  readonly run: RunRecord;
  /** Under which this attempt of this worker holds the run, and no other. */
  readonly claim: Claim;
}

/** What a run has left that may have to be removed. */
export interface LeftByRun {
  readonly run: RunRecord | undefined;
  /** Whether its staged files are still wanted: it is open, or a watermark keeps its unsettled pages. */
  readonly needsStaging: boolean;
}

/**
 * Flow runs for the workers of this installation, over all organisations and sandboxes.
 *
 * An open run has a job in the work queue, always: the two are written together. Whoever claims the job holds
 * the run until it is settled or given back, and says every few seconds that it is still at work. A worker
 * that dies falls silent, its job goes to another, and that one's claim takes the place of its own: what the
 * former writes then is refused.
 */
export interface RunQueue {
  /**
   * Claims the next due run; undefined when none is. Of one organisation no more than `mostOfAnOrganization`
   * are claimed at the same time, by all workers together, so that one that has thousands keeps nobody
   * waiting.
   */
  claim(mostOfAnOrganization?: number): Promise<ClaimedRun | undefined>;
  /** As `claim`, the next `most` at once; fewer where no more are due, or some have ended meanwhile. */
  claimSome(most: number, mostOfAnOrganization?: number): Promise<readonly ClaimedRun[]>;
  /** Tells that a claimed run is still worked at; false when it is held no more. */
  heartbeat(run: RunRecord, claim: Claim): Promise<boolean>;
  /** Gives a run back, to be taken up again not before `notBefore`. Does nothing where the claim is lost. */
  release(run: RunRecord, claim: Claim, notBefore: Date): Promise<void>;
  /** The run has ended, or is somebody else's by now: nothing is left of the claim. */
  settle(...claims: readonly Claim[]): Promise<void>;
  /**
   * Ends every claim. Only for a store that no other process can have open (the embedded one), at its start.
   */
  endClaims(): Promise<void>;
  /**
   * Sends the jobs of open runs that have none. Nothing leaves a run without one; this is what makes sure.
   */
  sendMissing(): Promise<void>;
  /** A run of any sandbox, if it is kept, and whether what it has staged is. */
  leftBy(runId: string): Promise<LeftByRun>;
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
        const claimed = await work.claim(KIND, 1, mostOfAnOrganization);
        if (claimed.length === 0) return undefined;
        const [run] = await take(claimed);
        if (run !== undefined) return run;
      }
    },

    claimSome: async (most, mostOfAnOrganization) => take(await work.claim(KIND, most, mostOfAnOrganization)),

    async heartbeat(run, claim) {
      if (!(await work.touch(KIND, claim))) return false;
      return (await held(run, claim).select('id').executeTakeFirst()) !== undefined;
    },

    release: (run, claim, notBefore) =>
      database.transaction().execute(async (transaction) => {
        const released = await transaction
          .updateTable('flow_runs')
          .set({ lease_owner: null, updated_at: new Date() })
          .where('org_id', '=', run.scope.orgId)
          .where('sandbox_id', '=', run.scope.sandboxId)
          .where('id', '=', run.id)
          .where('lease_owner', '=', claim)
          .where('completed_at', 'is', null)
          .returning('id')
          .executeTakeFirst();
        await work.settle(transaction, KIND, [claim]);
        if (released) await work.send(transaction, KIND, [runWork(run.scope, run.id, notBefore)]);
      }),

    settle: (...claims) => work.settle(database, KIND, claims),

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

    async leftBy(runId) {
      const { rows } = await sql<RunRow & { id: string | null; has_unsettled: boolean }>`
        select flow_runs.*, exists (
          select 1 from watermarks where run_id = sought.id and unsettled_pages <> '[]') as has_unsettled
        from (select ${runId}::text as id) as sought left join flow_runs on flow_runs.id = sought.id`.execute(
        database,
      );
      const [row] = rows;
      const run = row === undefined || row.id === null ? undefined : fromRow(row);
      const isOpen = run !== undefined && run.completedAt === undefined;
      return { run, needsStaging: isOpen || row?.has_unsettled === true };
    },
  };

  /**
   * Of jobs that were claimed, those whose runs are open; the others have ended meanwhile, cancelled perhaps.
   */
  async function take(claimed: readonly ClaimedWork[]): Promise<readonly ClaimedRun[]> {
    if (claimed.length === 0) return [];
    const claims = sql`unnest(${claimed.map(({ data }) => data.runId)}::text[], ${claimed.map(({ claim }) => claim)}::text[])
      as claimed (run_id, claim)`;
    const now = new Date();
    const { rows } = await sql<RunRow>`
      update flow_runs set lease_owner = claimed.claim, attempt = attempt + 1, started_at = coalesce(started_at, ${now}),
        updated_at = ${now}
      from ${claims} where id = claimed.run_id and completed_at is null returning flow_runs.*`.execute(
      database,
    );
    const runs = new Map(rows.map((row) => [row.id, fromRow(row)]));
    const taken: ClaimedRun[] = [];
    const over: Claim[] = [];
    for (const { claim, data } of claimed) {
      const run = runs.get(data.runId ?? '');
      if (run === undefined) over.push(claim);
      else taken.push({ run, claim });
    }
    await work.settle(database, KIND, over);
    return taken;
  }

  function held(run: RunRecord, claim: Claim) {
    return database
      .selectFrom('flow_runs')
      .where('org_id', '=', run.scope.orgId)
      .where('sandbox_id', '=', run.scope.sandboxId)
      .where('id', '=', run.id)
      .where('lease_owner', '=', claim)
      .where('completed_at', 'is', null);
  }
}
