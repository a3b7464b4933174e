import type { ScopedStore } from '@tributary/store';

/**
 * Whether a run is about to commit to a dataset. It has compared its rows with the table as it stands, or is making deletes that
 * name its files: were these to lie elsewhere, it would have to do that again.
 */
export async function isBeingWritten(store: ScopedStore, dataSetId: string): Promise<boolean> {
  const targets = await store.references.to([dataSetId], ['params.dataSetId']);
  const flows = await store.references.to(
    targets.map(({ id }) => id),
    ['targetConnectionIds'],
  );
  const newest = await store.runs.newestOf(flows.map(({ id }) => id));
  return [...newest.values()].some(({ state }) => state === 'transforming' || state === 'committing');
}
