import { randomUUID } from 'node:crypto';
import { documentOf } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { parsePropertyFilters } from '../../http/property-filter.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { checkMappingSet, refuseErrors } from './check-mapping-set.ts';
import { type MappingSetBody, mappingSetBody, outputSchemaOf } from './mapping-set-body.ts';
import { mappingSetDocument, shownMapping, shownMappingSet } from './mapping-set-document.ts';

const byId = Type.Object({ id: Type.String() });
const listQuery = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
  start: Type.Integer({ minimum: 0, default: 0 }),
  name: Type.Optional(Type.String()),
  orderBy: Type.Optional(Type.String()),
  property: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  expandSchema: Type.Optional(Type.Boolean()),
});

/** Creating, reading, replacing and deleting mapping sets. */
export function registerMappingSets(routes: Routes): void {
  routes.post(
    '/mappingSets',
    { schema: { summary: 'Create a mapping set', body: mappingSetBody, response: { 200: shownSet } } },
    async (request) => {
      const { store, actor } = sandboxOf(request);
      return store.transaction(async (tx) => {
        await holdOutputSchema(tx, request.body);
        const checked = await checkMappingSet(tx, request.body);
        refuseErrors(checked.errors);
        const body = { ...mappingSetDocument(request.body, checked) };
        return shownMappingSet(await tx.resources('mappingSet').insert(randomUUID(), body, actor));
      });
    },
  );

  routes.get(
    '/mappingSets',
    { schema: { summary: 'List mapping sets', querystring: listQuery } },
    async (request) => {
      const { limit, start, name, orderBy, property } = request.query;
      const filters = [
        ...parsePropertyFilters(property).map((filter) => ({ ...filter, path: storedPath(filter.path) })),
        ...(name === undefined ? [] : [{ path: ['name'], operator: '==' as const, value: name }]),
      ];
      const sets = sandboxOf(request).store.resources('mappingSet');
      const page = await sets.list({ filters, limit, offset: start, order: orderOf(orderBy) });
      const next = page.next && {
        href: `/mappingSets?limit=${limit}&start=${start + limit}`,
        templated: false,
      };
      return {
        data: page.items.map(shownMappingSet),
        _page: { count: page.items.length, limit },
        _links: next ? { next } : {},
      };
    },
  );

  routes.get('/mappingSets/:id', { schema: { summary: 'One mapping set', params: byId } }, async (request) =>
    shownMappingSet(await existing(sandboxOf(request).store, request.params.id)),
  );

  routes.put(
    '/mappingSets/:id',
    {
      schema: {
        summary: 'Replace a mapping set',
        params: byId,
        body: mappingSetBody,
        response: { 200: shownSet },
      },
    },
    async (request) => {
      const { store, actor } = sandboxOf(request);
      return store.transaction(async (tx) => {
        const current = await existing(tx, request.params.id, 'for update');
        const checked = await checkMappingSet(tx, request.body);
        refuseErrors(checked.errors);
        if (documentOf('mappingSet', current).outputSchemaId !== checked.schema.id) {
          throw new Problem(
            'invalidBody',
            'The output schema of a mapping set cannot change. Create another mapping set.',
            {
              violations: [{ path: '/outputSchema/schemaRef/id', message: 'must stay the same' }],
            },
          );
        }
        const body = { ...mappingSetDocument(request.body, checked) };
        const replaced = await tx.resources('mappingSet').replace(current.id, current.etag, body, actor);
        if (replaced === undefined)
          throw new Error(`mapping set ${current.id} changed while its row was locked`);
        return shownMappingSet(replaced);
      });
    },
  );

  routes.delete(
    '/mappingSets/:id',
    { schema: { summary: 'Delete a mapping set', params: byId } },
    async (request, reply) => {
      await sandboxOf(request).store.transaction(async (tx) => {
        const { id } = await existing(tx, request.params.id, 'for update');
        const uses = [{ path: ['transformations'], operator: '~' as const, value: id }];
        const users = await tx.resources('flow').list({ filters: uses, limit: 20 });
        if (users.items.length > 0) {
          const names = users.items.map((flow) => flow.id).join(', ');
          throw new Problem('conflict', `The mapping set is used by the flows ${names}. Delete those first.`);
        }
        await tx.resources('mappingSet').remove(id);
      });
      return reply.code(204).send();
    },
  );

  routes.get(
    '/mappingSets/:id/mappings',
    { schema: { summary: 'The mappings of a set', params: byId } },
    async (request) => {
      const resource = await existing(sandboxOf(request).store, request.params.id);
      return documentOf('mappingSet', resource).mappings.map((mapping) => shownMapping(resource, mapping));
    },
  );

  routes.get(
    '/mappingSets/:id/mappings/:mappingId',
    {
      schema: {
        summary: 'One mapping of a set',
        params: Type.Object({ id: Type.String(), mappingId: Type.String() }),
      },
    },
    async (request) => {
      const { id, mappingId } = request.params;
      const resource = await existing(sandboxOf(request).store, id);
      const mapping = documentOf('mappingSet', resource).mappings.find((each) => each.id === mappingId);
      if (mapping === undefined)
        throw new Problem('notFound', `The mapping set ${id} has no mapping ${mappingId}.`);
      return shownMapping(resource, mapping);
    },
  );
}

const shownSet = Type.Object({ id: Type.String(), version: Type.Integer() }, { additionalProperties: true });

async function existing(store: ScopedStore, id: string, forUpdate?: 'for update'): Promise<Resource> {
  const sets = store.resources('mappingSet');
  const resource = await (forUpdate ? sets.getForUpdate(id) : sets.get(id));
  if (resource === undefined) throw new Problem('notFound', `There is no mapping set ${id} in this sandbox.`);
  return resource;
}

/** Keeps others from deleting the schema that the new set is about to name; one that is gone is told by the check. */
async function holdOutputSchema(store: ScopedStore, body: MappingSetBody): Promise<void> {
  const output = outputSchemaOf(body);
  if (output !== undefined) await store.resources('schema').getForUpdate(output.id);
}

/** Where a shown property is kept. */
function storedPath(path: readonly string[]): readonly string[] {
  return path.join('.') === 'xdmSchema' ? ['outputSchemaId'] : path;
}

/** `createdDate` or `updatedDate`, with `+` or `-` before it; newest first where nothing is asked for. */
function orderOf(orderBy: string | undefined) {
  const field = orderBy?.replace(/^[+\- ]/, '') ?? 'createdDate';
  const path =
    field === 'updatedDate' || field === 'modifiedDate'
      ? 'updatedAt'
      : field === 'createdDate'
        ? 'createdAt'
        : field;
  return { path: [path], descending: orderBy === undefined || orderBy.startsWith('-') };
}
