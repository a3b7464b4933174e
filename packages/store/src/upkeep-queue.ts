import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';
import type { Claim, WorkQueue } from './work-queue.ts';

const KIND = 'upkeep';

/** There is one job of this kind, ever: one process at a time does it. */
const JOB = { key: 'upkeep', group: 'upkeep', data: {} };

/** The upkeep of the whole installation, which some process does from time to time. */
export interface UpkeepQueue {
  /** Has the upkeep done at a time, unless it is planned or under way already. */
  plan(at: Date): Promise<void>;
  /** Claims it where it is due. */
  claim(): Promise<Claim | undefined>;
  heartbeat(claim: Claim): Promise<boolean>;
  /** Gives up the claim; the upkeep is due again at `next`. */
  settle(claim: Claim, next: Date): Promise<void>;
  /** Ends every claim. Only for a store that no other process can have open (the embedded one), at its start. */
  endClaims(): Promise<void>;
}

export function upkeepQueue(database: Kysely<Tables>, work: WorkQueue): UpkeepQueue {
  return {
    plan: (at) => work.send(database, KIND, [{ ...JOB, notBefore: at }]),
    claim: async () => (await work.claim(KIND, 1))[0]?.claim,
    heartbeat: (claim) => work.touch(KIND, claim),
    settle: (claim, next) =>
      database.transaction().execute(async (transaction) => {
        await work.settle(transaction, KIND, [claim]);
        await work.send(transaction, KIND, [{ ...JOB, notBefore: next }]);
      }),
    endClaims: () => work.endClaims(KIND),
  };
}
