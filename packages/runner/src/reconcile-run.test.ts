import { SourceError } from '@tributary/connectors';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeRun } from './describe-run.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';

let bench: RunBench;
let flow: BenchFlow;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());

beforeEach(async () => {
  Object.assign(bench.source, {
    rows: ['a', 'b', 'c'].map((id) => ({ id, stamp: '2026-03-01T10:00:00Z' })),
    counted: (rows: number) => rows,
    deltaColumns: ['Changed'],
    beforePage: () => undefined,
  });
  flow = await bench.flow();
});

describe('the settled part of a window', () => {
  test('shows as many rows as the source counts, and each partition its own', async () => {
    const run = await bench.run(flow);
    expect(describeRun(run, '')).toMatchObject({
      metrics: {
        recordSummary: { extensions: { sourceRecordCount: { compared: true, source: 3, staged: 3 } } },
      },
      activities: [
        {
          recordSummary: {
            extensions: {
              partitions: [
                { id: 'settled-job', announcedRows: null, stagedRows: 3, pages: 2 },
                { id: 'unsettled-job', announcedRows: null, stagedRows: 0, pages: 0 },
              ],
            },
          },
        },
        {},
      ],
    });
  });

  test('that has fewer rows staged than counted is read again, and fails the run where it stays so', async () => {
    bench.source.counted = (rows) => rows + 1;
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'failed', attempt: 5 });
    expect(progressOf(run).errors.at(-1)?.message).toContain('the source counts 4 rows, 3 arrived');
    expect(await bench.landed(flow)).toEqual([]);
  });

  test('that lost a row to one read has it after the next', async () => {
    let reads = 0;
    bench.source.counted = (rows) => rows + (reads++ === 0 ? 1 : 0);
    expect(await bench.run(flow)).toMatchObject({ state: 'success', attempt: 2 });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c']);
  });

  test('may have lost rows by the time it is counted: they have changed and come with the next run', async () => {
    bench.source.counted = (rows) => rows - 1;
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(progressOf(run).sourceRecordCount).toEqual({ compared: true, source: 2, staged: 3 });
  });

  test('is counted with the window that was read, and no more', async () => {
    const windows: unknown[] = [];
    bench.source.counted = (rows, { window }) => {
      windows.push(window);
      return rows;
    };
    await bench.run(flow);
    expect(windows).toEqual([
      { column: 'Changed', after: undefined, upTo: new Date('2026-03-01T11:50:00Z') },
    ]);
  });
});

describe('a table that is read whole', () => {
  beforeEach(() => {
    bench.source.deltaColumns = [];
  });

  test('may get rows while it is read', async () => {
    let counts = 0;
    bench.source.counted = (rows) => rows + counts++;
    expect(await bench.run(flow)).toMatchObject({ state: 'success', attempt: 1 });
  });

  test('is missing rows where both counts have more', async () => {
    bench.source.counted = (rows) => rows + 2;
    expect(await bench.run(flow)).toMatchObject({ state: 'failed' });
  });
});

describe('what cannot be compared lands, and the run says so', () => {
  test('where the source does not count', async () => {
    bench.source.counted = () => undefined;
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(progressOf(run)).toMatchObject({
      sourceRecordCount: { compared: false, reason: 'the source does not count them' },
      notices: [{ code: 'ROWS_NOT_COMPARED' }],
    });
  });

  test('where it counts no such rows', async () => {
    bench.source.counted = () => {
      throw new SourceError('invalid', 'NO_AGGREGATES', 'not on this table');
    };
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(progressOf(run).notices).toEqual([
      { code: 'ROWS_NOT_COMPARED', message: expect.stringContaining('NO_AGGREGATES: not on this table') },
    ]);
  });
});

test('a source that may not be asked for its count makes the run wait with all pages staged', async () => {
  await bench.store.runs.enqueue(flow.id);
  bench.source.counted = () => {
    throw new SourceError('limited', 'API_BUDGET', 'all calls are used');
  };
  expect(await bench.attempt()).toMatchObject({ state: 'extracting', progress: { errors: [], waits: 1 } });
  bench.source.sent = [];
  bench.source.counted = (rows) => rows;
  expect(await bench.attempt()).toMatchObject({ state: 'success' });
  expect(bench.source.sent).toEqual([]);
});
