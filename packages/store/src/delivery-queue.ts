import { type Kysely, sql } from 'kysely';
import type { HappenedEvent } from './events.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';
import type { Claim, ClaimedWork, WorkQueue } from './work-queue.ts';

const KIND = 'event-delivery';

/** An event that is to be told to a webhook now, and the claim under which one worker does. */
export interface ClaimedDelivery {
  readonly scope: Scope;
  readonly id: string;
  readonly webhookId: string;
  readonly event: HappenedEvent;
  /** How often it was attempted before. */
  readonly attempts: number;
  readonly claim: Claim;
}

/** How an attempt to tell ended. */
export interface DeliveryOutcome {
  /** The HTTP status of the answer; undefined where none came. */
  readonly status: number | undefined;
  /** Undefined: it was taken. */
  readonly problem: string | undefined;
  /** When it is attempted again; undefined: never. */
  readonly again: Date | undefined;
}

/** Deliveries for the workers of this installation, over all organisations and sandboxes. */
export interface DeliveryQueue {
  /** Claims the next delivery that is due. Of one webhook no two are claimed at the same time. */
  claim(): Promise<ClaimedDelivery | undefined>;
  heartbeat(claim: Claim): Promise<boolean>;
  /** Logs how an attempt ended, and gives up the claim. */
  settle(delivery: ClaimedDelivery, outcome: DeliveryOutcome): Promise<void>;
  /** Ends every claim. Only for a store that no other process can have open (the embedded one), at its start. */
  endClaims(): Promise<void>;
}

export async function sendDeliveries(
  database: Kysely<Tables>,
  work: WorkQueue,
  { orgId, sandboxId }: Scope,
  deliveries: readonly { readonly id: string; readonly webhook_id: string }[],
  notBefore?: Date,
): Promise<void> {
  await work.send(
    database,
    KIND,
    deliveries.map(({ id, webhook_id }) => ({
      key: id,
      group: webhook_id,
      data: { orgId, sandboxId, deliveryId: id },
      ...(notBefore === undefined ? {} : { notBefore }),
    })),
  );
}

export function deliveryQueue(database: Kysely<Tables>, work: WorkQueue): DeliveryQueue {
  return {
    async claim() {
      for (;;) {
        const [claimed] = await claimAlone();
        if (claimed === undefined) return undefined;
        const { orgId = '', sandboxId = '', deliveryId = '' } = claimed.data;
        const delivery = await find({ orgId, sandboxId }, deliveryId, claimed.claim);
        if (delivery !== undefined) return delivery;
        // Its webhook is gone, or it was delivered by a worker that died before it could say so to the queue.
        await work.settle(database, KIND, [claimed.claim]);
      }
    },

    heartbeat: (claim) => work.touch(KIND, claim),

    settle: ({ scope, id, webhookId, claim }, { status, problem, again }) =>
      database.transaction().execute(async (transaction) => {
        const state = problem === undefined ? 'delivered' : again === undefined ? 'failed' : 'pending';
        await transaction
          .updateTable('event_deliveries')
          .set({
            state,
            attempts: sql`attempts + 1`,
            status: status ?? null,
            problem: problem ?? null,
            due_at: again ?? null,
            updated_at: new Date(),
          })
          .where('org_id', '=', scope.orgId)
          .where('sandbox_id', '=', scope.sandboxId)
          .where('id', '=', id)
          .execute();
        await work.settle(transaction, KIND, [claim]);
        if (again) await sendDeliveries(transaction, work, scope, [{ id, webhook_id: webhookId }], again);
      }),

    endClaims: () => work.endClaims(KIND),
  };

  /** Two that claim at the same moment would both find that nobody tells the webhook anything. */
  function claimAlone(): Promise<readonly ClaimedWork[]> {
    return database.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('a delivery is claimed', 0))`.execute(
        transaction,
      );
      return work.claim(KIND, 1, 1, transaction);
    });
  }

  async function find(scope: Scope, id: string, claim: Claim): Promise<ClaimedDelivery | undefined> {
    const row = await database
      .selectFrom('event_deliveries')
      .innerJoin('events', (join) =>
        join
          .onRef('events.org_id', '=', 'event_deliveries.org_id')
          .onRef('events.sandbox_id', '=', 'event_deliveries.sandbox_id')
          .onRef('events.id', '=', 'event_deliveries.event_id'),
      )
      .select(['webhook_id', 'attempts', 'events.id', 'type', 'flow_id', 'subject', 'occurred_at', 'data'])
      .where('event_deliveries.org_id', '=', scope.orgId)
      .where('event_deliveries.sandbox_id', '=', scope.sandboxId)
      .where('event_deliveries.id', '=', id)
      .where('state', '=', 'pending')
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { flow_id: flowId, occurred_at: occurredAt, type, subject, data } = row;
    const event = { id: row.id, type, flowId, subject, occurredAt, data };
    return { scope, id, webhookId: row.webhook_id, event, attempts: row.attempts, claim };
  }
}
