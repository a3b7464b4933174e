import type { ResourceKind, ScopedStore } from '@tributary/store';
import { type RegistryResource, type ResourceLookup, referencedIds, standardResource } from '@tributary/xdm';

const kinds: readonly ResourceKind[] = ['schema', 'class', 'mixin', 'datatype'];

/**
 * A lookup over everything that the resources `ids` reach by `$ref`: the sandbox's own resources, read once from the
 * store, and the standard library. Ids that exist in neither are simply not found in it.
 */
export async function schemaLookup(store: ScopedStore, ids: readonly string[]): Promise<ResourceLookup> {
  const own = new Map<string, RegistryResource>();
  const visited = new Set<string>();
  let wanted = [...ids];
  while (wanted.length > 0) {
    const reached: string[] = [];
    for (const id of wanted) {
      visited.add(id);
      const resource = standardResource(id) === undefined ? await ownResource(store, id) : undefined;
      // The standard library refers to nothing but itself, so only the sandbox's own resources lead further.
      if (resource === undefined) continue;
      own.set(id, resource);
      reached.push(...referencedIds(resource));
    }
    wanted = [...new Set(reached)].filter((id) => !visited.has(id));
  }
  return { find: (id) => own.get(id) ?? standardResource(id) };
}

async function ownResource(store: ScopedStore, id: string): Promise<RegistryResource | undefined> {
  for (const kind of kinds) {
    const resource = await store.resources(kind).get(id);
    // Bodies of these kinds are written by the Schema Registry as registry resources and by nothing else.
    if (resource !== undefined) return resource.body as unknown as RegistryResource;
  }
  return undefined;
}
