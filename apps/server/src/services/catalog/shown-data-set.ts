import type { Resource, ScopedStore, TablePointer } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import type { ShownObject } from './catalog-query.ts';
import { storedDataSet } from './data-set-document.ts';
import { newestBatchesOf } from './newest-batches.ts';

/** A dataset's own properties as lists show them. */
export function shownDataSet(
  { organization, sandbox }: Pick<SandboxedCaller, 'organization' | 'sandbox'>,
  resource: Resource,
): ShownObject {
  const document = storedDataSet(resource);
  return {
    ...document,
    ...shownEnvelope(resource),
    imsOrg: organization.id,
    sandboxId: sandbox.id,
    files: `@/dataSets/${resource.id}/views/${document.viewId}/files`,
  };
}

/** What every Catalog object tells of its making. Times are epoch milliseconds. */
export function shownEnvelope(resource: Resource) {
  return {
    version: `1.0.${resource.version - 1}`,
    created: resource.createdAt.getTime(),
    updated: resource.updatedAt.getTime(),
    createdClient: resource.createdClient,
    createdUser: resource.createdBy,
    updatedUser: resource.updatedBy,
  };
}

/** Where the dataset's Iceberg table lies, so that any engine can open it. */
export async function tableExtension(store: ScopedStore, dataSetId: string) {
  const pointer = await store.tables.get(dataSetId);
  return { extensions: { tributary: pointer === undefined ? {} : placeOf(pointer) } };
}

function placeOf({ location, metadataLocation }: TablePointer) {
  return { tableFormat: 'iceberg', tableLocation: location, metadataLocation };
}

/** Everything that is known of one dataset. */
export async function detailedDataSet(caller: SandboxedCaller, resource: Resource): Promise<ShownObject> {
  const newest = await newestBatchesOf(caller.store, resource.id);
  return {
    ...shownDataSet(caller, resource),
    ...(await tableExtension(caller.store, resource.id)),
    ...(newest.last && {
      lastBatchId: newest.last.id,
      lastBatchStatus: newest.last.status,
    }),
    ...(newest.successful && { lastSuccessfulBatch: newest.successful.id }),
    ...(newest.failed && { lastFailedBatch: newest.failed.id }),
  };
}

/** @throws {Problem} of kind `notFound` */
export async function requireDataSet(store: ScopedStore, id: string): Promise<Resource> {
  const resource = await store.resources('dataSet').get(id);
  if (resource === undefined) throw dataSetNotFound(id);
  return resource;
}

/** The answer to an id that names no dataset. */
export function dataSetNotFound(id: string): Problem {
  return new Problem('notFound', `There is no dataset ${id} in this sandbox.`);
}
