import type { Kysely } from 'kysely';
import { fromRow, type RunRecord } from './runs.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';
import type { Claim, WorkQueue } from './work-queue.ts';

const KIND = 'partition-reading';

/** A run whose holder wants others to read partitions of it too, and the claim under which one does. */
export interface ClaimedReading {
  readonly run: RunRecord;
  /** The run's holder, in whose name is read: nothing that is read after it has lost the run is kept. */
  readonly holder: Claim;
  readonly claim: Claim;
}

/** Invitations to read partitions of runs, over all organisations and sandboxes. */
export interface ReadingQueue {
  /** Asks for `readers` more readers of a run. Whoever was asked and has not come yet is not asked twice. */
  invite(run: RunRecord, holder: Claim, readers: number): Promise<void>;
  claim(): Promise<ClaimedReading | undefined>;
  heartbeat(claim: Claim): Promise<boolean>;
  settle(claim: Claim): Promise<void>;
  /** Ends every claim. Only for a store that no other process can have open (the embedded one), at its start. */
  endClaims(): Promise<void>;
}

export function readingQueue(database: Kysely<Tables>, work: WorkQueue): ReadingQueue {
  return {
    async invite({ scope, id }, holder, readers) {
      const { orgId, sandboxId } = scope;
      const invitations = Array.from({ length: readers }, (_, number) => ({
        key: `${id}/${number}`,
        group: orgId,
        data: { orgId, sandboxId, runId: id, holder },
      }));
      await work.send(database, KIND, invitations);
    },

    async claim() {
      for (;;) {
        const [claimed] = await work.claim(KIND, 1);
        if (claimed === undefined) return undefined;
        const { orgId = '', sandboxId = '', runId = '', holder = '' } = claimed.data;
        const run = await heldRun({ orgId, sandboxId }, runId, holder);
        // `invite` wrote the holder's claim there.
        if (run !== undefined) return { run, holder: holder as Claim, claim: claimed.claim };
        await work.settle(database, KIND, [claimed.claim]);
      }
    },

    heartbeat: (claim) => work.touch(KIND, claim),
    settle: (claim) => work.settle(database, KIND, [claim]),
    endClaims: () => work.endClaims(KIND),
  };

  async function heldRun(scope: Scope, runId: string, holder: string): Promise<RunRecord | undefined> {
    const row = await database
      .selectFrom('flow_runs')
      .selectAll()
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandboxId)
      .where('id', '=', runId)
      .where('lease_owner', '=', holder)
      .where('state', '=', 'extracting')
      .executeTakeFirst();
    return row && fromRow(row);
  }
}
