import type { Kysely } from 'kysely';
import { fromRow, type RunRecord } from './runs.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';
import type { Claim, WorkQueue } from './work-queue.ts';

const KIND = 'partition-reading';

/** A run whose holder wants others to read partitions of it too. */
export interface ClaimedReading {
  readonly run: RunRecord;
  /** Its holder's, in whose name is read: nothing that is read after the holder has lost the run is kept. */
  readonly runClaim: Claim;
  /** The reader's, to the invitation. */
  readonly claim: Claim;
}

/** Invitations to read partitions of runs, over all organisations and sandboxes. */
export interface ReadingQueue {
  /** Asks for `readers` more readers of a run. Whoever was asked and has not come yet is not asked twice. */
  invite(run: RunRecord, runClaim: Claim, readers: number): Promise<void>;
  claim(): Promise<ClaimedReading | undefined>;
  heartbeat(claim: Claim): Promise<boolean>;
  settle(claim: Claim): Promise<void>;
  /** Ends every claim. Only for a store that no other process can have open (the embedded one), at its start. */
  endClaims(): Promise<void>;
}

export function readingQueue(database: Kysely<Tables>, work: WorkQueue): ReadingQueue {
  return {
    async invite({ scope, id }, runClaim, readers) {
      const { orgId, sandboxId } = scope;
      const invitations = Array.from({ length: readers }, (_, number) => ({
        key: `${id}/${number}`,
        group: orgId,
        data: { orgId, sandboxId, runId: id, runClaim },
      }));
      await work.send(database, KIND, invitations);
    },

    async claim() {
      for (;;) {
        const [claimed] = await work.claim(KIND, 1);
        if (claimed === undefined) return undefined;
        const { orgId = '', sandboxId = '', runId = '', runClaim = '' } = claimed.data;
        const run = await heldRun({ orgId, sandboxId }, runId, runClaim);
        // `invite` wrote it there.
        if (run !== undefined) return { run, runClaim: runClaim as Claim, claim: claimed.claim };
        await work.settle(database, KIND, [claimed.claim]);
      }
    },

    heartbeat: (claim) => work.touch(KIND, claim),
    settle: (claim) => work.settle(database, KIND, [claim]),
    endClaims: () => work.endClaims(KIND),
  };

  async function heldRun(scope: Scope, runId: string, runClaim: string): Promise<RunRecord | undefined> {
    const row = await database
      .selectFrom('flow_runs')
      .selectAll()
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandboxId)
      .where('id', '=', runId)
      .where('lease_owner', '=', runClaim)
      .where('state', '=', 'extracting')
      .executeTakeFirst();
    return row && fromRow(row);
  }
}
