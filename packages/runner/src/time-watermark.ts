import type { ScopedStore, TimeWatermark } from '@tributary/store';

/** A flow's watermark on a delta column; undefined where it has none, or follows its source by a token. */
export async function timeWatermark(store: ScopedStore, flowId: string): Promise<TimeWatermark | undefined> {
  const watermark = await store.watermarks.get(flowId);
  return watermark?.kind === 'time' ? watermark : undefined;
}
