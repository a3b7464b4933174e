import type { RunRecord } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ChangingSource } from './changing-source.test-kit.ts';
import { describeRun } from './describe-run.ts';
import { progressOf } from './progress.ts';
import type { RequestedWindow } from './requested-window.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';

let bench: RunBench;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.opened = bench.source;
  bench.source.now = new Date('2026-03-01T12:00:00Z');
  bench.source.deltaColumns = ['Changed'];
  bench.source.counted = (rows) => rows;
  bench.source.beforePage = () => undefined;
  bench.source.rows = ['00:00', '01:00', '02:00', '03:00', '04:00'].map((time, index) => ({
    id: `r${index}`,
    stamp: `2026-03-01T${time}:00Z`,
  }));
});

const at = (time: string) => Date.parse(`2026-03-01T${time}:00Z`);
const windowOf = (after: string, upTo: string): RequestedWindow => ({ after: at(after), upTo: at(upTo) });
const watermarkOf = ({ id }: BenchFlow) => bench.store.watermarks.get(id);
const noticesOf = (run: RunRecord) => progressOf(run).notices.map(({ code }) => code);

describe('a run that is asked for a window', () => {
  test('reads what changed after its beginning up to and with its end', async () => {
    const flow = await bench.flow();
    const run = await bench.run(flow, { requestedWindow: windowOf('01:00', '03:00') });
    expect(run.state).toBe('success');
    expect(await bench.landed(flow)).toEqual(['r2', 'r3']);
    expect(noticesOf(run)).toContain('WINDOW_REQUESTED');
    expect(describeRun(run, '')).toMatchObject({
      metrics: {
        recordSummary: { extensions: { sourceRecordCount: { compared: true, source: 2, staged: 2 } } },
        statusSummary: {
          extensions: { requestedWindow: { windowStartUTC: at('01:00'), windowEndUTC: at('03:00') } },
        },
      },
    });
  });

  test('lands rows again where rows are appended, and leaves the flow where it stands', async () => {
    const flow = await bench.flow();
    await bench.run(flow);
    const before = await watermarkOf(flow);
    await bench.run(flow, { requestedWindow: windowOf('02:00', '04:00') });
    expect(await watermarkOf(flow)).toEqual(before);
    expect(await bench.landed(flow)).toEqual(['r0', 'r1', 'r2', 'r3', 'r3', 'r4', 'r4']);
    bench.source.rows.push({ id: 'r5', stamp: '2026-03-01T11:59:30Z' });
    await bench.run(flow);
    expect(await bench.landed(flow)).toEqual(['r0', 'r1', 'r2', 'r3', 'r3', 'r4', 'r4', 'r5']);
  });

  test('takes rows of the unsettled stretch too, which ordinary runs skip', async () => {
    bench.source.rows.push({ id: 'late', stamp: '2026-03-01T11:58:00Z' });
    const flow = await bench.flow();
    await bench.run(flow);
    await bench.run(flow, { requestedWindow: windowOf('11:00', '12:00') });
    expect((await bench.landed(flow)).filter((id) => id === 'late')).toHaveLength(2);
    await bench.run(flow);
    expect((await bench.landed(flow)).filter((id) => id === 'late')).toHaveLength(2);
  });

  test('puts rows in the place of those with their key, and removes none, where a dataset follows its source', async () => {
    const source = new ChangingSource('deletions');
    bench.opened = source;
    for (const id of ['a', 'b', 'c']) source.put(id, 'Old');
    source.wait(3600);
    const flow = await bench.flow({ copy: { mode: 'mirror' } });
    await bench.run(flow);
    source.put('a', 'New');
    source.remove('b');
    source.wait(3600);
    const upTo = source.now.getTime();
    await bench.run(flow, { requestedWindow: { after: upTo - 7_200_000, upTo } });
    const namesOf = async () => (await bench.rows(flow)).map(({ _id, person }) => [_id, person]);
    const person = (lastName: string) => expect.objectContaining({ name: { lastName } });
    expect(await namesOf()).toEqual([
      ['a', person('New')],
      ['b', person('Old')],
      ['c', person('Old')],
    ]);
    await bench.run(flow);
    expect(await namesOf()).toEqual([
      ['a', person('New')],
      ['c', person('Old')],
    ]);
  });

  test('goes on with the same window when its worker dies half-way, and reads no page twice', async () => {
    const flow = await bench.flow();
    const died = new AbortController();
    bench.source.sent = [];
    bench.source.beforePage = (page) => {
      if (page.endsWith('/1')) died.abort();
    };
    await bench.store.runs.enqueue(flow.id, { requestedWindow: windowOf('00:00', '12:00') });
    await bench.attempt({ signal: died.signal });
    bench.source.beforePage = () => undefined;
    const run = await bench.attempt();
    expect(run.state).toBe('success');
    expect(await bench.landed(flow)).toEqual(['r1', 'r2', 'r3', 'r4']);
    expect(new Set(bench.source.sent).size).toBe(bench.source.sent.length);
    expect(await watermarkOf(flow)).toBeUndefined();
  });

  test('fails where rows that the source counts do not come', async () => {
    const flow = await bench.flow();
    bench.source.counted = (rows) => rows + 1;
    const run = await bench.run(flow, { requestedWindow: windowOf('01:00', '03:00') });
    expect(run.state).toBe('failed');
    expect(await bench.landed(flow)).toEqual([]);
  });

  test("reads no further than the source's clock", async () => {
    const flow = await bench.flow();
    const run = await bench.run(flow, { requestedWindow: windowOf('03:00', '23:00') });
    expect(run.progress).toMatchObject({ window: { upTo: at('12:00'), settledUpTo: at('11:50') } });
    expect(await bench.landed(flow)).toEqual(['r4']);
  });

  test('lands nothing where the window has not begun at the source', async () => {
    const flow = await bench.flow();
    const run = await bench.run(flow, { requestedWindow: windowOf('13:00', '14:00') });
    expect(run.state).toBe('success');
    expect(await bench.landed(flow)).toEqual([]);
  });

  test('takes the column that it is given where the source names none, and fails without', async () => {
    bench.source.deltaColumns = [];
    const flow = await bench.flow();
    const failed = await bench.run(flow, { requestedWindow: windowOf('01:00', '03:00') });
    expect(progressOf(failed).errors.at(-1)?.message).toContain('it has no windows');
    const run = await bench.run(flow, {
      requestedWindow: { ...windowOf('01:00', '03:00'), column: 'Changed' },
    });
    expect(run.state).toBe('success');
    const unknown = await bench.run(flow, {
      requestedWindow: { ...windowOf('01:00', '03:00'), column: 'Touched' },
    });
    expect(progressOf(unknown).errors.at(-1)?.message).toContain('has no column Touched');
  });
});
