import type { RunRecord } from '@tributary/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChangingSource } from './changing-source.test-kit.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';

let bench: RunBench;

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());

async function rowsOf(flow: BenchFlow): Promise<readonly string[]> {
  const rows = await bench.rows(flow);
  return rows.map((row) => `${row._id} ${Object(Object(row.person).name).lastName}`).toSorted();
}

const noticesOf = (run: RunRecord) => progressOf(run).notices.map(({ code }) => code);

describe('a mirror that appends from now on', () => {
  test('lands once what came at the end of a whole read, also what changed while it was read', async () => {
    const source = new ChangingSource('nothing');
    bench.opened = source;
    source.put('a', 'Ada');
    source.put('b', 'Bea');
    source.wait(30);
    const flow = await bench.flow({ copy: { mode: 'mirror' } });
    await bench.run(flow);
    source.wait(10);
    source.put('b', 'Bob');
    source.put('c', 'Cid');
    source.wait(10);
    await bench.changeCopy(flow, { mode: 'append' });
    const run = await bench.run(flow);
    expect(noticesOf(run)).toEqual(['APPENDS_NEXT']);
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Bob', 'c Cid']);
    source.wait(10);
    source.put('b', 'Ben');
    source.wait(10);
    expect(noticesOf(await bench.run(flow))).toEqual([]);
    expect(await rowsOf(flow)).toEqual(['a Ada', 'b Ben', 'b Bob', 'c Cid']);
  });

  test('fails where its key is not mapped any more, and says so', async () => {
    const source = new ChangingSource('nothing');
    bench.opened = source;
    source.put('a', 'Ada');
    const flow = await bench.flow({ copy: { mode: 'mirror' } });
    await bench.run(flow);
    await bench.changeCopy(flow, { mode: 'append' });
    await bench.changeMappings(flow, 'name');
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(progressOf(run).errors.at(-1)?.message).toContain('key column Id: map it');
  });
});

describe('a flow without backfill misses nothing of between two runs', () => {
  test('where it has followed tokens, and goes on by time', async () => {
    const source = new ChangingSource('tokens');
    bench.opened = source;
    const flow = await bench.flow({ copy: { mode: 'mirror' }, backfill: false });
    await bench.run(flow);
    source.put('a', 'Ada');
    source.wait(3600);
    await bench.changeCopy(flow, { mode: 'upsert' });
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual(['a Ada']);
  });

  test('where another column tells changes from now on', async () => {
    const source = new ChangingSource('nothing');
    bench.opened = source;
    const flow = await bench.flow({ copy: { deltaColumn: { name: 'Changed' } }, backfill: false });
    await bench.run(flow);
    source.put('a', 'Ada');
    source.wait(3600);
    await bench.changeCopy(flow, { deltaColumn: { name: 'Moved' } });
    await bench.run(flow);
    expect(await rowsOf(flow)).toEqual(['a Ada']);
  });
});
