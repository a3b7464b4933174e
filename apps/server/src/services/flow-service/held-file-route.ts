import { describeHeldItem } from '@tributary/runner';
import { type Static, Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { answers, Id, listOf } from './answer-schemas.ts';
import { readToken, writeToken } from './continuation-token.ts';
import { DEFAULT_LIMIT, isCountOnly, Limit, ListQuery } from './list-request.ts';
import { ResourceNotFound } from './refusal.ts';

const HeldFileQuery = Type.Pick(ListQuery, ['limit', 'continuationToken', 'count']);

const HeldFile = Type.Object({
  name: Type.String({ description: 'Its path' }),
  code: Type.String(),
  message: Type.String({ description: 'What is wrong with it' }),
  runId: Type.String({ description: 'The run that found it' }),
  sinceUTC: Type.Integer({ description: 'epoch milliseconds' }),
});

const Continuation = Type.Object({ limit: Limit, after: Type.String() });

/** `GET /flows/{id}/heldFiles`: all files that a flow holds back by now, of which its runs show the first. */
export function registerHeldFileRoute(routes: Routes): void {
  routes.get(
    '/flows/:id/heldFiles',
    {
      schema: {
        summary: 'List the files that a flow holds back',
        description: 'By name. They could not be read, and land once they are mended.',
        params: Id,
        querystring: HeldFileQuery,
        response: answers({ 200: listOf(HeldFile) }),
      },
    },
    async (request) => {
      const caller = sandboxOf(request);
      const { id } = request.params;
      if ((await caller.store.resources('flow').get(id)) === undefined)
        throw new ResourceNotFound('flows', id);
      return listHeldFiles(caller, id, request.query);
    },
  );
}

async function listHeldFiles(
  { store }: SandboxedCaller,
  flowId: string,
  query: Static<typeof HeldFileQuery>,
) {
  if (isCountOnly(query)) return { items: [], _links: {}, count: await store.heldItems.count(flowId) };
  const continuation = query.continuationToken ? readToken(query.continuationToken, Continuation) : undefined;
  const limit = query.limit ?? continuation?.limit ?? DEFAULT_LIMIT;
  const found = await store.heldItems.page(flowId, limit + 1, continuation?.after);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next =
    found.length > limit && last !== undefined
      ? `/flows/${flowId}/heldFiles?continuationToken=${writeToken({ limit, after: last.name })}`
      : undefined;
  return { items: page.map(describeHeldItem), _links: next === undefined ? {} : { next: { href: next } } };
}
