import type { ScopedStore } from '@tributary/store';

type Action = () => Promise<void>;

/** What a transaction does outside of the store, once it is certain how it ends. */
export interface SideEffects {
  /** Runs after the transaction, for what must not happen if it fails. */
  afterCommit(action: Action): void;
  /** Runs when the transaction fails, for what was done ahead of it. */
  afterRollback(action: Action): void;
}

/** Transactions under way, by the handle that those within them are given. */
const underWay = new WeakMap<ScopedStore, SideEffects>();

/**
 * Runs `work` in a transaction, and its side effects after it. Within another such transaction it joins that one, whose
 * end its side effects then wait for.
 */
export async function transactionWithEffects<T>(
  store: ScopedStore,
  work: (store: ScopedStore, effects: SideEffects) => Promise<T>,
): Promise<T> {
  const outer = underWay.get(store);
  if (outer !== undefined) return work(store, outer);
  const committed: Action[] = [];
  const rolledBack: Action[] = [];
  const effects: SideEffects = {
    afterCommit: (action) => void committed.push(action),
    afterRollback: (action) => void rolledBack.push(action),
  };
  let result: T;
  try {
    result = await store.transaction((scoped) => {
      underWay.set(scoped, effects);
      return work(scoped, effects);
    });
  } catch (error) {
    for (const action of rolledBack) await action();
    throw error;
  }
  for (const action of committed) await action();
  return result;
}
