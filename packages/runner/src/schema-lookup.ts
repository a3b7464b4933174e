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
  let wanted: readonly string[] = ids;
  while (wanted.length > 0) {
    for (const id of wanted) visited.add(id);
    // The standard library refers to nothing but itself, so only the sandbox's own resources lead further.
    const candidates = wanted.filter((id) => standardResource(id) === undefined);
    const reached = new Set<string>();
    for (const [id, { body }] of await store.findResources(kinds, candidates)) {
      // Bodies of these kinds are written by the Schema Registry as registry resources and by nothing else.
      const resource = body as unknown as RegistryResource;
      own.set(id, resource);
      for (const reference of referencedIds(resource)) reached.add(reference);
    }
    wanted = [...reached].filter((id) => !visited.has(id));
  }
  return { find: (id) => own.get(id) ?? standardResource(id) };
}

/**
 * Lets one transaction at a time change what schemas of the sandbox are made of, or begin to rely on it: two changes of
 * different parts may each fit and not fit together. Held until the transaction ends.
 */
export function holdRegistry(store: ScopedStore): Promise<void> {
  return store.holdName('schema registry');
}
