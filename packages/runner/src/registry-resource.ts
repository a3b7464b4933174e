import type { Resource, ResourceKind } from '@tributary/store';
import { metadataOf, type RegistryResource } from '@tributary/xdm';

/** Kinds under which the store keeps what tenants define. */
export const registryKinds: readonly ResourceKind[] = ['class', 'mixin', 'datatype', 'schema'];

/** A stored resource as the registry answers it. Its dates are the store's, by which lists are sorted. */
export function asRegistryResource({ body, createdAt, updatedAt }: Resource): RegistryResource {
  // Bodies of these kinds are written as createTenantResource makes them, and by nothing else.
  const resource = body as unknown as RegistryResource;
  return {
    ...resource,
    'meta:registryMetadata': {
      ...metadataOf(resource),
      'repo:createdDate': createdAt.getTime(),
      'repo:lastModifiedDate': updatedAt.getTime(),
    },
  };
}
