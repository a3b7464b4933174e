import type { ScopedStore } from '@tributary/store';
import { documentOf } from './documents.ts';
import type { RunnerServices } from './services.ts';

/**
 * Removes the rejected rows of a batch unless it is in the store and names them: they are content, and go with the attempt that
 * did not come to its end, or whose flow keeps none.
 */
export async function tidyDiagnostics(
  { diagnostics }: Pick<RunnerServices, 'diagnostics'>,
  store: ScopedStore,
  batchId: string,
): Promise<void> {
  const batch = await store.resources('batch').get(batchId);
  if (batch !== undefined && documentOf('batch', batch).diagnosticsFiles.length > 0) return;
  await diagnostics.remove(batchId);
}
