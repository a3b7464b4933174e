import type { ColumnType } from '@tributary/xdm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptDrift } from './accept-drift.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { peopleColumns } from './table-source.test-kit.ts';

let bench: RunBench;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());
beforeEach(() => {
  bench.source.columns = peopleColumns;
  bench.source.rows = [{ id: '007', stamp: '2026-03-01T10:00:00Z' }];
  bench.source.now = new Date('2026-03-01T12:00:00Z');
});

/**
 * A flow whose key column, which it maps to a text, had one type at its first run and has another from then
 * on.
 */
async function retyped(mode: string, from: ColumnType, to: ColumnType): Promise<BenchFlow> {
  const withId = (type: ColumnType) =>
    peopleColumns.map((column) => (column.name === 'Id' ? { ...column, type } : column));
  bench.source.columns = withId(from);
  const flow = await bench.flow({ copy: { mode } });
  await bench.run(flow);
  bench.source.columns = withId(to);
  bench.source.now = new Date('2026-03-01T13:00:00Z');
  bench.source.rows = [{ id: '007', stamp: '2026-03-01T12:30:00Z' }];
  return flow;
}

describe('a key column of another type, by whose text rows are found,', () => {
  test.each([
    ['integer', 'string'],
    ['string', 'number'],
  ] as const)('fails the run before it reads (%s to %s)', async (from, to) => {
    const flow = await retyped('upsert', from, to);
    bench.source.sent = [];
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(progressOf(run).errors[0]?.message).toContain(`Id ${to} instead of ${from}`);
    expect(progressOf(run).notices).toMatchObject([{ code: 'SCHEMA_DRIFT_REFUSED' }]);
    expect(bench.source.sent).toEqual([]);
  });

  test('lands once that is accepted', async () => {
    const flow = await retyped('upsert', 'integer', 'string');
    expect(await acceptDrift(bench.store, await bench.run(flow))).toBe(true);
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['007', '7']);
  });

  test('is none where both types write the same text', async () => {
    const flow = await retyped('upsert', 'integer', 'long');
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['7']);
  });

  test('is nothing to a flow that appends', async () => {
    expect(await bench.run(await retyped('append', 'integer', 'string'))).toMatchObject({ state: 'success' });
  });
});
