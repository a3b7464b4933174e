import type { RunRecord } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FlowDocument } from './documents.ts';
import { newItems, noteItems } from './new-items.ts';
import type { PlannedPartition } from './plan-run.ts';
import { RunBench } from './run-bench.test-kit.ts';

const append = { kind: 'append' } as const;
let bench: RunBench;
let run: RunRecord;
let flow: FlowDocument;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());
beforeEach(async () => {
  const { id } = await bench.flow();
  const queued = await bench.store.runs.enqueue(id);
  if (queued === undefined) throw new Error('no run is queued');
  run = queued;
  flow = {
    state: 'enabled',
    flowSpec: { id: 'files', version: '1.0' },
    sourceConnectionIds: [],
    targetConnectionIds: [],
    transformations: [],
  };
});

function partition(name: string, version = '1'): PlannedPartition {
  return { id: name, settled: true, announcedRows: undefined, state: {}, item: { name, version } };
}

/** Lands partitions as a run does that has planned them. */
async function land(...partitions: readonly PlannedPartition[]): Promise<void> {
  await bench.store.staging.clear(run.id);
  await bench.store.staging.plan(run.id, 'connection', partitions);
  await noteItems(bench.store, run, await bench.store.staging.partitions(run.id));
}

const chosen = async (partitions: readonly PlannedPartition[], prepared: object = {}) => {
  const found = await newItems(
    { store: bench.store, run },
    { flow, writeMode: append, ...prepared },
    partitions,
    'so',
  );
  return { ids: found.partitions.map(({ id }) => id), codes: found.notices.map(({ code }) => code) };
};

describe('the items that a run reads', () => {
  test('are those that have not landed in their version', async () => {
    await land(partition('a'), partition('b'));
    const now = [partition('a'), partition('b', '2'), partition('c')];
    expect(await chosen(now)).toEqual({ ids: ['b', 'c'], codes: [] });
    await land(...now);
    expect(await chosen(now)).toEqual({ ids: [], codes: [] });
  });

  test('are all of them where rows go that are in none', async () => {
    await land(partition('a'));
    const writeMode = { kind: 'mirror', keyColumns: ['id'] };
    expect(await chosen([partition('a'), partition('b')], { writeMode })).toEqual({
      ids: ['a', 'b'],
      codes: [],
    });
  });

  test('are none where a first run shall not take what was there before it', async () => {
    flow = { ...flow, scheduleParams: { startTime: 0, frequency: 'once', backfill: false } };
    expect(await chosen([partition('a')])).toEqual({ ids: [], codes: ['ITEMS_PASSED_OVER'] });
    // Planned once more, what has come meanwhile is new.
    expect(await chosen([partition('a'), partition('b')])).toEqual({ ids: ['b'], codes: [] });
  });

  test('stand beside partitions that are no items', async () => {
    await land(partition('a'));
    const { item: _, ...rows } = partition('rows');
    expect(await chosen([partition('a'), rows])).toEqual({ ids: ['rows'], codes: [] });
  });
});
