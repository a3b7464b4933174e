import { registryKinds } from '@tributary/runner';
import type { Resource, SchemasOfClass, ScopedStore } from '@tributary/store';
import { altIdOf, renderId, standardResource, UNION_TAG } from '@tributary/xdm';
import { Type } from 'typebox';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { tenantCollections } from './collections.ts';

/** Resources shown as recent. */
const MAX_RECENT = 10;

const Summary = Type.Object({}, { additionalProperties: true });

const Stats = Type.Object({
  imsOrg: Type.String(),
  tenantId: Type.String({ description: 'Custom fields stand under an underscore and this.' }),
  counts: Type.Object({
    schemas: Type.Integer(),
    mixins: Type.Integer(),
    datatypes: Type.Integer(),
    classes: Type.Integer(),
    unions: Type.Integer(),
  }),
  recentlyCreatedResources: Type.Array(Summary),
  recentlyUpdatedResources: Type.Array(Summary),
  classUsage: Type.Array(Summary),
});

/** `/stats`: the tenant id, and a summary of what the sandbox has defined. */
export function registerStats(routes: Routes): void {
  routes.get(
    '/stats',
    { schema: { summary: 'The tenant id, and what the sandbox has defined', response: { 200: Stats } } },
    async (request) => {
      const { organization, store } = sandboxOf(request);
      const byClass = await store.schemasByClass(UNION_TAG);
      return {
        imsOrg: organization.id,
        tenantId: organization.tenantId,
        counts: await countsOf(store, byClass),
        recentlyCreatedResources: await newestBy('createdAt', store),
        recentlyUpdatedResources: await newestBy('updatedAt', store),
        classUsage: await classUsageOf(store, byClass),
      };
    },
  );
}

async function countsOf(
  store: ScopedStore,
  byClass: readonly SchemasOfClass[],
): Promise<Record<'schemas' | 'mixins' | 'datatypes' | 'classes' | 'unions', number>> {
  const counts = { schemas: 0, mixins: 0, datatypes: 0, classes: 0, unions: 0 };
  for (const { type, kind } of tenantCollections) counts[type] = await store.resources(kind).count();
  return { ...counts, unions: byClass.filter(({ isTagged }) => isTagged).length };
}

async function newestBy(time: 'createdAt' | 'updatedAt', store: ScopedStore) {
  const newest: Resource[] = [];
  for (const kind of registryKinds) {
    const { items } = await store.resources(kind).list({
      order: { path: [time], descending: true },
      members: ['title', 'version'],
      limit: MAX_RECENT,
    });
    newest.push(...items);
  }
  return newest
    .toSorted((a, b) => b[time].getTime() - a[time].getTime())
    .slice(0, MAX_RECENT)
    .map(({ id, body }) => summary({ id, title: String(body.title), version: String(body.version) }));
}

async function classUsageOf(store: ScopedStore, byClass: readonly SchemasOfClass[]) {
  const own = await store.resources('class').getAll(byClass.map(({ classId }) => classId));
  return byClass.map(({ classId, schemas }) => ({
    $id: classId,
    title: own.get(classId)?.body.title ?? standardResource(classId)?.title ?? classId,
    numberOfSchemas: schemas.length,
    schemas: schemas.map(summary),
  }));
}

function summary({ id, title, version }: SchemasOfClass['schemas'][number]) {
  return renderId({
    $id: id,
    'meta:altId': altIdOf(id),
    'meta:resourceType': 'schemas',
    title,
    version,
  });
}
