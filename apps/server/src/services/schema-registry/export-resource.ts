import { asRegistryResource, registryKinds } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { type RegistryResource, referencedIds } from '@tributary/xdm';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { descriptorsOf, type StoredDescriptor } from './descriptor-documents.ts';
import { requireResource } from './find-resource.ts';
import { withoutTenant } from './transfer-names.ts';

/** More than any resource is made of. */
const MAX_EXPORTED = 1_000;

/** Keywords that the importing sandbox makes anew. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  '@id',
  'imsOrg',
  'meta:containerId',
  'meta:registryMetadata',
  'meta:tenantNamespace',
]);

/**
 * A tenant's resource with all others of the tenant that it depends on, and the descriptors of its schemas, in an order in
 * which they can be created. The tenant's id is left open for the one who imports.
 * @throws {Problem} XDM-1012-404, or of kind `invalidParameter` for a resource of the standard library
 */
export async function exportPayload(caller: SandboxedCaller, idOrAltId: string): Promise<readonly unknown[]> {
  const { store, organization } = caller;
  const resource = await requireResource(caller, idOrAltId);
  const exported = new Map<string, RegistryResource>();
  const descriptors: StoredDescriptor[] = [];
  await collect(store, resource.$id, exported, descriptors);
  if (exported.size === 0) {
    throw new Problem(
      'invalidParameter',
      `${resource.$id} belongs to the standard library, which every sandbox has. Only resources of the tenant are exported.`,
      { violations: [{ path: 'id', message: 'name a resource of the tenant' }] },
    );
  }
  const payload = [
    ...inOrderOfUse([...exported.values()]),
    ...descriptors.map((descriptor) => ({ 'meta:resourceType': 'descriptors', ...descriptor })),
  ];
  return payload.map((item) => withoutTenant(kept(item), organization.tenantId));
}

/** Everything that a resource needs, over several steps: parts, classes that parts are meant for, related schemas. */
async function collect(
  store: ScopedStore,
  id: string,
  exported: Map<string, RegistryResource>,
  descriptors: StoredDescriptor[],
): Promise<void> {
  let wanted: readonly string[] = [id];
  while (wanted.length > 0) {
    const next = new Set<string>();
    for (const [foundId, found] of await store.findResources(registryKinds, wanted)) {
      const resource = asRegistryResource(found);
      exported.set(foundId, resource);
      for (const other of neededBy(resource)) next.add(other);
      if (resource['meta:resourceType'] !== 'schemas') continue;
      for (const descriptor of await descriptorsOf(store, foundId)) {
        descriptors.push(descriptor);
        if (typeof descriptor['xdm:destinationSchema'] === 'string')
          next.add(descriptor['xdm:destinationSchema']);
      }
    }
    if (exported.size > MAX_EXPORTED) {
      throw new Problem(
        'conflict',
        `More than ${MAX_EXPORTED} resources would have to be exported with ${id}.`,
      );
    }
    wanted = [...next].filter((other) => !exported.has(other));
  }
}

function neededBy(resource: RegistryResource): readonly string[] {
  return [...referencedIds(resource), ...(resource['meta:intendedToExtend'] ?? [])];
}

/** What others need comes before them. Of two that need each other the one that was named first comes last. */
export function inOrderOfUse(resources: readonly RegistryResource[]): readonly RegistryResource[] {
  const byId = new Map(resources.map((resource) => [resource.$id, resource]));
  const ordered = new Set<RegistryResource>();
  const visiting = new Set<string>();
  const visit = (resource: RegistryResource): void => {
    if (ordered.has(resource) || visiting.has(resource.$id)) return;
    visiting.add(resource.$id);
    for (const id of neededBy(resource)) {
      const needed = byId.get(id);
      if (needed !== undefined) visit(needed);
    }
    ordered.add(resource);
  };
  for (const resource of resources) visit(resource);
  return [...ordered];
}

function kept(item: object): unknown {
  return Object.fromEntries(Object.entries(item).filter(([keyword]) => !LEFT_OUT.has(keyword)));
}
