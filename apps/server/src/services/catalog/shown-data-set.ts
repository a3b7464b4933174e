import type { Resource, ScopedStore } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { storedDataSet } from './data-set-document.ts';
import type { Collection } from './list-objects.ts';
import type { ShownObject } from './page-query.ts';
import { shownVersion } from './semantic-version.ts';
import { SORTABLE_ENVELOPE, storedPathFor } from './stored-path.ts';

/** Properties of a dataset that are read from elsewhere than its document, and so not in every list. */
const DETAILS = [
  'basePath',
  'persistence',
  'lastBatchId',
  'lastBatchStatus',
  'lastSuccessfulBatch',
  'lastFailedBatch',
] as const;

export const dataSets: Collection = {
  kind: 'dataSet',
  sortable: [...SORTABLE_ENVELOPE, 'name', 'description', 'viewId', 'version'],
  numeric: ['version'],
  storedPath: storedPathFor({
    below: [],
    computed: ['imsOrg', 'sandboxId', 'namespace', 'state', 'files'],
    notFiltered: DETAILS,
  }),
  show: async (caller, resources) => resources.map((resource) => shownDataSet(caller, resource)),
};

/** A dataset's own properties. */
function shownDataSet(
  { organization, sandbox }: Pick<SandboxedCaller, 'organization' | 'sandbox'>,
  resource: Resource,
): ShownObject {
  const document = storedDataSet(resource);
  return {
    ...document,
    ...shownEnvelope(resource),
    imsOrg: organization.id,
    sandboxId: sandbox.id,
    namespace: 'ACP',
    state: 'DRAFT',
    files: `@/dataSets/${resource.id}/views/${document.viewId}/files`,
  };
}

/** What every Catalog object tells of its making. Times are epoch milliseconds. */
export function shownEnvelope(resource: Resource) {
  return {
    version: shownVersion(resource),
    created: resource.createdAt.getTime(),
    updated: resource.updatedAt.getTime(),
    createdClient: resource.createdClient,
    createdUser: resource.createdBy,
    updatedUser: resource.updatedBy,
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
