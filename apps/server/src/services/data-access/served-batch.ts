import { documentOf } from '@tributary/runner';
import type { Resource, ScopedStore } from '@tributary/store';
import { Problem } from '../../http/problem.ts';
import { requireBatch } from '../catalog/shown-batch.ts';

/**
 * A batch whose files are served: those of a deleted dataset are gone with it, or will be in a moment.
 * @throws {Problem} of kind `notFound`
 */
export async function servedBatch(store: ScopedStore, id: string): Promise<Resource> {
  const batch = await requireBatch(store, id);
  const { dataSetId } = documentOf('batch', batch);
  if (dataSetId !== undefined && (await store.resources('dataSet').get(dataSetId)) === undefined) {
    throw new Problem(
      'notFound',
      `The dataset of the batch ${id} has been deleted, and the batch's files with it.`,
    );
  }
  return batch;
}
