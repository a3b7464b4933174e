import type { Resource } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { entityTag } from '../../http/entity-tag.ts';

/** What surrounds the body of everything that is stored. */
export function envelopeOf(resource: Resource, { organization, sandbox }: SandboxedCaller) {
  return {
    id: resource.id,
    createdAt: resource.createdAt.getTime(),
    updatedAt: resource.updatedAt.getTime(),
    createdBy: resource.createdBy,
    updatedBy: resource.updatedBy,
    createdClient: resource.createdClient,
    updatedClient: resource.updatedClient,
    sandboxId: sandbox.id,
    sandboxName: sandbox.name,
    imsOrgId: organization.id,
    // The platform's version is its etag, not a number.
    version: entityTag(resource),
    etag: entityTag(resource),
  };
}

/** Fields of the envelope that the store can filter and order by. */
export const storedEnvelopeFields = [
  'id',
  'createdAt',
  'updatedAt',
  'createdBy',
  'updatedBy',
  'createdClient',
  'updatedClient',
  'etag',
] as const;

/** Fields that no client may write. */
export const envelopeFields: ReadonlySet<string> = new Set([
  ...storedEnvelopeFields,
  'sandboxId',
  'sandboxName',
  'imsOrgId',
  'version',
  'state',
]);
