import { type RegistryResource, renderId, standardResource } from '@tributary/xdm';
import { Type } from 'typebox';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { allTenantResources } from './tenant-resources.ts';

/** Resources shown as recent. */
const MAX_RECENT = 10;

const UNION_TAG = 'union';

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
      const resources = await allTenantResources(store);
      return {
        imsOrg: organization.id,
        tenantId: organization.tenantId,
        counts: countsOf(resources),
        recentlyCreatedResources: newestBy('repo:createdDate', resources),
        recentlyUpdatedResources: newestBy('repo:lastModifiedDate', resources),
        classUsage: classUsageOf(resources),
      };
    },
  );
}

function countsOf(resources: readonly RegistryResource[]) {
  const count = (type: string) =>
    resources.filter((resource) => resource['meta:resourceType'] === type).length;
  const unionClasses = new Set(resources.filter(isInUnion).map((resource) => resource['meta:class']));
  return {
    schemas: count('schemas'),
    mixins: count('mixins'),
    datatypes: count('datatypes'),
    classes: count('classes'),
    unions: unionClasses.size,
  };
}

function isInUnion(resource: RegistryResource): boolean {
  const tags = resource['meta:immutableTags'];
  return Array.isArray(tags) && tags.includes(UNION_TAG);
}

function newestBy(date: string, resources: readonly RegistryResource[]) {
  const dateOf = (resource: RegistryResource) => {
    const metadata = Object.entries(resource['meta:registryMetadata'] ?? {});
    return Number(metadata.find(([name]) => name === date)?.[1] ?? 0);
  };
  return resources
    .toSorted((a, b) => dateOf(b) - dateOf(a))
    .slice(0, MAX_RECENT)
    .map(renderId);
}

function classUsageOf(resources: readonly RegistryResource[]) {
  const schemas = resources.filter((resource) => resource['meta:resourceType'] === 'schemas');
  const byClass = Map.groupBy(schemas, (schema) => schema['meta:class'] ?? '');
  return Array.from(byClass, ([$id, members]) => ({
    $id,
    title: (resources.find((resource) => resource.$id === $id) ?? standardResource($id))?.title ?? $id,
    numberOfSchemas: members.length,
    schemas: members.map(renderId),
  }));
}
