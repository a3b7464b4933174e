import type { ScopedStore } from '@tributary/store';
import { type RegistryResource, type ResourceLookup, standardResource } from '@tributary/xdm';
import { registryKinds } from './registry-resource.ts';

/**
 * A lookup over everything that the resources `ids` reach by `$ref`: the sandbox's own resources, read once from the
 * store, and the standard library. Ids that exist in neither are simply not found in it.
 */
export async function schemaLookup(
  store: Pick<ScopedStore, 'findReached'>,
  ids: readonly string[],
): Promise<ResourceLookup> {
  // The standard library refers to nothing but itself, so only the sandbox's own resources lead further.
  const roots = ids.filter((id) => standardResource(id) === undefined);
  const own = await store.findReached(registryKinds, roots, '$ref');
  // Bodies of these kinds are written by the Schema Registry as registry resources and by nothing else.
  return { find: (id) => (own.get(id)?.body as RegistryResource | undefined) ?? standardResource(id) };
}

/**
 * Lets one transaction at a time change what schemas of the sandbox are made of, or begin to rely on it: two changes of
 * different parts may each fit and not fit together. Held until the transaction ends.
 */
export function holdRegistry(store: ScopedStore): Promise<void> {
  return store.holdName('schema registry');
}
