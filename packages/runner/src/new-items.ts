import type { LandedItem, RunRecord, ScopedStore } from '@tributary/store';
import type { RunNotice } from './notices.ts';
import type { PlannedPartition } from './plan-run.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf } from './progress.ts';
import type { Attempt } from './services.ts';

/** What is left to read, and what people should know of the rest. */
export interface NewItems {
  readonly partitions: readonly PlannedPartition[];
  readonly notices: readonly RunNotice[];
}

/**
 * The partitions without those whose item the flow has landed in its version. A mirror takes all of them: a row is gone only
 * when it is in none; nor does a run that was asked for a window leave any out. A first run that shall not take what was there before it takes none, and all count as landed.
 */
export async function newItems(
  { store, run }: Pick<Attempt, 'store' | 'run'>,
  { flow, writeMode }: Pick<PreparedFlow, 'flow' | 'writeMode'>,
  partitions: readonly PlannedPartition[],
): Promise<NewItems> {
  const items = itemsOf(partitions);
  const isForAll = writeMode.kind === 'mirror' || progressOf(run).requestedWindow !== undefined;
  if (items.length === 0 || isForAll) return { partitions, notices: [] };
  const missing = await store.landedItems.missing(run.flowId, items);
  const isFirst = missing.length === items.length && (await store.flowSources.get(run.flowId)) === undefined;
  if (isFirst && flow.scheduleParams?.backfill === false) {
    await store.landedItems.put(run.flowId, run.id, items);
    return { partitions: [], notices: [passedOver(items)] };
  }
  const names = new Set(missing.map(({ name }) => name));
  return {
    partitions: partitions.filter(({ item }) => item === undefined || names.has(item.name)),
    notices: [],
  };
}

/** Notes the items that a run has landed, in the transaction that lands them. */
export async function noteItems(store: ScopedStore, run: RunRecord): Promise<void> {
  await store.landedItems.put(run.flowId, run.id, itemsOf(await store.staging.partitions(run.id)));
}

function itemsOf(partitions: readonly Pick<PlannedPartition, 'item'>[]): readonly LandedItem[] {
  return partitions.flatMap(({ item }) => item ?? []);
}

function passedOver(items: readonly LandedItem[]): RunNotice {
  const message =
    `${items.length} that were there before the flow's first run were passed over, since scheduleParams.backfill is false: ` +
    'they are read when they change.';
  return { code: 'ITEMS_PASSED_OVER', message };
}
