import { readTable, type Table } from '@tributary/lake';
import type { ScopedStore } from '@tributary/store';
import type { Lake } from '../services.ts';

/** The table of a dataset as its pointer shows it now; undefined where the dataset is gone. */
export async function tableOf(
  { io }: Lake,
  store: ScopedStore,
  dataSetId: string,
): Promise<Table | undefined> {
  const pointer = await store.tables.get(dataSetId);
  return pointer && readTable(io, pointer.metadataLocation);
}
