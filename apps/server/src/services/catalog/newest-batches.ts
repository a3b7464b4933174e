import { type BatchDocument, documentOf } from '@tributary/runner';
import type { ResourceFilter, ScopedStore } from '@tributary/store';

type BatchStatus = BatchDocument['shown']['status'];

interface BatchSummary {
  readonly id: string;
  readonly status: BatchStatus;
}

export interface NewestBatches {
  readonly last: BatchSummary | undefined;
  readonly successful: BatchSummary | undefined;
  readonly failed: BatchSummary | undefined;
}

/** The newest batches of a dataset. */
export async function newestBatchesOf(store: ScopedStore, dataSetId: string): Promise<NewestBatches> {
  return {
    last: await newestBatch(store, dataSetId),
    successful: await newestBatch(store, dataSetId, 'success'),
    failed: await newestBatch(store, dataSetId, 'failed'),
  };
}

async function newestBatch(
  store: ScopedStore,
  dataSetId: string,
  status?: BatchStatus,
): Promise<BatchSummary | undefined> {
  const filters: ResourceFilter[] = [ofDataSet(dataSetId)];
  if (status !== undefined) filters.push({ path: ['shown', 'status'], operator: '==', value: status });
  const { items } = await store.resources('batch').list({ filters, limit: 1 });
  const [batch] = items;
  return batch && { id: batch.id, status: documentOf('batch', batch).shown.status };
}

/** Batches that a dataset is related to. Its id is unlike any other text in the list of related objects. */
export function ofDataSet(dataSetId: string): ResourceFilter {
  return { path: ['shown', 'relatedObjects'], operator: '~', value: dataSetId };
}
