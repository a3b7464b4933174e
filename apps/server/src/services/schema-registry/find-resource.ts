import { asRegistryResource, registryKinds, schemaLookup } from '@tributary/runner';
import {
  asResource,
  classOfUnion,
  composeResource,
  composeSchema,
  fullUnion,
  type RegistryResource,
  type ResolvedResource,
  standardResource,
} from '@tributary/xdm';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { tenantCollections } from './collections.ts';
import { unwrap } from './problem-document.ts';
import { tenantIdOf } from './tenant-resources.ts';
import { unionNamed, unionsOf } from './union-documents.ts';

/** What a call that names a resource of any kind is answered with where there is none. */
const NOT_FOUND_CODE = 'XDM-1012-404';

/** A resource of the sandbox or of the standard library, of whichever kind, by `$id` or altId. */
export async function findResource(
  caller: SandboxedCaller,
  idOrAltId: string,
): Promise<RegistryResource | undefined> {
  const { tenantId } = caller.organization;
  const ids = new Set(tenantCollections.map((collection) => tenantIdOf(idOrAltId, tenantId, collection)));
  const [own] = (await caller.store.findResources(registryKinds, [...ids])).values();
  return own === undefined ? standardResource(idOrAltId) : asRegistryResource(own);
}

/** @throws {Problem} XDM-1012-404 */
export async function requireResource(caller: SandboxedCaller, idOrAltId: string): Promise<RegistryResource> {
  const resource = await findResource(caller, idOrAltId);
  if (resource === undefined) throw resourceNotFound(idOrAltId);
  return resource;
}

/**
 * The resolved fields of a schema, or of any other resource or union, by `$id` or altId.
 * @throws {Problem} XDM-1012-404, or of kind `conflict` where it composes no more
 */
export async function resolvedResource(
  caller: SandboxedCaller,
  idOrAltId: string,
): Promise<ResolvedResource> {
  if (classOfUnion(idOrAltId) !== undefined) return resolvedUnion(caller, idOrAltId);
  const resource = await requireResource(caller, idOrAltId);
  const lookup = await schemaLookup(caller.store, [resource.$id]);
  const isSchema = resource['meta:resourceType'] === 'schemas';
  return unwrap(isSchema ? composeSchema(resource, lookup) : composeResource(resource, lookup), 'conflict');
}

async function resolvedUnion({ store }: SandboxedCaller, idOrAltId: string): Promise<ResolvedResource> {
  const unions = await unionsOf(store);
  const union = unionNamed(unions, idOrAltId);
  if (union === undefined) throw resourceNotFound(idOrAltId);
  return unwrap(
    composeResource(asResource(fullUnion(union, unions.ofEvents, unions.lookup)), unions.lookup),
    'conflict',
  );
}

function resourceNotFound(idOrAltId: string): Problem {
  return new Problem('notFound', `The requested resource ${idOrAltId} is not found.`, {
    code: NOT_FOUND_CODE,
  });
}
