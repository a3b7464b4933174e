import { documentOf } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import type { Collection } from './list-objects.ts';
import type { ShownObject } from './page-query.ts';
import { shownEnvelope } from './shown-data-set.ts';
import { SORTABLE_ENVELOPE, storedPathFor } from './stored-path.ts';

const NUMBERS = ['version', 'started', 'completed', 'size', 'recordCount', 'failedRecordCount'];

export const batches: Collection = {
  kind: 'batch',
  sortable: [...SORTABLE_ENVELOPE, 'externalId', 'status', ...NUMBERS],
  numeric: NUMBERS,
  storedPath: storedPathFor({
    below: ['shown'],
    computed: ['imsOrg', 'sandboxId'],
    notFiltered: ['failedBatchLocation'],
  }),
  show: async (caller, resources) => resources.map((resource) => shownBatch(caller, resource)),
};

export function shownBatch(
  { organization, sandbox }: Pick<SandboxedCaller, 'organization' | 'sandbox'>,
  batch: Resource,
): ShownObject {
  return {
    id: batch.id,
    ...documentOf('batch', batch).shown,
    ...shownEnvelope(batch),
    imsOrg: organization.id,
    sandboxId: sandbox.id,
  };
}

/** @throws {Problem} of kind `notFound` */
export async function requireBatch(store: ScopedStore, id: string): Promise<Resource> {
  const batch = await store.resources('batch').get(id);
  if (batch === undefined) throw batchNotFound(id);
  return batch;
}

/** The answer to an id that names no batch. */
export function batchNotFound(id: string): Problem {
  return new Problem('notFound', `There is no batch ${id} in this sandbox.`);
}
