import { type BatchStatus, documentOf } from '@tributary/runner';
import type { Resource, ResourceFilter, ScopedStore } from '@tributary/store';

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

/** The newest batches of each of some datasets. */
export async function newestBatchesOf(
  store: ScopedStore,
  dataSetIds: readonly string[],
): Promise<(dataSetId: string) => NewestBatches> {
  const last = await newestBatches(store, dataSetIds);
  // Of a dataset without any batch none has a status.
  const loaded = [...last.keys()];
  const successful = await newestBatches(store, loaded, 'success');
  const failed = await newestBatches(store, loaded, 'failed');
  return (id) => ({ last: last.get(id), successful: successful.get(id), failed: failed.get(id) });
}

async function newestBatches(
  store: ScopedStore,
  dataSetIds: readonly string[],
  status?: BatchStatus,
): Promise<ReadonlyMap<string, BatchSummary>> {
  const filters = status === undefined ? [] : [withStatus(status)];
  const found = await store.resources('batch').newestOf(DATA_SET, dataSetIds, filters);
  return new Map(Array.from(found, ([dataSetId, batch]) => [dataSetId, summaryOf(batch)]));
}

function summaryOf(batch: Resource): BatchSummary {
  return { id: batch.id, status: documentOf('batch', batch).shown.status };
}

/** Where a batch names the dataset that it lands in. */
const DATA_SET = ['dataSetId'];

/** Batches that land in a dataset. */
export function ofDataSet(dataSetId: string): ResourceFilter {
  return { path: DATA_SET, operator: '==', value: dataSetId };
}

export function withStatus(status: BatchStatus): ResourceFilter {
  return { path: ['shown', 'status'], operator: '==', value: status };
}
