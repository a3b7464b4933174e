import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTable, stageAppend, type Table } from '@tributary/lake';
import type { RunRecord } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { documentOf } from '../documents.ts';
import { progressOf } from '../progress.ts';
import { type BenchFlow, RunBench } from '../run-bench.test-kit.ts';
import { startRunner } from '../runner.ts';
import { dyingStore } from './dying-store.test-kit.ts';
import { keepUp } from './keep-up.ts';
import { DAY_MS, MIN_SNAPSHOTS } from './retention.ts';

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
const going = () => new AbortController().signal;

let bench: RunBench;
let flow: BenchFlow;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  bench.source.rows = [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }];
  flow = await bench.flow();
});

const leftovers = async (by: Date) =>
  (await bench.services.store.leftovers.due(by)).map(({ kind, name }) => ({ kind, name }));

async function currentTable(): Promise<Table> {
  const pointer = await bench.store.tables.get(flow.dataSetId);
  if (pointer === undefined) throw new Error('the dataset has no table');
  return readTable(bench.services.lake.io, pointer.metadataLocation);
}

const snapshotsOf = ({ metadata }: Table) => metadata.snapshots.map((snapshot) => snapshot['snapshot-id']);

/** Commits snapshots without files. */
async function commitSnapshots(count: number): Promise<void> {
  for (let made = 0; made < count; made++) {
    const table = await currentTable();
    const staged = await stageAppend(bench.services.lake.io, table, { files: [], now: new Date() });
    await bench.store.tables.swap(flow.dataSetId, table.metadataLocation, staged.metadataLocation);
  }
}

/** A run that has ended, and a batch of its with rows that did not land. */
async function failedRun(): Promise<{ run: RunRecord; batchId: string }> {
  bench.source.rows = [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }];
  const run = await bench.run(flow);
  const batchId = progressOf(run).outcome?.batchId ?? '';
  const batch = await bench.store.resources('batch').get(batchId);
  if (batch === undefined) throw new Error('the run has no batch');
  const folder = join(bench.folder, 'diagnostics', batchId);
  await mkdir(folder, { recursive: true });
  const diagnosticsFiles = [join(folder, 'rows.json')];
  await writeFile(diagnosticsFiles[0] ?? '', '{}');
  const actor = { user: 'alice', client: 'script' };
  const body = { ...batch.body, diagnosticsFiles };
  await bench.store.resources('batch').replace(batchId, batch.etag, body, actor);
  return { run, batchId };
}

describe('the upkeep', () => {
  test('has an open run done that nobody is asked to do any more', async () => {
    const { queue } = bench.services.store;
    const run = await bench.store.runs.enqueue(flow.id);
    const claimed = await queue.claim();
    if (claimed) await queue.settle(claimed.claim);
    expect(await queue.claim()).toBeUndefined();
    await keepUp(bench.services, going());
    expect(await bench.attempt()).toMatchObject({ id: run?.id, state: 'success' });
  });

  test('forgets runs of long ago but for the last of each flow, and the rows that they did not land', async () => {
    const { run, batchId } = await failedRun();
    const last = await bench.run(flow);
    await keepUp(bench.services, going(), inDays(89));
    expect(await bench.store.runs.get(run.id)).toBeDefined();

    await keepUp(bench.services, going(), inDays(91));
    expect(await bench.store.runs.get(run.id)).toBeUndefined();
    expect(await bench.store.runs.get(last.id)).toBeDefined();
    expect(await leftovers(inDays(91))).toContainEqual({ kind: 'diagnostics', name: batchId });
    const batch = await bench.store.resources('batch').get(batchId);
    expect(batch && documentOf('batch', batch)).toMatchObject({
      shown: { status: 'success', recordCount: 1 },
      diagnosticsFiles: [],
    });
    expect(await bench.landed(flow)).toContain('a');
  });

  test('keeps everything for ever where it is told so', async () => {
    const first = await bench.run(flow);
    await bench.run(flow);
    await commitSnapshots(MIN_SNAPSHOTS + 1);
    const before = snapshotsOf(await currentTable());
    const retention = { runsDays: 0, snapshotsDays: 0, eventsDays: 0 };
    await keepUp({ ...bench.services, retention }, going(), inDays(10_000));
    expect(await bench.store.runs.get(first.id)).toBeDefined();
    expect(snapshotsOf(await currentTable())).toEqual(before);
  });

  test('expires snapshots that are old and not among the newest, and their files once readers have ended', async () => {
    await bench.run(flow);
    const rows = await bench.landed(flow);
    await commitSnapshots(MIN_SNAPSHOTS + 2);
    const before = await currentTable();
    await keepUp(bench.services, going(), inDays(6));
    expect(snapshotsOf(await currentTable())).toEqual(snapshotsOf(before));

    await keepUp(bench.services, going(), inDays(8));
    expect(snapshotsOf(await currentTable())).toEqual(snapshotsOf(before).slice(-MIN_SNAPSHOTS));
    expect(await bench.landed(flow)).toEqual(rows);
    const lists = before.metadata.snapshots.slice(0, 3).map((snapshot) => snapshot['manifest-list']);
    const files = lists.map((name) => ({ kind: 'file', name }));
    expect(await leftovers(inDays(8.9))).not.toEqual(expect.arrayContaining(files));
    expect(await leftovers(inDays(9.1))).toEqual(expect.arrayContaining(files));
  });

  test('is done by a runner that claims it, which plans the next pass', async () => {
    const { upkeep, retention } = bench.services.store;
    await upkeep.plan(new Date(0));
    const runner = startRunner(bench.services);
    const isDue = async () =>
      (await retention.tablesDue(new Date(1), 1_000)).some(
        ({ pointer }) => pointer.datasetId === flow.dataSetId,
      );
    while (await isDue()) await new Promise((resolve) => setTimeout(resolve, 10));
    await runner.stop();
    await upkeep.plan(new Date(0));
    // A pass that was broken off by the stop is due at once, one that came to its end is not.
    const claim = await upkeep.claim();
    if (claim !== undefined) await upkeep.settle(claim, await keepUp(bench.services, going()));
    expect(await upkeep.claim()).toBeUndefined();
  });

  test('is due again an hour later, and at once where it was broken off', async () => {
    const now = new Date();
    expect(await keepUp(bench.services, going(), now)).toEqual(new Date(now.getTime() + 3_600_000));
    expect(await keepUp(bench.services, AbortSignal.abort(), now)).toEqual(now);
  });

  test('passes over a table that cannot be read, and looks after the others', async () => {
    const broken = await bench.flow();
    const pointer = await bench.store.tables.get(broken.dataSetId);
    await bench.store.tables.swap(broken.dataSetId, pointer?.metadataLocation ?? '', 'file:///nowhere');
    await bench.run(flow);
    await commitSnapshots(MIN_SNAPSHOTS + 1);
    await keepUp(bench.services, going(), inDays(8));
    expect(snapshotsOf(await currentTable())).toHaveLength(MIN_SNAPSHOTS);
    await bench.store.tables.remove(broken.dataSetId);
  });

  test('may die at any moment: nothing is lost by it, and the next pass does what is left', async () => {
    const { run, batchId } = await failedRun();
    await bench.run(flow);
    await commitSnapshots(MIN_SNAPSHOTS + 1);
    const rows = await bench.landed(flow);
    const expired = (await currentTable()).metadata.snapshots.slice(0, -MIN_SNAPSHOTS);

    for (let calls = 0; ; calls++) {
      const dying = dyingStore(bench.services.store, calls);
      await keepUp({ ...bench.services, store: dying.store }, dying.signal, inDays(91 + calls));
      expect(await bench.landed(flow)).toEqual(rows);
      // What a run stands for goes with it, or not at all.
      const isForgotten = (await bench.store.runs.get(run.id)) === undefined;
      const noted = await leftovers(inDays(1_000));
      expect(noted.some(({ name }) => name === batchId)).toBe(isForgotten);
      const isExpired = snapshotsOf(await currentTable()).length === MIN_SNAPSHOTS;
      const [list = ''] = expired.map((snapshot) => snapshot['manifest-list']);
      expect(noted.some(({ name }) => name === list)).toBe(isExpired);
      if (!dying.hasDied()) break;
    }
    expect(await bench.store.runs.get(run.id)).toBeUndefined();
    expect(snapshotsOf(await currentTable())).toHaveLength(MIN_SNAPSHOTS);
  });
});
