import { randomUUID } from 'node:crypto';
import type { FlowDocument } from '@tributary/runner';
import type { Actor, ScopedStore } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { createDataSet } from '../catalog/create-data-set.ts';
import { changeableOf, type DataSetBody } from '../catalog/data-set-document.ts';
import { createMappingSet } from '../conversion/change-mapping-set.ts';
import type { MappingSetBody } from '../conversion/mapping-set-body.ts';
import type { Dependencies } from '../dependencies.ts';
import { sourceConnections } from '../flow-service/source-connections.ts';
import { insertDescriptor } from '../schema-registry/change-descriptor.ts';
import { tenantCollections } from '../schema-registry/collections.ts';
import { createResource } from '../schema-registry/write-routes.ts';
import { kindOf } from './artifact-types.ts';
import type { CarriedArtifact } from './snapshot.ts';

type Body = CarriedArtifact['body'];

/**
 * Makes a copy of a carried artifact by the rules of the service that it belongs to; its new id.
 * @param caller whose store is a transaction of the destination
 * @param body with the ids of the destination already
 * @throws {Problem} as that service words it
 */
export async function createArtifact(
  dependencies: Pick<Dependencies, 'lake' | 'vault'>,
  caller: SandboxedCaller,
  type: CarriedArtifact['type'],
  body: Body,
): Promise<string> {
  const { store, actor } = caller;
  switch (type) {
    case 'REGISTRY_DATATYPE':
    case 'REGISTRY_CLASS':
    case 'REGISTRY_MIXIN':
    case 'REGISTRY_SCHEMA':
      return createRegistryResource(caller, type, body);
    case 'REGISTRY_DESCRIPTOR': {
      const { '@id': _, ...descriptor } = body;
      return (await insertDescriptor(store, caller, descriptor)).id;
    }
    case 'CATALOG_DATASET':
      return createDataSet(dependencies, caller, dataSetBody(body));
    case 'MAPPING_SET': {
      // Made by mappingSetAsBody. Its columns were checked where it comes from; sources are not asked in a transaction.
      const mappingSet = body as unknown as MappingSetBody;
      const options = { columns: 'unknown', demandComplete: false } as const;
      return (await createMappingSet(store, mappingSet, actor, options)).resource.id;
    }
    case 'BASE_CONNECTION':
      return createBaseConnection(dependencies, store, actor, body);
    case 'SOURCE_CONNECTION':
      return createSourceConnection(caller, body);
    case 'FLOW':
      return insert(store, 'flow', draftFlow(body), actor);
    default:
      return insert(store, kindOf[type], body, actor);
  }
}

async function createRegistryResource(
  caller: SandboxedCaller,
  type: CarriedArtifact['type'],
  body: Body,
): Promise<string> {
  const collection = tenantCollections.find(({ kind }) => kind === kindOf[type]);
  if (collection === undefined) throw new Error(`${type} is no collection of the registry`);
  // A stored registry resource has a title; its id and envelope are made anew.
  const { $id: _, ...resource } = body as Body & { readonly title: string };
  return (await createResource(caller, collection, resource)).$id;
}

/** The table gets a name of its own: the one that the original has may be taken. */
function dataSetBody(body: Body): DataSetBody {
  // A stored dataset, written by createDataSet.
  const { schemaRef, tags = {}, ...dataSet } = body as unknown as DataSetBody;
  const own = Object.entries(tags).filter(([name]) => !name.startsWith('adobe/'));
  return { ...changeableOf(dataSet), schemaRef, tags: Object.fromEntries(own) };
}

/** Knows where its source is, and cannot sign in there until somebody sends the credentials. */
async function createBaseConnection(
  { vault }: Pick<Dependencies, 'vault'>,
  store: ScopedStore,
  actor: Actor,
  body: Body,
): Promise<string> {
  const id = randomUUID();
  // A stored base connection, whose params are those that are no secret.
  const { auth } = body as { readonly auth: { readonly params: unknown } };
  const sealedParams = vault.seal(JSON.stringify(auth.params), id);
  await store.resources('connection').insert(id, { ...body, sealedParams }, actor);
  return id;
}

/** With an ad-hoc schema of its own, whose id follows from the connection's. */
async function createSourceConnection(caller: SandboxedCaller, body: Body): Promise<string> {
  const { store, actor } = caller;
  const connection = await store.resources('sourceConnection').insert(randomUUID(), body, actor);
  await sourceConnections.written?.(store, connection, undefined, caller);
  return connection.id;
}

/** Nothing falls due before somebody publishes it; its mapping set begins with a first version here. */
function draftFlow(body: Body): Body {
  // A stored flow, written by the Flow Service.
  const flow = body as unknown as FlowDocument;
  const transformations = flow.transformations.map(({ name, params }) => {
    const { mappingVersion: _, ...kept } = params;
    return { name, params: kept };
  });
  return { ...flow, state: 'draft', transformations };
}

async function insert(
  store: ScopedStore,
  kind: (typeof kindOf)[CarriedArtifact['type']],
  body: Body,
  actor: Actor,
): Promise<string> {
  const id = randomUUID();
  await store.resources(kind).insert(id, body, actor);
  return id;
}
