import type { ScopedStore } from '@tributary/store';
import { documentOf } from './documents.ts';

/** More flows than use one mapping set. */
const MAX_FLOWS = 10_000;

/** A flow that uses a mapping set. */
export interface UsingFlow {
  readonly id: string;
  /** Whether it names a version; one that does not follows the newest. */
  readonly isPinned: boolean;
}

/** The flows that use a mapping set. */
export async function flowsUsing(store: ScopedStore, mappingId: string): Promise<readonly UsingFlow[]> {
  const { items } = await store.resources('flow').list({
    // A list of transformations is searched as text, which an id is long enough for.
    filters: [{ path: ['transformations'], operator: '~', value: mappingId }],
    limit: MAX_FLOWS,
  });
  return items.map((flow) => {
    const mapping = documentOf('flow', flow).transformations.find(({ name }) => name === 'Mapping');
    return { id: flow.id, isPinned: mapping?.params.mappingVersion !== undefined };
  });
}
