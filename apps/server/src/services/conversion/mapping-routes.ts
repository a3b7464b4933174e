import { documentOf, type MappingDocument } from '@tributary/runner';
import type { Actor, Resource, ScopedStore } from '@tributary/store';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';
import { answers, ShownMapping } from './answer-schemas.ts';
import { storeNextVersion } from './change-mapping-set.ts';
import { inputColumns } from './input-columns.ts';
import { writeMappingCsv } from './mapping-csv.ts';
import { MappingBody } from './mapping-set-body.ts';
import { mappingSetAsBody, shownMapping } from './mapping-set-document.ts';
import { existingMappingSet, mappingSetOf } from './stored-mapping-set.ts';

const OfSet = Type.Object({ id: Type.String() });
const OfMapping = Type.Object({ id: Type.String(), mappingId: Type.String() });
const Version = Type.Object({
  version: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'A former version of the set; the newest where it is not given',
    }),
  ),
});
const OneMapping = answers({ 200: ShownMapping });

/** The mappings of a set, one by one. Each change makes the next version of the set. */
export function registerMappings(routes: Routes, dependencies: Dependencies): void {
  routes.get(
    '/mappingSets/:id/mappings',
    {
      schema: {
        summary: 'The mappings of a set',
        description: 'With Accept: text/csv as a file that can be edited and imported.',
        params: OfSet,
        querystring: Version,
        response: answers({ 200: Type.Array(ShownMapping) }),
      },
    },
    async (request, reply) => {
      const { params, query, headers } = request;
      const resource = await mappingSetOf(sandboxOf(request).store, params.id, query.version);
      if (headers.accept?.startsWith('text/csv')) {
        return reply.type('text/csv; charset=utf-8').send(writeMappingCsv(mappingsOf(resource)));
      }
      return mappingsOf(resource).map((mapping) => shownMapping(resource, mapping));
    },
  );

  routes.get(
    '/mappingSets/:id/mappings/:mappingId',
    {
      schema: {
        summary: 'One mapping of a set',
        params: OfMapping,
        querystring: Version,
        response: OneMapping,
      },
    },
    async (request) => {
      const { params, query } = request;
      const resource = await mappingSetOf(sandboxOf(request).store, params.id, query.version);
      return shownMapping(resource, existingMapping(resource, params.mappingId));
    },
  );

  routes.post(
    '/mappingSets/:id/mappings',
    {
      schema: { summary: 'Add a mapping to a set', params: OfSet, body: MappingBody, response: OneMapping },
    },
    async (request) => {
      const { params, body } = request;
      const caller = sandboxOf(request);
      const resource = await changeMappings(dependencies, caller, params.id, (mappings) => [
        ...mappings,
        body,
      ]);
      const added = mappingsOf(resource).at(-1);
      if (added === undefined) throw new Error('a mapping that was added is not there');
      return shownMapping(resource, added);
    },
  );

  routes.put(
    '/mappingSets/:id/mappings/:mappingId',
    {
      schema: { summary: 'Replace a mapping', params: OfMapping, body: MappingBody, response: OneMapping },
    },
    async (request) => {
      const { params, body } = request;
      const { id, mappingId } = params;
      const resource = await changeMappings(dependencies, sandboxOf(request), id, (mappings, indexOf) =>
        mappings.with(indexOf(mappingId), withId(body, mappingId)),
      );
      return shownMapping(resource, existingMapping(resource, mappingId));
    },
  );

  routes.delete(
    '/mappingSets/:id/mappings/:mappingId',
    {
      schema: {
        summary: 'Remove a mapping from a set',
        params: OfMapping,
        response: answers({ 204: Type.Null() }),
      },
    },
    async (request, reply) => {
      const { params } = request;
      await changeMappings(dependencies, sandboxOf(request), params.id, (mappings, indexOf) =>
        mappings.toSpliced(indexOf(params.mappingId), 1),
      );
      return reply.code(204).send(null);
    },
  );
}

type Change = (mappings: readonly unknown[], indexOf: (mappingId: string) => number) => readonly unknown[];

/** Makes the next version of a set, with other mappings. @throws {Problem} with everything that is wrong with them */
async function changeMappings(
  dependencies: Dependencies,
  { store, actor }: { readonly store: ScopedStore; readonly actor: Actor },
  id: string,
  change: Change,
): Promise<Resource> {
  const columns = await inputColumns(
    dependencies,
    store,
    mappingSetAsBody(await existingMappingSet(store, id)),
  );
  return store.transaction(async (tx) => {
    const current = await existingMappingSet(tx, id, 'for update');
    const body = mappingSetAsBody(current);
    const indexOf = (mappingId: string) => mappingsOf(current).indexOf(existingMapping(current, mappingId));
    const changed = { ...body, mappings: [...change(body.mappings, indexOf)] };
    const stored = await storeNextVersion(tx, current, changed, actor, { columns, demandComplete: false });
    return stored.resource;
  });
}

/** The mapping keeps its id, whatever the body says. */
function withId(body: unknown, id: string): unknown {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, id } : body;
}

function mappingsOf(resource: Resource): readonly MappingDocument[] {
  return documentOf('mappingSet', resource).mappings;
}

function existingMapping(resource: Resource, mappingId: string): MappingDocument {
  const mapping = mappingsOf(resource).find((each) => each.id === mappingId);
  if (mapping !== undefined) return mapping;
  throw new Problem('notFound', `The mapping set ${resource.id} has no mapping ${mappingId}.`);
}
