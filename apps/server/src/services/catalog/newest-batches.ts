import { type BatchStatus, documentOf } from '@tributary/runner';
import type { ResourceFilter, ScopedStore } from '@tributary/store';

interface BatchSummary {
  readonly id: string;
  readonly status: BatchStatus;
}

/** How the newest loads of a dataset went. */
export interface NewestBatches {
  readonly last: BatchSummary | undefined;
  readonly successful: BatchSummary | undefined;
  readonly failed: BatchSummary | undefined;
}

export async function newestBatchesOf(store: ScopedStore, dataSetId: string): Promise<NewestBatches> {
  const last = await newestBatch(store, dataSetId);
  const newestOf = async (status: BatchStatus) =>
    last === undefined || last.status === status ? last : newestBatch(store, dataSetId, status);
  return { last, successful: await newestOf('success'), failed: await newestOf('failed') };
}

async function newestBatch(
  store: ScopedStore,
  dataSetId: string,
  status?: BatchStatus,
): Promise<BatchSummary | undefined> {
  const filters = [ofDataSet(dataSetId), ...(status === undefined ? [] : [withStatus(status)])];
  const { items } = await store.resources('batch').list({ filters, limit: 1 });
  const [batch] = items;
  return batch && { id: batch.id, status: documentOf('batch', batch).shown.status };
}

/** Batches that land in a dataset. */
export function ofDataSet(dataSetId: string): ResourceFilter {
  return { path: ['dataSetId'], operator: '==', value: dataSetId };
}

export function withStatus(status: BatchStatus): ResourceFilter {
  return { path: ['shown', 'status'], operator: '==', value: status };
}
