import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { sendDeliveries } from './delivery-queue.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';
import type { WorkQueue } from './work-queue.ts';

/** Something that happened to a flow. */
export interface HappenedEvent {
  readonly id: string;
  /** Such as `io.tributary.flow-run.succeeded.v1`. */
  readonly type: string;
  readonly flowId: string;
  /** The run that it is about. */
  readonly subject: string;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where the telling of one event to one webhook stands. */
export interface EventDelivery {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly webhookId: string;
  /** `failed` is final, unless somebody asks for another attempt. */
  readonly state: DeliveryState;
  readonly attempts: number;
  /** The HTTP status that the last attempt was answered with. */
  readonly status: number | undefined;
  /** Why the last attempt did not succeed. */
  readonly problem: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When the next attempt is made. */
  readonly dueAt: Date | undefined;
}

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** The events of one sandbox. */
export interface Events {
  /**
   * Keeps an event, and what is to be told of it to whom. To be called in the transaction that makes it true: it is told
   * then, and only then.
   */
  record(event: Omit<HappenedEvent, 'id'>, webhookIds: readonly string[]): Promise<void>;
  /** Newest first. */
  deliveries(query: {
    webhookId: string;
    state?: DeliveryState | undefined;
    limit: number;
    offset?: number;
  }): Promise<readonly EventDelivery[]>;
  /** Makes a delivery that has ended due once more; undefined where there is none, or it has not ended. */
  redeliver(webhookId: string, id: string): Promise<EventDelivery | undefined>;
  /** Forgets what was to be told to a webhook that is gone. */
  removeDeliveries(webhookId: string): Promise<void>;
}

export function scopedEvents(database: Kysely<Tables>, scope: Scope, work: WorkQueue): Events {
  const own = () =>
    database
      .selectFrom('event_deliveries')
      .innerJoin('events', (join) =>
        join
          .onRef('events.org_id', '=', 'event_deliveries.org_id')
          .onRef('events.sandbox_id', '=', 'event_deliveries.sandbox_id')
          .onRef('events.id', '=', 'event_deliveries.event_id'),
      )
      .selectAll('event_deliveries')
      .select('events.type')
      .where('event_deliveries.org_id', '=', scope.orgId)
      .where('event_deliveries.sandbox_id', '=', scope.sandboxId);

  return {
    async record({ type, flowId, subject, occurredAt, data }, webhookIds) {
      if (webhookIds.length === 0) return;
      const id = randomUUID();
      const scoped = { org_id: scope.orgId, sandbox_id: scope.sandboxId };
      await database
        .insertInto('events')
        .values({
          ...scoped,
          id,
          type,
          flow_id: flowId,
          subject,
          occurred_at: occurredAt,
          data: JSON.stringify(data),
        })
        .execute();
      const deliveries = webhookIds.map((webhookId) => ({
        ...scoped,
        id: randomUUID(),
        event_id: id,
        webhook_id: webhookId,
        state: 'pending',
        attempts: 0,
        status: null,
        problem: null,
        created_at: occurredAt,
        updated_at: occurredAt,
        due_at: occurredAt,
      }));
      await database.insertInto('event_deliveries').values(deliveries).execute();
      await sendDeliveries(database, work, scope, deliveries);
    },

    async deliveries({ webhookId, state, limit, offset = 0 }) {
      let query = own().where('webhook_id', '=', webhookId);
      if (state !== undefined) query = query.where('state', '=', state);
      const rows = await query
        .orderBy('event_deliveries.created_at', 'desc')
        .orderBy('event_deliveries.id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(fromRow);
    },

    async redeliver(webhookId, id) {
      const now = new Date();
      const row = await database
        .updateTable('event_deliveries')
        .set({ state: 'pending', due_at: now, updated_at: now })
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('webhook_id', '=', webhookId)
        .where('id', '=', id)
        .where('state', '!=', 'pending')
        .returning('id')
        .executeTakeFirst();
      if (row === undefined) return undefined;
      await sendDeliveries(database, work, scope, [{ id, webhook_id: webhookId }]);
      const delivery = await own().where('event_deliveries.id', '=', id).executeTakeFirst();
      return delivery && fromRow(delivery);
    },

    async removeDeliveries(webhookId) {
      await database
        .deleteFrom('event_deliveries')
        .where('org_id', '=', scope.orgId)
        .where('sandbox_id', '=', scope.sandboxId)
        .where('webhook_id', '=', webhookId)
        .execute();
    },
  };
}

function fromRow(row: Selectable<Tables['event_deliveries']> & { type: string }): EventDelivery {
  return {
    id: row.id,
    eventId: row.event_id,
    eventType: row.type,
    webhookId: row.webhook_id,
    // The column's check constraint admits nothing else.
    state: row.state as DeliveryState,
    attempts: row.attempts,
    status: row.status ?? undefined,
    problem: row.problem ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    dueAt: row.due_at ?? undefined,
  };
}
