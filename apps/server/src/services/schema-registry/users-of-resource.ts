import type { ResourceKind, ScopedStore } from '@tributary/store';
import { referencedIds } from '@tributary/xdm';
import { allTenantResources } from './tenant-resources.ts';

/** Resources of other services that name a schema, and where in their bodies. */
const OUTSIDE_USERS: readonly { kind: ResourceKind; noun: string; path: readonly string[] }[] = [
  { kind: 'dataSet', noun: 'dataset', path: ['schemaRef', 'id'] },
  { kind: 'mappingSet', noun: 'mapping set', path: ['outputSchemaId'] },
  { kind: 'targetConnection', noun: 'target connection', path: ['data', 'schema', 'id'] },
];

/** Users of one kind that are named at most. */
const MAX_NAMED = 5;

/** What would break if a tenant resource went away, in words. */
export async function usersOfResource(store: ScopedStore, id: string): Promise<readonly string[]> {
  const users: string[] = [];
  for (const { $id, title, ...resource } of await allTenantResources(store)) {
    const intended = resource['meta:intendedToExtend'] ?? [];
    if ($id !== id && [...referencedIds(resource), ...intended].includes(id)) users.push(`${$id} (${title})`);
  }
  for (const { kind, noun, path } of OUTSIDE_USERS) {
    const { items } = await store
      .resources(kind)
      .list({ filters: [{ path, operator: '==', value: id }], limit: MAX_NAMED });
    users.push(...items.map((user) => `${noun} ${user.id}${nameIn(user.body)}`));
  }
  return users;
}

function nameIn({ name }: Readonly<Record<string, unknown>>): string {
  return typeof name === 'string' ? ` (${name})` : '';
}
