import { flowsUsing, removeMappingSet } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, MappingSetPage, ShownMappingSet } from './answer-schemas.ts';
import { createMappingSet, type StoredMappingSet, storeNextVersion } from './change-mapping-set.ts';
import { inputColumns } from './input-columns.ts';
import { mappingSetBody } from './mapping-set-body.ts';
import { mappingSetAsBody, shownMappingSet } from './mapping-set-document.ts';
import { ListQuery, nextLink, storeQueryOf } from './mapping-set-list.ts';
import { PatchBody, patchedMappingSet } from './patch-mapping-set.ts';
import { isOn, queryFlag } from './query-flag.ts';
import { existingMappingSet, expandedSchema, mappingSetOf, namesOf } from './stored-mapping-set.ts';

const ById = Type.Object({ id: Type.String() });
const WriteQuery = Type.Object({
  validate: queryFlag('true also refuses a set that leaves out a required field or the primary identity'),
});
const ReadQuery = Type.Object({
  version: Type.Optional(
    Type.Integer({ minimum: 0, description: 'A former version; the newest where it is not given' }),
  ),
  expandSchema: queryFlag('true adds the whole output schema'),
});
const OneSet = answers({ 200: ShownMappingSet });

/** Creating, reading, changing and deleting mapping sets. */
export function registerMappingSets(routes: Routes, dependencies: Dependencies): void {
  registerReads(routes);

  routes.post(
    '/mappingSets',
    {
      schema: {
        summary: 'Create a mapping set',
        querystring: WriteQuery,
        body: mappingSetBody,
        response: OneSet,
      },
    },
    async (request) => {
      const { body, query } = request;
      const { store, actor } = sandboxOf(request);
      const columns = await inputColumns(dependencies, store, body);
      const options = { columns, demandComplete: isOn(query.validate) };
      return shownChange(await createMappingSet(store, body, actor, options));
    },
  );

  routes.put(
    '/mappingSets/:id',
    {
      schema: {
        summary: 'Replace a mapping set by its next version',
        description: 'The former version stays, and flows that name it go on using it.',
        params: ById,
        querystring: WriteQuery,
        body: mappingSetBody,
        response: OneSet,
      },
    },
    async (request) => {
      const { body, query, params } = request;
      const { store, actor } = sandboxOf(request);
      await existingMappingSet(store, params.id);
      const columns = await inputColumns(dependencies, store, body);
      const options = { columns, demandComplete: isOn(query.validate) };
      const stored = await store.transaction(async (tx) => {
        const current = await existingMappingSet(tx, params.id, 'for update');
        return storeNextVersion(tx, current, body, actor, options);
      });
      return shownChange(stored);
    },
  );

  routes.patch(
    '/mappingSets/:id',
    {
      schema: {
        summary: 'Change parts of a mapping set, which makes its next version',
        params: ById,
        querystring: WriteQuery,
        body: PatchBody,
        response: OneSet,
      },
    },
    async (request) => {
      const { body, query, params } = request;
      const { store, actor } = sandboxOf(request);
      const before = await existingMappingSet(store, params.id);
      const columns = await inputColumns(
        dependencies,
        store,
        patchedMappingSet(mappingSetAsBody(before), body),
      );
      const options = { columns, demandComplete: isOn(query.validate) };
      const stored = await store.transaction(async (tx) => {
        const current = await existingMappingSet(tx, params.id, 'for update');
        return storeNextVersion(
          tx,
          current,
          patchedMappingSet(mappingSetAsBody(current), body),
          actor,
          options,
        );
      });
      return shownChange(stored);
    },
  );

  routes.delete(
    '/mappingSets/:id',
    {
      schema: {
        summary: 'Delete a mapping set with all of its versions',
        params: ById,
        response: answers({ 204: Type.Null() }),
      },
    },
    async (request, reply) => {
      await sandboxOf(request).store.transaction((tx) => deleteUnused(tx, request.params.id));
      return reply.code(204).send(null);
    },
  );
}

function registerReads(routes: Routes): void {
  routes.get(
    '/mappingSets',
    {
      schema: {
        summary: 'List mapping sets',
        querystring: ListQuery,
        response: answers({ 200: MappingSetPage }),
      },
    },
    async (request) => {
      const { query } = request;
      const { store } = sandboxOf(request);
      const asked = storeQueryOf(query);
      const page = asked && (await store.resources('mappingSet').list(asked));
      const items = page?.items ?? [];
      const schemas = await Promise.all(
        items.map((item) => (isOn(query.expandSchema) ? expandedSchema(store, item) : undefined)),
      );
      return {
        data: items.map((item, index) => shownMappingSet(item, schemas[index])),
        _page: { count: items.length, limit: query.limit },
        _links: page?.next === undefined ? {} : { next: nextLink(query) },
      };
    },
  );

  routes.get(
    '/mappingSets/:id',
    { schema: { summary: 'One mapping set', params: ById, querystring: ReadQuery, response: OneSet } },
    async (request) => {
      const { params, query } = request;
      const { store } = sandboxOf(request);
      const resource = await mappingSetOf(store, params.id, query.version);
      return shownMappingSet(
        resource,
        isOn(query.expandSchema) ? await expandedSchema(store, resource) : undefined,
      );
    },
  );
}

function shownChange({ resource, checked }: StoredMappingSet) {
  const shown = shownMappingSet(resource);
  return checked.lossy.length === 0 ? shown : { ...shown, warnings: checked.lossy };
}

async function deleteUnused(store: ScopedStore, id: string): Promise<void> {
  const current = await existingMappingSet(store, id, 'for update');
  const flows = await flowsUsing(store, id);
  if (flows.length > 0) {
    const message = `The mapping set is used by the flows ${namesOf(flows)}. Delete those first.`;
    throw new Problem('conflict', message, {
      violations: flows.map((flow) => ({ path: flow.id, message: 'this flow uses it' })),
    });
  }
  await removeMappingSet(store, current);
}
