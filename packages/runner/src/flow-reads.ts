import type { FoundResource, Scope, ScopedStore, Store } from '@tributary/store';
import { together } from './together.ts';

/** What a flow is prepared from. */
export type FlowReads = Pick<ScopedStore, 'resources' | 'findResources' | 'findReached'>;

type Found = ReadonlyMap<string, FoundResource>;

/**
 * Reads for the runs of one process. Of thousands of flows that are due at once many are prepared at the same
 * time: what they look for in one sandbox is read for all of them together, each being told of what the
 * others found too.
 */
export function flowReads(store: Store): (scope: Scope) => FlowReads {
  const bySandbox = new Map<string, FlowReads>();
  return (scope) => {
    const key = JSON.stringify([scope.orgId, scope.sandboxId]);
    const reads = bySandbox.get(key) ?? readsOf(store.scoped(scope));
    bySandbox.set(key, reads);
    return reads;
  };
}

function readsOf(store: ScopedStore): FlowReads {
  const finders = new Map<string, (ids: readonly string[]) => Promise<Found>>();
  const findTogether = (
    question: string,
    find: (ids: readonly string[]) => Promise<Found>,
    ids: readonly string[],
  ): Promise<Found> => {
    const finder =
      finders.get(question) ?? together((asked: readonly (readonly string[])[]) => find(asked.flat()));
    finders.set(question, finder);
    return finder(ids);
  };
  return {
    resources: store.resources,
    findResources: (kinds, ids) => findTogether(kinds.join(), (all) => store.findResources(kinds, all), ids),
    findReached: (kinds, ids, via) =>
      findTogether(`${kinds.join()} ${via}`, (all) => store.findReached(kinds, all, via), ids),
  };
}
