import type { ScopedStore } from '@tributary/store';
import { isInUnion, type RegistryResource } from '@tributary/xdm';
import { asRegistryResource, registryKinds } from './registry-resource.ts';

/** What a change of one resource reaches. */
export interface AffectedResources {
  /** The resource itself and all that is composed of it, directly or not, nearest first. */
  readonly all: readonly RegistryResource[];
  /** Schemas among them that may change by additions only: a dataset uses them, or they are enabled for Profile. */
  readonly bound: readonly BoundSchema[];
}

export interface BoundSchema {
  readonly id: string;
  /** Why it is bound, in words. */
  readonly because: string;
}

/** Follows references from a resource to everything that is composed of it. */
export async function affectedBy(store: ScopedStore, resource: RegistryResource): Promise<AffectedResources> {
  const all = new Map([[resource.$id, resource]]);
  for (let reached = [resource.$id]; reached.length > 0; ) {
    const users = await store.references.to(reached, ['$ref']);
    const ids = users.map(({ id }) => id).filter((id) => !all.has(id));
    const found = await store.findResources(registryKinds, ids);
    for (const [id, user] of found) all.set(id, asRegistryResource(user));
    reached = [...found.keys()];
  }
  const schemas = [...all.values()].filter((affected) => affected['meta:resourceType'] === 'schemas');
  return { all: [...all.values()], bound: await boundSchemas(store, schemas) };
}

async function boundSchemas(
  store: ScopedStore,
  schemas: readonly RegistryResource[],
): Promise<readonly BoundSchema[]> {
  const ids = schemas.map(({ $id }) => $id);
  const dataSets = new Map<string, string>();
  for (const { kind, id, target } of await store.references.to(ids, ['schemaRef.id'])) {
    if (kind === 'dataSet') dataSets.set(target, id);
  }
  return schemas.flatMap((schema) => {
    const dataSet = dataSets.get(schema.$id);
    const name = `${schema.$id} (${schema.title})`;
    if (dataSet !== undefined) {
      return [{ id: schema.$id, because: `${name} is the schema of the dataset ${dataSet}` }];
    }
    return isInUnion(schema) ? [{ id: schema.$id, because: `${name} is enabled for Profile` }] : [];
  });
}
