import { asRegistryResource, schemaLookup } from '@tributary/runner';
import type { ResourceFilter, ScopedStore } from '@tributary/store';
import {
  isTimeSeries,
  type RegistryResource,
  type ResourceLookup,
  UNION_TAG,
  type UnionResource,
  unionOf,
} from '@tributary/xdm';

/** Schemas read at a time. */
const CHUNK = 500;

const TAGGED: ResourceFilter = { path: ['meta:immutableTags'], operator: '==', value: UNION_TAG };

/** The sandbox's schemas that are enabled for Profile, oldest first; of one class where that is given. */
export async function unionMembers(
  store: ScopedStore,
  classId?: string,
): Promise<readonly RegistryResource[]> {
  const filters: readonly ResourceFilter[] =
    classId === undefined ? [TAGGED] : [TAGGED, { path: ['meta:class'], operator: '==', value: classId }];
  const order = { path: ['createdAt'], descending: false };
  const members: RegistryResource[] = [];
  for (let offset = 0; ; offset += CHUNK) {
    const { items, next } = await store.resources('schema').list({ filters, order, limit: CHUNK, offset });
    members.push(...items.map(asRegistryResource));
    if (next === undefined) return members;
  }
}

/** The unions of a sandbox, and what they refer to. */
export interface Unions {
  readonly all: readonly UnionResource[];
  /** Those of events, which the full forms of unions of records list. */
  readonly ofEvents: readonly UnionResource[];
  readonly lookup: ResourceLookup;
}

/** All unions of a sandbox: one for each class of which a schema is enabled for Profile, in order of their first members. */
export async function unionsOf(store: ScopedStore): Promise<Unions> {
  const members = await unionMembers(store);
  const lookup = await schemaLookup(
    store,
    members.map(({ $id }) => $id),
  );
  const byClass = Map.groupBy(members, (member) => member['meta:class'] ?? '');
  byClass.delete('');
  const all = Array.from(byClass, ([classId, schemas]) => unionOf(classId, schemas, lookup));
  return { all, ofEvents: all.filter((union) => isTimeSeries(union['meta:class'], lookup)), lookup };
}

/** The union that an `$id` or altId means, with or without the underscore in front. */
export function unionNamed({ all }: Unions, idOrAltId: string): UnionResource | undefined {
  const altId = idOrAltId.startsWith('_') ? idOrAltId : `_${idOrAltId}`;
  return all.find(({ $id, 'meta:altId': ownAltId }) => $id === idOrAltId || ownAltId === altId);
}
