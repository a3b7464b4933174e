import type { SourceColumn } from '@tributary/xdm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptDrift } from './accept-drift.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { peopleColumns } from './table-source.test-kit.ts';

let bench: RunBench;
let flow: BenchFlow;

const nickname: SourceColumn = { name: 'Nickname', type: 'string' };
const nicknameAsNumber: SourceColumn = { name: 'Nickname', type: 'integer' };

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  bench.source.columns = peopleColumns;
  flow = await bench.flow({ schemaDrift: 'fail' });
  await bench.run(flow);
});

async function failedFor(columns: readonly SourceColumn[]) {
  bench.source.columns = columns;
  const run = await bench.run(flow);
  expect(run.state).toBe('failed');
  return run;
}

describe('a change of columns that is accepted', () => {
  test('fails no run any more, until the columns change again', async () => {
    const failed = await failedFor([...peopleColumns, nickname]);
    expect(progressOf(failed).notices).toEqual([
      { code: 'SCHEMA_DRIFT_REFUSED', message: expect.stringContaining('Nickname new') },
    ]);
    expect(await acceptDrift(bench.store, failed)).toBe(true);
    expect(await bench.run(flow)).toMatchObject({ state: 'success', progress: { notices: [] } });
    await failedFor([...peopleColumns, nicknameAsNumber]);
  });

  test('cannot be accepted once more', async () => {
    const failed = await failedFor([...peopleColumns, nickname]);
    await acceptDrift(bench.store, failed);
    expect(await acceptDrift(bench.store, failed)).toBe(false);
  });
});

describe('nothing is to be accepted', () => {
  test('of a run from other columns than the flow has got to know since', async () => {
    const failed = await failedFor([...peopleColumns, nickname]);
    const later = await failedFor([...peopleColumns, nicknameAsNumber]);
    await acceptDrift(bench.store, later);
    expect(await acceptDrift(bench.store, failed)).toBe(false);
  });

  test('of a run that has not failed, or for something else', async () => {
    expect(await acceptDrift(bench.store, await bench.run(flow))).toBe(false);
    flow = await bench.flow({ schemaDrift: 'add' });
    await bench.run(flow);
    const failed = await failedFor([...peopleColumns.filter(({ name }) => name !== 'Name'), nickname]);
    expect(await acceptDrift(bench.store, failed)).toBe(false);
  });
});
