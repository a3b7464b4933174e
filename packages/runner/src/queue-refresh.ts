import type { RunRecord, ScopedStore } from '@tributary/store';
import type { FlowDocument, RefreshInterval } from './documents.ts';
import { progressOf } from './progress.ts';

const HOUR_MS = 3_600_000;

const msPer: Readonly<Record<RefreshInterval['frequency'], number>> = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
};

/**
 * Queues the refresh of the columns that the source computes, where the flow wants it and it is due. To be called in the
 * transaction that has ended a scheduled run. One that fails leaves it due, so that the next scheduled run queues another.
 */
export async function queueDueRefresh(
  store: ScopedStore,
  run: RunRecord,
  { options }: Pick<FlowDocument, 'options'>,
): Promise<void> {
  const { trigger, computedColumns = [] } = progressOf(run);
  const interval = options?.computedColumnRefresh;
  if (interval === undefined || trigger !== 'schedule' || computedColumns.length === 0) return;
  const known = await store.flowSources.get(run.flowId);
  if (!isDue(known?.refreshedAt, interval, new Date())) return;
  await store.runs.enqueue(run.flowId, {
    trigger: 'schedule',
    refresh: { columns: computedColumns },
    errors: [],
  });
}

/** Whether what was last refreshed at a time is to be refreshed again. */
export function isDue(
  refreshedAt: Date | undefined,
  { frequency, interval = 1 }: RefreshInterval,
  now: Date,
): boolean {
  return refreshedAt === undefined || now.getTime() - refreshedAt.getTime() >= msPer[frequency] * interval;
}
