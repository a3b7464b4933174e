import { randomBytes, randomUUID } from 'node:crypto';
import { documentOf, secretText, type WebhookDocument } from '@tributary/runner';
import type { Resource, Vault } from '@tributary/store';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { checkedWebhook, WebhookBody } from './webhook-body.ts';

const SECRET_BYTES = 32;
const MOST_WEBHOOKS = 50;

export const WebhookId = Type.Object({ id: Type.String({ maxLength: 100 }) });

const Webhook = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  url: Type.String(),
  events: Type.Array(Type.String()),
  flowIds: Type.Optional(Type.Array(Type.String())),
  state: Type.Enum(['enabled', 'disabled']),
  createdAt: Type.Integer({ description: 'epoch milliseconds' }),
  updatedAt: Type.Integer({ description: 'epoch milliseconds' }),
  createdBy: Type.String(),
});

const WithSecret = Type.Object({
  id: Type.String(),
  secret: Type.String({ description: 'What messages are signed with. It is shown this once.' }),
});

/** Making, looking at, changing and removing webhooks. */
export function registerWebhookRoutes(routes: Routes, { vault }: Pick<Dependencies, 'vault'>): void {
  routes.post(
    '/',
    {
      schema: {
        summary: 'Create a webhook',
        description: 'Answers the secret that its messages are signed with, once.',
        body: WebhookBody,
        response: { 201: WithSecret },
      },
    },
    async (request, reply) => {
      const { store, actor } = sandboxOf(request);
      const webhook = checkedWebhook(request.body);
      const id = randomUUID();
      const { secret, sealedSecret } = newSecret(vault, id);
      await store.transaction(async (transaction) => {
        await transaction.holdName('webhooks');
        const { items } = await transaction.resources('webhook').list({ limit: MOST_WEBHOOKS });
        if (items.length === MOST_WEBHOOKS)
          throw new Problem('conflict', `A sandbox has at most ${MOST_WEBHOOKS} webhooks; remove one.`);
        await transaction.resources('webhook').insert(id, { ...webhook, sealedSecret }, actor);
      });
      return reply.code(201).send({ id, secret });
    },
  );

  routes.get(
    '/',
    {
      schema: { summary: 'List webhooks', response: { 200: Type.Object({ items: Type.Array(Webhook) }) } },
    },
    async (request) => {
      const { items } = await sandboxOf(request).store.resources('webhook').list({ limit: MOST_WEBHOOKS });
      return { items: items.map(shown) };
    },
  );

  routes.get(
    '/:id',
    { schema: { summary: 'Look at a webhook', params: WebhookId, response: { 200: Webhook } } },
    async (request) =>
      shown(found(await sandboxOf(request).store.resources('webhook').get(request.params.id))),
  );

  routes.put(
    '/:id',
    {
      schema: {
        summary: 'Change a webhook',
        description: 'The body is the whole webhook; its secret stays.',
        params: WebhookId,
        body: WebhookBody,
        response: { 200: Webhook },
      },
    },
    async (request) => {
      const { store, actor } = sandboxOf(request);
      const webhook = checkedWebhook(request.body);
      return store.transaction(async (transaction) => {
        const resources = transaction.resources('webhook');
        const before = found(await resources.getForUpdate(request.params.id));
        const { sealedSecret } = documentOf('webhook', before);
        return shown(
          found(await resources.replace(before.id, before.etag, { ...webhook, sealedSecret }, actor)),
        );
      });
    },
  );

  routes.post(
    '/:id/secret',
    {
      schema: {
        summary: 'Give a webhook a new secret',
        description: 'What is told from now on is signed with it. It is answered once.',
        params: WebhookId,
        response: { 200: WithSecret },
      },
    },
    async (request) => {
      const { store, actor } = sandboxOf(request);
      const { secret, sealedSecret } = newSecret(vault, request.params.id);
      return store.transaction(async (transaction) => {
        const resources = transaction.resources('webhook');
        const before = found(await resources.getForUpdate(request.params.id));
        await resources.replace(before.id, before.etag, { ...before.body, sealedSecret }, actor);
        return { id: before.id, secret };
      });
    },
  );

  routes.delete(
    '/:id',
    {
      schema: {
        summary: 'Remove a webhook',
        description: 'What has not been told to it yet is not told any more, and its log goes.',
        params: WebhookId,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await sandboxOf(request).store.transaction(async (transaction) => {
        const isRemoved = await transaction.resources('webhook').remove(request.params.id);
        if (!isRemoved) throw noWebhook();
        await transaction.events.removeDeliveries(request.params.id);
      });
      return reply.code(204).send(null);
    },
  );
}

/** @throws {Problem} where there is none */
export function found(webhook: Resource | undefined): Resource {
  if (webhook === undefined) throw noWebhook();
  return webhook;
}

function noWebhook(): Problem {
  return new Problem('notFound', 'There is no such webhook in this sandbox.');
}

function newSecret(vault: Vault, id: string): Pick<WebhookDocument, 'sealedSecret'> & { secret: string } {
  const secret = secretText(randomBytes(SECRET_BYTES));
  return { secret, sealedSecret: vault.seal(secret, id) };
}

function shown(webhook: Resource) {
  const { name = '', description, url, events, flowIds, state } = documentOf('webhook', webhook);
  return {
    id: webhook.id,
    name,
    ...(description !== undefined && { description }),
    url,
    events: [...events],
    ...(flowIds !== undefined && { flowIds: [...flowIds] }),
    state: state === 'enabled' ? ('enabled' as const) : ('disabled' as const),
    createdAt: webhook.createdAt.getTime(),
    updatedAt: webhook.updatedAt.getTime(),
    createdBy: webhook.createdBy,
  };
}
