import type { FoundResource, ResourceKind, ScopedStore } from '@tributary/store';

/** What messages call a user of a registry resource that is none itself. */
const NOUNS: Partial<Readonly<Record<ResourceKind, string>>> = {
  dataSet: 'dataset',
  mappingSet: 'mapping set',
  targetConnection: 'target connection',
};

/** Users that are named at most. */
const MAX_NAMED = 20;

/** Descriptors are removed with their schema, so they are not in its way. */
const DESCRIPTOR: ResourceKind = 'descriptor';

/** What would break if a tenant resource went away, in words; the first {@link MAX_NAMED} by name. */
export async function usersOfResource(store: ScopedStore, id: string): Promise<readonly string[]> {
  const references = (await store.references.to([id])).filter(
    (reference) => reference.id !== id && reference.kind !== DESCRIPTOR,
  );
  const userIds = new Set(references.map((reference) => reference.id));
  const named = [...userIds].slice(0, MAX_NAMED);
  const kinds = [...new Set(references.map(({ kind }) => kind))];
  const users = await store.findResources(kinds, named);
  const rest = userIds.size - named.length;
  return [...Array.from(users.values(), nameOf), ...(rest > 0 ? [`${rest} more`] : [])];
}

/** How many resources and datasets use each of some resources; those that none uses are left out. */
export function usageCounts(
  store: ScopedStore,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  return store.references.count(ids, ['$ref', 'schemaRef.id']);
}

function nameOf({ kind, id, body }: FoundResource): string {
  const noun = NOUNS[kind];
  const name = body.title ?? body.name;
  const title = typeof name === 'string' ? ` (${name})` : '';
  return noun === undefined ? `${id}${title}` : `${noun} ${id}${title}`;
}
