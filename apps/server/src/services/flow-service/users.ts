import type { ResourceKind, ScopedStore } from '@tributary/store';
import { refusal } from './refusal.ts';
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

/** @throws {Problem} `1447-400` where flows use the connection whose fields are about to change. */
export function refuseChangeInUse(title: string, id: string, fields: string, flows: readonly User[]): void {
  if (flows.length === 0) return;
  const names = flows.map((flow) => `flow ${flow.id}`).join(', ');
  throw refusal(
    '1447-400',
    `The ${fields} of ${title} ${id} cannot be changed because it is in use by ${names}. Create another ${title}.`,
    { violations: flows.map((flow) => ({ path: flow.id, message: 'this flow uses it' })) },
  );
}
