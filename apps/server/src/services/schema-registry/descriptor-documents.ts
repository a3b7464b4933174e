import { recordChange } from '@tributary/runner';
import type { Actor, Resource, ResourceFilter, ScopedStore } from '@tributary/store';
import type { Descriptor } from '@tributary/xdm';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';

/** Most descriptors of a sandbox (AEP guardrails). */
export const MAX_DESCRIPTORS = 4_000;

/** A descriptor as it is stored: its id with it, its envelope beside it. */
export interface StoredDescriptor extends Descriptor {
  /** 40 hex digits. */
  readonly '@id': string;
}

/** The resources of a sandbox's descriptors that meet all filters, oldest first. There are {@link MAX_DESCRIPTORS} at most. */
export async function descriptorResources(
  store: ScopedStore,
  filters: readonly ResourceFilter[] = [],
): Promise<readonly Resource[]> {
  const order = { path: ['createdAt'], descending: false };
  const { items } = await store.resources('descriptor').list({ filters, order, limit: MAX_DESCRIPTORS });
  return items;
}

/** The descriptors of a schema, by its `$id`, oldest first. */
export async function descriptorsOf(
  store: ScopedStore,
  schemaId: string,
): Promise<readonly StoredDescriptor[]> {
  return (await resourcesOf(store, schemaId)).map(asDescriptor);
}

function resourcesOf(store: ScopedStore, schemaId: string): Promise<readonly Resource[]> {
  return descriptorResources(store, [{ path: ['xdm:sourceSchema'], operator: '==', value: schemaId }]);
}

/** The descriptors of a schema as the registry shows them, for the `-desc` forms of a schema. */
export async function shownDescriptorsOf(
  caller: SandboxedCaller,
  schemaId: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await resourcesOf(caller.store, schemaId)).map((resource) => shownDescriptor(resource, caller));
}

/** Relationships of other schemas that lead to this one. */
export async function relationshipsTo(
  store: ScopedStore,
  schemaId: string,
): Promise<readonly StoredDescriptor[]> {
  const namings = await store.references.to([schemaId], ['xdm:destinationSchema']);
  const found = await store.resources('descriptor').getAll(namings.map(({ id }) => id));
  return Array.from(found.values(), asDescriptor).filter((from) => from['xdm:sourceSchema'] !== schemaId);
}

/**
 * Removes the descriptors of a schema that is being deleted, in the same transaction.
 * @throws {Problem} of kind `conflict` that names relationships of other schemas that lead to it
 */
export async function removeDescriptorsOf(store: ScopedStore, actor: Actor, schemaId: string): Promise<void> {
  const users = (await relationshipsTo(store, schemaId)).map(
    (from) => `${from['@type']} ${from['@id']} of ${from['xdm:sourceSchema']}`,
  );
  if (users.length > 0) {
    throw new Problem(
      'conflict',
      `The schema ${schemaId} is used and cannot be deleted. Remove first: ${users.join('; ')}.`,
      { violations: users.map((user) => ({ path: '', message: `used by ${user}` })) },
    );
  }
  for (const descriptor of await descriptorsOf(store, schemaId)) {
    await store.resources('descriptor').remove(descriptor['@id']);
    await recordDescriptorChange(store, actor, descriptor, undefined);
  }
}

/** Keeps a change of a descriptor in the audit log of its schema. */
export async function recordDescriptorChange(
  store: ScopedStore,
  actor: Actor,
  before: StoredDescriptor | undefined,
  after: StoredDescriptor | undefined,
): Promise<void> {
  const changed = after ?? before;
  if (changed === undefined) return;
  await recordChange(store, actor, {
    resourceId: changed['xdm:sourceSchema'],
    id: changed['@id'],
    type: 'descriptors',
    before,
    after,
  });
}

export function asDescriptor({ body }: Resource): StoredDescriptor {
  // Bodies of this kind are written by this service alone, as parseDescriptor gives them, with their id.
  return body as unknown as StoredDescriptor;
}

/** A descriptor with what the registry adds to it. */
export function shownDescriptor(resource: Resource, caller: SandboxedCaller) {
  return {
    ...asDescriptor(resource),
    version: '1',
    imsOrg: caller.organization.id,
    created: resource.createdAt.getTime(),
    updated: resource.updatedAt.getTime(),
    createdUser: resource.createdBy,
    updatedUser: resource.updatedBy,
    createdClient: resource.createdClient,
    updatedClient: resource.updatedClient,
    'meta:containerId': 'tenant',
    'meta:sandboxId': caller.sandbox.id,
    'meta:sandboxType': caller.sandbox.type,
  };
}
