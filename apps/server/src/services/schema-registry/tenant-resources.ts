import { asRegistryResource, registryKinds } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { metadataOf, type RegistryResource, type TenantContext } from '@tributary/xdm';
import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import type { TenantCollection } from './collections.ts';

/** One of a sandbox's own resources, by its `$id`. */
export async function tenantResource(
  store: ScopedStore,
  { kind }: TenantCollection,
  id: string,
): Promise<RegistryResource | undefined> {
  const resource = await store.resources(kind).get(id);
  return resource && asRegistryResource(resource);
}

/** The eTag that clients see, without quotation marks. */
export function eTagOf(resource: RegistryResource): string {
  return String(metadataOf(resource).eTag);
}

/**
 * Titles are unique over all kinds of a tenant's resources. To be called in a transaction that holds the registry
 * (`holdRegistry`), so that of two creations at once one is refused.
 * @throws {Problem} XDM-1521-400 where another resource than `ownId` has it
 */
export async function requireFreeTitle(store: ScopedStore, title: string, ownId?: string): Promise<void> {
  const holder = (await store.idsTitled(registryKinds, title)).find((id) => id !== ownId);
  if (holder === undefined) return;
  throw new Problem(
    'invalidBody',
    `Object titles must be unique. An object ${holder} already exists with the same title.`,
    {
      code: 'XDM-1521-400',
      violations: [{ path: '/title', message: `choose a title other than '${title}'` }],
    },
  );
}

/** How a path names a resource. */
export const IdParameter = Type.Object({
  id: Type.String({ description: 'The `$id`, URL-encoded, or the `meta:altId`.' }),
});

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

/** On whose behalf a resource is created or changed, now. */
export function tenantContextOf({ organization, sandbox, actor }: SandboxedCaller): TenantContext {
  return {
    tenantId: organization.tenantId,
    imsOrg: organization.id,
    sandboxId: sandbox.id,
    sandboxType: sandbox.type,
    clientId: actor.client,
    userId: actor.user,
    now: new Date(),
  };
}
