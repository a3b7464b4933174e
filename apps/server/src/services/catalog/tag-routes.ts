import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { refusals } from './answer-schemas.ts';
import { type Collection, listObjects } from './list-objects.ts';
import { batches } from './shown-batch.ts';
import { dataSets } from './shown-data-set.ts';
import { sortKeysOf } from './sort-keys.ts';

/** Objects of one type that are looked at, the newest ones. */
const MAX_OBJECTS = 1_000;

const TAGGED: readonly (readonly [string, Collection])[] = [
  ['dataSets', dataSets],
  ['batches', batches],
];

/** `/tags/{namespace}`: what has a tag, and which values it has there. A tag's name may hold slashes. */
export function registerTags(routes: Routes): void {
  routes.get(
    '/tags/*',
    {
      schema: {
        summary: 'The values of a tag, and the objects that have it',
        description: `Of the newest ${MAX_OBJECTS} objects of each type with the tag. The last part of the path is the tag’s name, such as \`adobe/pqs/table\`.`,
        deprecated: true,
        params: Type.Object({ '*': Type.String({ minLength: 1, maxLength: 500 }) }),
        response: {
          200: Type.Intersect([
            Type.Object({
              objectType: Type.Record(Type.String(), Type.Array(Type.String()), {
                description: 'References such as `@/dataSets/{id}`, by type.',
              }),
            }),
            Type.Object({}, { additionalProperties: true, description: 'Under the tag’s name its values.' }),
          ]),
          ...refusals,
        },
      },
    },
    async (request) => {
      const tag = request.params['*'];
      const caller = sandboxOf(request);
      const objectType: Record<string, string[]> = {};
      const values = new Set<string>();
      for (const [type, collection] of TAGGED) {
        const tagged = await withTag(caller, collection, tag);
        if (tagged.length > 0) objectType[type] = tagged.map(({ id }) => `@/${type}/${id}`);
        for (const one of tagged) for (const value of one.values) values.add(value);
      }
      if (Object.keys(objectType).length === 0) {
        throw new Problem('notFound', `Nothing in this sandbox has the tag '${tag}'.`);
      }
      return { objectType, [tag]: [...values].toSorted() };
    },
  );
}

async function withTag(caller: SandboxedCaller, collection: Collection, tag: string) {
  const path = collection.storedPath(['tags', tag]) ?? ['tags', tag];
  const listed = await listObjects(caller, collection, {
    conditions: [{ stored: { path, operator: 'exists', value: '' } }],
    keys: sortKeysOf(undefined, collection.sortable),
    page: { start: 0, limit: MAX_OBJECTS },
  });
  return listed.map(({ resource, shown }) => {
    const { tags = {} } = shown;
    const values = Object.entries(tags as object).find(([name]) => name === tag)?.[1];
    return { id: resource.id, values: Array.isArray(values) ? values.map(String) : [] };
  });
}
