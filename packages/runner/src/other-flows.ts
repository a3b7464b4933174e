import type { ScopedStore } from '@tributary/store';
import { documentOf, type FlowDocument } from './documents.ts';

/** A flow that lands in the same dataset. */
export type OtherFlow = FlowDocument & { readonly id: string };

/**
 * The other flows that land in a dataset. A draft has landed nothing and does not run; rows of a flow that is
 * disabled are there all the same.
 */
export async function otherFlowsInto(
  store: ScopedStore,
  dataSetId: string,
  flowId: string,
): Promise<readonly OtherFlow[]> {
  const targets = await store.references.to([dataSetId], ['params.dataSetId']);
  const users = await store.references.to(
    targets.map(({ id }) => id),
    ['targetConnectionIds'],
  );
  const ids = users.map(({ id }) => id).filter((id) => id !== flowId);
  const flows = await store.resources('flow').getAll(ids);
  return [...flows.values()]
    .map((resource) => ({ id: resource.id, ...documentOf('flow', resource) }))
    .filter(({ state }) => state !== 'draft');
}

/** Flows in words, of which the first is named. */
export function named(flows: readonly OtherFlow[]): string {
  const [first, ...more] = flows.map(({ id }) => id);
  return more.length === 0 ? `the flow ${first}` : `the flow ${first} (and ${more.length} more)`;
}
