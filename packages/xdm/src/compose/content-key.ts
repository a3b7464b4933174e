import { createHash } from 'node:crypto';
import {
  metadataOf,
  type RegistryResource,
  type ResourceLookup,
  referencedIds,
} from '../registry/resource.ts';
import { isStandard } from '../registry/standard-library.ts';

/**
 * A key that two compositions share only if they are made of the same content: the ETags, which are hashes, of the
 * resource and of all that it reaches in the sandbox. What it reaches in the standard library never changes. Undefined
 * where a part has no ETag, as a draft has none.
 */
export function contentKey(resource: RegistryResource, lookup: ResourceLookup): string | undefined {
  if (isStandard(resource)) return resource.$id;
  if (eTagOf(resource) === undefined) return undefined;
  const parts = new Map([[resource.$id, resource]]);
  for (const part of parts.values()) {
    for (const id of referencedIds(part)) {
      if (parts.has(id)) continue;
      const found = lookup.find(id);
      if (found !== undefined && !isStandard(found)) parts.set(id, found);
    }
  }
  const hash = createHash('sha256').update(resource.$id);
  for (const [id, part] of [...parts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const eTag = eTagOf(part);
    if (eTag === undefined) return undefined;
    hash.update(`\n${id} ${eTag}`);
  }
  return hash.digest('hex');
}

function eTagOf(resource: RegistryResource): string | undefined {
  const { eTag } = metadataOf(resource);
  return typeof eTag === 'string' ? eTag : undefined;
}
