import type { EventDelivery } from '@tributary/store';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { found, WebhookId } from './webhook-routes.ts';

const Delivery = Type.Object({
  id: Type.String(),
  eventId: Type.String({ description: 'The id of the CloudEvent, the same in every attempt.' }),
  eventType: Type.String(),
  state: Type.Enum(['pending', 'delivered', 'failed']),
  attempts: Type.Integer(),
  status: Type.Optional(Type.Integer({ description: 'The HTTP status of the last answer.' })),
  problem: Type.Optional(Type.String({ description: 'Why the last attempt did not succeed.' })),
  createdAt: Type.Integer({ description: 'epoch milliseconds' }),
  updatedAt: Type.Integer({ description: 'epoch milliseconds' }),
  dueAt: Type.Optional(Type.Integer({ description: 'When the next attempt is made; epoch milliseconds.' })),
});

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** The log of what a webhook was told, and telling it again. */
export function registerDeliveryRoutes(
  routes: Routes,
  { wakeRunner }: Pick<Dependencies, 'wakeRunner'>,
): void {
  routes.get(
    '/:id/deliveries',
    {
      schema: {
        summary: 'List what a webhook was told',
        description: 'Newest first.',
        params: WebhookId,
        querystring: Type.Object({
          state: Type.Optional(Type.Enum(['pending', 'delivered', 'failed'])),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT })),
          start: Type.Optional(
            Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'How many to leave out first.' }),
          ),
        }),
        response: { 200: Type.Object({ items: Type.Array(Delivery) }) },
      },
    },
    async (request) => {
      const { store } = sandboxOf(request);
      const webhook = found(await store.resources('webhook').get(request.params.id));
      const { state, limit = DEFAULT_LIMIT, start = 0 } = request.query;
      const items = await store.events.deliveries({ webhookId: webhook.id, state, limit, offset: start });
      return { items: items.map(shown) };
    },
  );

  routes.post(
    '/:id/deliveries/:deliveryId/redeliver',
    {
      schema: {
        summary: 'Tell a webhook something again',
        params: Type.Object({
          id: Type.String({ maxLength: 100 }),
          deliveryId: Type.String({ maxLength: 100 }),
        }),
        response: { 200: Delivery },
      },
    },
    async (request) => {
      const { id, deliveryId } = request.params;
      const delivery = await sandboxOf(request).store.transaction((transaction) =>
        transaction.events.redeliver(id, deliveryId),
      );
      if (delivery === undefined)
        throw new Problem('notFound', 'There is no such delivery of this webhook that has ended.');
      wakeRunner();
      return shown(delivery);
    },
  );

  routes.post(
    '/:id/test',
    {
      schema: {
        summary: 'Send a webhook an event of no meaning',
        params: WebhookId,
        response: { 202: Type.Object({ eventType: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { store, actor } = sandboxOf(request);
      const type = 'io.tributary.webhook.tested.v1';
      await store.transaction(async (transaction) => {
        const webhook = found(await transaction.resources('webhook').get(request.params.id));
        await transaction.events.record(
          {
            type,
            flowId: '',
            subject: webhook.id,
            occurredAt: new Date(),
            data: { requestedBy: actor.user },
          },
          [webhook.id],
        );
      });
      wakeRunner();
      return reply.code(202).send({ eventType: type });
    },
  );
}

function shown({ createdAt, updatedAt, dueAt, status, problem, webhookId: _, ...delivery }: EventDelivery) {
  return {
    ...delivery,
    ...(status !== undefined && { status }),
    ...(problem !== undefined && { problem }),
    createdAt: createdAt.getTime(),
    updatedAt: updatedAt.getTime(),
    ...(dueAt !== undefined && { dueAt: dueAt.getTime() }),
  };
}
