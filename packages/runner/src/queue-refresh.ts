import type { FlowSource, RunRecord, ScopedStore } from '@tributary/store';
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
 * transaction that has ended a scheduled run. One that fails leaves it due, and another is queued when the interval, or a
 * day, has gone by: each reads the whole table.
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
  const now = new Date();
  if (known === undefined || !isDue(known, interval, now)) return;
  await store.runs.enqueue(run.flowId, {
    trigger: 'schedule',
    refresh: { columns: computedColumns },
    errors: [],
  });
  await store.flowSources.put({ ...known, refreshQueuedAt: now });
}

function isDue(
  { refreshedAt, refreshQueuedAt }: Pick<FlowSource, 'refreshedAt' | 'refreshQueuedAt'>,
  { frequency, interval = 1 }: RefreshInterval,
  now: Date,
): boolean {
  const intervalMs = msPer[frequency] * interval;
  const hasGoneBy = (since: Date | undefined, pauseMs: number) =>
    since === undefined || now.getTime() - since.getTime() >= pauseMs;
  return hasGoneBy(refreshedAt, intervalMs) && hasGoneBy(refreshQueuedAt, Math.min(intervalMs, msPer.day));
}
