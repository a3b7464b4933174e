import type { ScopedStore } from '@tributary/store';
import type { RegistryResource } from '@tributary/xdm';
import { allResources } from '../all-resources.ts';
import { type TenantCollection, tenantCollections } from './collections.ts';

/** All of a sandbox's own resources of a collection, oldest first. */
export async function tenantResources(
  store: ScopedStore,
  { kind }: TenantCollection,
): Promise<readonly RegistryResource[]> {
  const oldestFirst = { path: ['createdAt'], descending: false };
  const resources = await allResources(store.resources(kind), oldestFirst);
  return resources.map(({ body }) => asRegistryResource(body));
}

/** All of a sandbox's own resources. */
export async function allTenantResources(store: ScopedStore): Promise<readonly RegistryResource[]> {
  const resources: RegistryResource[] = [];
  for (const collection of tenantCollections) resources.push(...(await tenantResources(store, collection)));
  return resources;
}

/** One of a sandbox's own resources, by its `$id`. */
export async function tenantResource(
  store: ScopedStore,
  { kind }: TenantCollection,
  id: string,
): Promise<RegistryResource | undefined> {
  const resource = await store.resources(kind).get(id);
  return resource && asRegistryResource(resource.body);
}

/** Its title's holder: titles are unique over all kinds of a tenant's resources. */
export async function resourceTitled(store: ScopedStore, title: string): Promise<string | undefined> {
  for (const { kind } of tenantCollections) {
    const { items } = await store.resources(kind).list({
      filters: [{ path: ['title'], operator: '==', value: title }],
      limit: 1,
    });
    if (items[0] !== undefined) return items[0].id;
  }
  return undefined;
}

/**
 * The `$id` that a path segment means: an `$id`, or a `meta:altId` with or without its leading underscore. An altId
 * cannot be turned round in general, but what a tenant's own begin with is known and their last part has no dots.
 */
export function tenantIdOf(idOrAltId: string, tenantId: string, { type }: TenantCollection): string {
  const prefix = `${tenantId}.${type}.`;
  const altId = idOrAltId.replace(/^_/, '');
  return altId.startsWith(prefix)
    ? `https://ns.adobe.com/${tenantId}/${type}/${altId.slice(prefix.length)}`
    : idOrAltId;
}

function asRegistryResource(body: Readonly<Record<string, unknown>>): RegistryResource {
  // Bodies of these kinds are written by this service alone, as createTenantResource makes them.
  return body as unknown as RegistryResource;
}
