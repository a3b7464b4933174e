import type { HeldItem, LandedItem, RunRecord, ScopedStore, StagedPartition } from '@tributary/store';
import { namesRead } from './columns-to-read.ts';
import { type HeldBack, heldByEarlierRuns, heldNotice, isStillHeld, readingOf } from './held-items.ts';
import type { RunNotice } from './notices.ts';
import type { PlannedPartition } from './plan-run.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf } from './progress.ts';
import type { Attempt } from './services.ts';

/** What is left to read, and what people should know of the rest. */
export interface NewItems {
  readonly partitions: readonly PlannedPartition[];
  readonly notices: readonly RunNotice[];
  /** What is not read because earlier runs could not. */
  readonly heldBefore?: HeldBack | undefined;
}

/**
 * The partitions without those whose item the flow has landed in its version. A mirror takes all of them: a
 * row is gone only when it is in none; nor does a run that was asked for a window leave any out. A first run
 * that shall not take what was there before it takes none, and all count as landed.
 */
export async function newItems(
  { store, run }: Pick<Attempt, 'store' | 'run'>,
  { flow, writeMode }: Pick<PreparedFlow, 'flow' | 'writeMode'>,
  partitions: readonly PlannedPartition[],
  reading: string,
): Promise<NewItems> {
  const items = itemsOf(partitions);
  const { requestedWindow, retriesHeldItems = false } = progressOf(run);
  if (requestedWindow !== undefined) return { partitions, notices: [] };
  const held = await heldAmong(store, run.flowId, items, reading);
  if (items.length === 0) return { partitions, notices: [] };
  if (writeMode.kind === 'mirror')
    return retriesHeldItems ? { partitions, notices: [] } : without(run, partitions, held);
  const missing = await store.landedItems.missing(run.flowId, items);
  const begins = flow.scheduleParams?.backfill === false && missing.length === items.length;
  if (begins && (await isFirst(store, run))) {
    await store.landedItems.put(run.flowId, run.id, items);
    return { partitions: [], notices: [passedOver(items)] };
  }
  const names = new Set(missing.map(({ name }) => name));
  const unlanded = partitions.filter(({ item }) => item === undefined || names.has(item.name));
  return retriesHeldItems ? { partitions: unlanded, notices: [] } : without(run, unlanded, held);
}

/**
 * The partitions that a refresh reads: all whose item is not held back, for whatever has landed is refreshed.
 * What it reads, and what it cannot, is nothing to be noted of the flow.
 */
export async function itemsToRefresh(
  { store, run }: Pick<Attempt, 'store' | 'run'>,
  prepared: PreparedFlow,
  partitions: readonly PlannedPartition[],
): Promise<NewItems> {
  const items = itemsOf(partitions);
  if (items.length === 0 || progressOf(run).retriesHeldItems === true) return { partitions, notices: [] };
  const held = await heldAmong(store, run.flowId, items, readingOf(prepared, namesRead(prepared) ?? []));
  return without(run, partitions, held);
}

const RECENT_RUNS = 100;

/**
 * Whether no run of the flow has looked at its items before. One that has found none leaves nothing but
 * itself.
 */
async function isFirst(store: ScopedStore, { id, flowId }: RunRecord): Promise<boolean> {
  if ((await store.flowSources.get(flowId)) !== undefined) return false;
  const runs = await store.runs.list({ flowId, limit: RECENT_RUNS });
  return !runs.some(
    (run) =>
      run.id !== id &&
      (run.state === 'success' || run.state === 'partial') &&
      progressOf(run).requestedWindow === undefined,
  );
}

/**
 * Those of `items` that would come out as unreadable as before. What is held back of items that are gone is
 * forgotten.
 */
async function heldAmong(
  store: ScopedStore,
  flowId: string,
  items: readonly LandedItem[],
  reading: string,
): Promise<readonly HeldItem[]> {
  const held = await store.heldItems.of(flowId);
  if (held.length === 0) return [];
  const versions = new Map(items.map(({ name, version }) => [name, version]));
  const gone = held.filter(({ name }) => !versions.has(name));
  await store.heldItems.release(
    flowId,
    gone.map(({ name }) => name),
  );
  return held.filter((item) => isStillHeld(item, versions.get(item.name) ?? '', reading));
}

function without(
  run: RunRecord,
  partitions: readonly PlannedPartition[],
  held: readonly HeldItem[],
): NewItems {
  const names = new Set(held.map(({ name }) => name));
  const before = heldByEarlierRuns(held);
  return {
    partitions: partitions.filter(({ item }) => item === undefined || !names.has(item.name)),
    notices: before === undefined ? [] : [heldNotice(run, before.count, before.items)],
    heldBefore: before,
  };
}

/**
 * Notes the items that a run has landed, in the transaction that lands them. One that was asked for a window
 * leaves the flow where it was, but for items that have been held back: they have landed now.
 */
export async function noteItems(
  store: ScopedStore,
  run: RunRecord,
  partitions: readonly StagedPartition[],
): Promise<void> {
  const landed = itemsOf(partitions.filter(({ heldBack }) => heldBack === undefined));
  if (landed.length === 0) return;
  const held = new Set((await store.heldItems.of(run.flowId)).map(({ name }) => name));
  const released = landed.filter(({ name }) => held.has(name));
  const isOfWindow = progressOf(run).requestedWindow !== undefined;
  await store.landedItems.put(run.flowId, run.id, isOfWindow ? released : landed);
  await store.heldItems.release(
    run.flowId,
    released.map(({ name }) => name),
  );
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
