import { documentOf, type FlowDocument, type FlowViolation, mirrorConflict } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';

/**
 * Why a flow may not land in its dataset: a mirror is the only flow there. The dataset is held until the transaction
 * ends, so that of two flows that come at once the later one sees the other.
 */
export async function dataSetConflict(
  store: ScopedStore,
  id: string,
  flow: Pick<FlowDocument, 'targetConnectionIds' | 'transformations'>,
): Promise<FlowViolation | undefined> {
  const target = await store.resources('targetConnection').getForUpdate(flow.targetConnectionIds[0] ?? '');
  if (target === undefined) return undefined;
  const { dataSetId } = documentOf('targetConnection', target).params;
  await store.resources('dataSet').getForUpdate(dataSetId);
  return mirrorConflict(store, id, flow, dataSetId);
}
