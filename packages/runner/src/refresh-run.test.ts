import { isDeepStrictEqual } from 'node:util';
import type { RunRecord, ScopedStore } from '@tributary/store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeRun } from './describe-run.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';

let bench: RunBench;
let flow: BenchFlow;

const early = '2026-03-01T10:00:00Z';

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  Object.assign(bench.source, {
    now: new Date('2026-03-01T12:00:00Z'),
    rows: ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, stamp: early, name: `N${id}`, born: '1990' })),
    sent: [],
    computedColumns: [],
    beforePage: () => undefined,
  });
  flow = await bench.flow();
  await bench.changeMappings(flow, 'id', 'name', 'born');
});
afterEach(() => bench.store.runs.cancelOpen(flow.id));

/** The rows change at the source, and no stamp tells of it. */
function changeUnseen(): void {
  bench.source.rows = bench.source.rows.map((row) => ({
    ...row,
    name: 'Renamed',
    born: row.id === 'a' ? '1990' : '2000',
  }));
}

async function people(of = flow): Promise<unknown[]> {
  const rows = await bench.rows(of);
  return rows.map(({ _id: id, person }) => {
    const { birthYear, name } = Object(person);
    return [id, Object(name).lastName, birthYear];
  });
}

const refreshed = [
  ['a', 'Na', 1990],
  ['b', 'Nb', 2000],
  ['c', 'Nc', 2000],
  ['d', 'Nd', 2000],
  ['e', 'Ne', 2000],
];
const asked = { trigger: 'onDemand', refresh: { columns: ['Born'] } } as const;

/** A store whose transaction of the commit is preceded by `event`, the first time. */
function beforeCommit(event: () => Promise<unknown>) {
  let isPending = true;
  return (store: ScopedStore): ScopedStore => ({
    ...store,
    async transaction(work) {
      const [run] = await store.runs.list({ flowId: flow.id, limit: 1 });
      if (isPending && run?.state === 'committing') {
        isPending = false;
        await event();
      }
      return store.transaction(work);
    },
  });
}

describe('a refresh of a column', () => {
  test('changes the fields that its mappings fill, in the rows that differ, and nothing else', async () => {
    await bench.run(flow);
    changeUnseen();
    const run = await bench.run(flow, asked);
    expect(run).toMatchObject({
      state: 'success',
      attempt: 1,
      progress: {
        columns: [{ name: 'Id' }, { name: 'Born' }],
        outcome: { inputRows: 5, outputRows: 4, failedRows: 0 },
        sourceRecordCount: { compared: true, source: 5, staged: 5 },
      },
    });
    expect(await people()).toEqual(refreshed);
    expect(describeRun(run, '')).toHaveProperty('metrics.statusSummary.extensions.refreshColumns', ['Born']);
  });

  test('fills a column that came later in the rows that had landed before', async () => {
    await bench.changeMappings(flow, 'id', 'name');
    await bench.run(flow);
    await bench.changeMappings(flow, 'id', 'name', 'born');
    expect((await people())[0]).toEqual(['a', 'Na', undefined]);
    await bench.run(flow, asked);
    expect((await people())[0]).toEqual(['a', 'Na', 1990]);
  });

  test('moves no watermark: what changes meanwhile lands with the next run', async () => {
    await bench.run(flow);
    const before = await bench.store.watermarks.get(flow.id);
    bench.source.rows.push({ id: 'f', stamp: '2026-03-01T12:30:00Z', name: 'Nf' });
    await bench.run(flow, asked);
    expect(await bench.store.watermarks.get(flow.id)).toEqual(before);
    expect(await bench.landed(flow)).not.toContain('f');
    bench.source.now = new Date('2026-03-01T13:00:00Z');
    await bench.run(flow);
    expect(await bench.landed(flow)).toContain('f');
  });

  test('changes all rows of a key, where rows are appended', async () => {
    await bench.run(flow);
    bench.source.rows[0] = { id: 'a', stamp: '2026-03-01T12:30:00Z', name: 'Later', born: '1990' };
    bench.source.now = new Date('2026-03-01T13:00:00Z');
    await bench.run(flow);
    bench.source.rows[0] = { ...bench.source.rows[0], born: '2001' };
    await bench.run(flow, asked);
    expect((await people()).slice(0, 2).toSorted()).toEqual([
      ['a', 'Later', 2001],
      ['a', 'Na', 2001],
    ]);
  });

  test('leaves no file and the table as it is where nothing differs', async () => {
    await bench.run(flow);
    const [files, pointer] = [bench.dataFiles(flow), await bench.store.tables.get(flow.dataSetId)];
    expect(await bench.run(flow, asked)).toMatchObject({
      state: 'success',
      progress: { outcome: { outputRows: 0 } },
    });
    expect(bench.dataFiles(flow)).toEqual(files);
    expect(await bench.store.tables.get(flow.dataSetId)).toEqual(pointer);
  });

  test('leaves rows as they are whose fresh value cannot land, and says which', async () => {
    flow = await bench.flow({ partialIngestionPercent: 50 });
    await bench.changeMappings(flow, 'id', 'name', 'born');
    await bench.run(flow);
    changeUnseen();
    bench.source.rows[1] = { id: 'b', stamp: early, born: 'long ago' };
    const run = await bench.run(flow, asked);
    expect(run).toMatchObject({ state: 'partial', progress: { outcome: { outputRows: 3, failedRows: 1 } } });
    expect(await people()).toEqual(refreshed.with(1, ['b', 'Nb', 1990]));
  });

  test.each([
    [['Shoe size'], 'has no column Shoe size'],
    [['Changed'], 'no mapping reads Changed'],
    [['Id'], '_id is of the key'],
  ])('that cannot be is told: %j', async (columns, reason) => {
    await bench.run(flow);
    const run = await bench.run(flow, { refresh: { columns } });
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(messagesOf(run)).toEqual([expect.stringContaining(reason)]);
  });

  test('needs the key to be mapped as it is', async () => {
    await bench.changeMappings(flow, 'name', 'born');
    const run = await bench.run(flow, asked);
    expect(messagesOf(run)).toEqual([
      expect.stringContaining('a refresh finds rows by the key column Id: map it'),
    ]);
  });
});

describe('a refresh of a flow that appends beside another', () => {
  let other: BenchFlow;

  beforeEach(async () => {
    await bench.run(flow);
    other = await bench.flow({ dataSetId: flow.dataSetId });
  });

  test('is refused, for the other’s rows may have equal keys', async () => {
    await bench.run(other);
    const before = await people();
    changeUnseen();
    const run = await bench.run(flow, asked);
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(progressOf(run).errors[0]?.message).toContain(`_id, which the flow ${other.id} fills`);
    expect(await people()).toEqual(before);
  });

  test('is refused also where that one comes while it runs', async () => {
    await bench.changeMappings(other, 'name');
    changeUnseen();
    await bench.store.runs.enqueue(flow.id, asked);
    const overtaking = beforeCommit(async () => {
      await bench.changeMappings(other, 'id', 'name');
      await bench.run(other);
    });
    expect(await bench.attempt({ through: overtaking, undisturbed: true })).toMatchObject({
      state: 'failed',
    });
    expect(
      (await people()).filter((row) => isDeepStrictEqual(row, ['b', 'Renamed', undefined])),
    ).toHaveLength(1);
  });

  test('leaves its rows alone where they have no such key', async () => {
    await bench.changeMappings(other, 'name');
    await bench.run(other);
    changeUnseen();
    expect(await bench.run(flow, asked)).toMatchObject({
      state: 'success',
      progress: { outcome: { outputRows: 4 } },
    });
  });
});

describe('a refresh that is disturbed', () => {
  test('goes on from the pages that are staged', async () => {
    await bench.run(flow);
    changeUnseen();
    await bench.store.runs.enqueue(flow.id, asked);
    const stopping = new AbortController();
    bench.source.beforePage = (page) => {
      if (page === 'settled-job/1') stopping.abort();
    };
    await bench.attempt({ signal: stopping.signal });
    Object.assign(bench.source, { beforePage: () => undefined, sent: [] });
    expect(await bench.attempt()).toMatchObject({ state: 'success', attempt: 2 });
    expect(bench.source.sent).toEqual(['settled-job/1', 'settled-job/2']);
    expect(await people()).toEqual(refreshed);
  });

  test('merges anew into what another flow has landed in the same dataset meanwhile', async () => {
    await bench.changeCopy(flow, { mode: 'upsert' });
    await bench.run(flow);
    const other = await bench.flow({ dataSetId: flow.dataSetId });
    changeUnseen();
    await bench.store.runs.enqueue(flow.id, asked);
    const overtaking = beforeCommit(() => bench.run(other));
    expect(await bench.attempt({ through: overtaking, undisturbed: true })).toMatchObject({
      state: 'success',
    });
    const rows = await people();
    expect(rows).toHaveLength(10);
    expect(rows).toEqual(
      expect.arrayContaining([
        ['b', 'Nb', 2000],
        ['b', 'Renamed', 2000],
      ]),
    );
  });

  test('whose commit does not reach the store is done again, and leaves no file of the first attempt', async () => {
    await bench.run(flow);
    const files = bench.dataFiles(flow).length;
    changeUnseen();
    await bench.store.runs.enqueue(flow.id, asked);
    const lost = beforeCommit(() => Promise.reject(new Error('Connection terminated unexpectedly')));
    expect(await bench.attempt({ through: lost })).toMatchObject({ state: 'committing' });
    expect(bench.dataFiles(flow)).toHaveLength(files);
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect(await people()).toEqual(refreshed);
  });

  test('and cancelled before its commit changes nothing and leaves nothing', async () => {
    await bench.run(flow);
    const files = bench.dataFiles(flow);
    changeUnseen();
    const run = await bench.store.runs.enqueue(flow.id, asked);
    const cancelling = beforeCommit(() => bench.store.runs.cancelOpen(flow.id));
    expect(await bench.attempt({ through: cancelling })).toMatchObject({ state: 'cancelled' });
    expect(bench.dataFiles(flow)).toEqual(files);
    expect(await bench.staged()).not.toContain(run?.id);
    expect((await people())[1]).toEqual(['b', 'Nb', 1990]);
  });
});

describe('columns that the source computes', () => {
  beforeEach(async () => {
    bench.source.computedColumns = ['Born', 'Age'];
    flow = await bench.flow({ computedColumnRefresh: { frequency: 'day', interval: 1 } });
    await bench.changeMappings(flow, 'id', 'name', 'born');
    await bench.run(flow);
  });

  async function lastRefreshed(at: Date): Promise<void> {
    const known = await bench.store.flowSources.get(flow.id);
    if (known === undefined) throw new Error('nothing is known of the source');
    await bench.store.flowSources.put({ ...known, refreshedAt: at });
  }

  test('are refreshed after the scheduled run at which that is due', async () => {
    await lastRefreshed(new Date(Date.now() - 25 * 3_600_000));
    changeUnseen();
    await bench.run(flow, { trigger: 'schedule' });
    const refresh = await bench.attempt();
    expect(refresh).toMatchObject({ state: 'success', progress: { refresh: { columns: ['Born'] } } });
    expect(await people()).toEqual(refreshed);
    await bench.run(flow, { trigger: 'schedule' });
    expect(await bench.store.runs.count(flow.id)).toBe(4);
  });

  test('whose refresh fails are not read again with each scheduled run, but a day later', async () => {
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await lastRefreshed(longAgo);
    await bench.run(flow, { trigger: 'schedule' });
    await bench.store.runs.cancelOpen(flow.id);
    await bench.run(flow, { trigger: 'schedule' });
    expect(await bench.store.runs.count(flow.id)).toBe(4);
    const known = await bench.store.flowSources.get(flow.id);
    if (known === undefined) throw new Error('nothing is known of the source');
    expect(known.refreshedAt).toEqual(longAgo);
    await bench.store.flowSources.put({ ...known, refreshQueuedAt: longAgo });
    await bench.run(flow, { trigger: 'schedule' });
    expect(await bench.store.runs.count(flow.id)).toBe(6);
    await bench.store.runs.cancelOpen(flow.id);
  });

  test('are not yet, where that is not due, nor after a run on demand', async () => {
    await bench.run(flow, { trigger: 'schedule' });
    await lastRefreshed(new Date(0));
    await bench.run(flow, { trigger: 'onDemand' });
    expect(await bench.store.runs.count(flow.id)).toBe(3);
  });
});

function messagesOf(run: RunRecord): string[] {
  return progressOf(run).errors.map(({ message }) => message);
}
