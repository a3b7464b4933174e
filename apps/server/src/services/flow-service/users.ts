import type { ResourceKind, ScopedStore } from '@tributary/store';
import type { User } from './resource-type.ts';

/** At most so many users are named when a deletion is refused. */
const NAMED_USERS = 20;

const titles: Readonly<Partial<Record<ResourceKind, string>>> = {
  sourceConnection: 'source connection',
  flow: 'flow',
};

/** The resources of `kind` whose top-level `field` is `id` or, where it is a list, holds it. */
export async function idsUsing(
  store: ScopedStore,
  kind: ResourceKind,
  field: string,
  id: string,
): Promise<readonly User[]> {
  const page = await store.resources(kind).list({
    filters: [{ path: [field], operator: '==', value: id }],
    limit: NAMED_USERS,
  });
  return page.items.map((item) => ({ kind: titles[kind] ?? kind, id: item.id }));
}
