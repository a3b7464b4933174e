import { SourceError } from '@tributary/connectors';
import type { SourceColumn } from '@tributary/xdm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeRun } from './describe-run.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench } from './run-bench.test-kit.ts';
import { afterDrift, driftNotices, hasDrifted, schemaDrift } from './schema-drift.ts';
import { peopleColumns } from './table-source.test-kit.ts';

const early = '2026-03-01T10:00:00Z';

const column = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  type: fc.constantFrom('string', 'integer', 'date-time'),
});
const table = fc.uniqueArray(column as fc.Arbitrary<SourceColumn>, { selector: ({ name }) => name });

describe('the drift between two tables', () => {
  test('is none where nothing but the order has changed', () => {
    fc.assert(fc.property(table, (columns) => !hasDrifted(schemaDrift(columns, columns.toReversed()))));
  });

  test('makes the later one of the earlier', () => {
    fc.assert(
      fc.property(table, table, (before, now) => {
        const { added, removed, retyped } = schemaDrift(before, now);
        const gone = new Set(removed.map(({ name }) => name));
        const natures = new Map(retyped.map(({ name, to }) => [name, to]));
        const made = before
          .filter(({ name }) => !gone.has(name))
          .map((kept) => ({ ...kept, ...natures.get(kept.name) }));
        const byName = (one: SourceColumn, other: SourceColumn) => (one.name < other.name ? -1 : 1);
        expect([...made, ...added].sort(byName)).toEqual(now.toSorted(byName));
      }),
    );
  });

  test('leads from the earlier to the later one, and from there to nothing', () => {
    fc.assert(
      fc.property(table, table, (before, now) => {
        const drift = schemaDrift(before, now);
        const after = afterDrift(before, drift);
        expect(after && hasDrifted(schemaDrift(after, now))).toBe(false);
        if (hasDrifted(drift)) expect(afterDrift(now, drift)).toBeUndefined();
      }),
    );
  });

  test('sees a nested column of another make-up, not one in another order', () => {
    const nested = (...names: string[]): SourceColumn => ({
      name: 'address',
      type: { kind: 'object', fields: names.map((name) => ({ name, type: 'string' })) },
    });
    expect(hasDrifted(schemaDrift([nested('city', 'street')], [nested('street', 'city')]))).toBe(false);
    expect(hasDrifted(schemaDrift([nested('city')], [nested('city', 'street')]))).toBe(true);
  });

  test('sees decimals of other digits, and none where an earlier run has kept none', () => {
    const amount: SourceColumn = { name: 'Amount', type: 'decimal', originalType: 'currency' };
    const cents: SourceColumn = { ...amount, digits: { precision: 18, scale: 2 } };
    const mills: SourceColumn = { ...amount, digits: { precision: 18, scale: 3 } };
    expect(hasDrifted(schemaDrift([amount], [cents]))).toBe(false);
    const [notice] = driftNotices(schemaDrift([cents], [mills]), new Set());
    expect(notice?.message).toContain('Amount decimal(18,3) (currency) instead of decimal(18,2) (currency)');
  });

  test('is told in words, of hundreds of columns only some', () => {
    const columns = Array.from({ length: 300 }, (_, n): SourceColumn => ({ name: `c${n}`, type: 'string' }));
    const [notice] = driftNotices(schemaDrift([], columns), new Set());
    expect(notice?.message).toMatch(/c0, c1, .*c19 and 280 more new\.$/);
  });
});

describe('a run', () => {
  let bench: RunBench;
  let flow: BenchFlow;
  const nickname: SourceColumn = { name: 'Nickname', type: 'string', originalType: 'VARCHAR(40)' };
  const withoutName = peopleColumns.filter(({ name }) => name !== 'Name');
  const withoutBorn = peopleColumns.filter(({ name }) => name !== 'Born');

  beforeAll(async () => {
    bench = await RunBench.open();
  });
  afterAll(() => bench?.close());
  beforeEach(() => {
    bench.source.rows = [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }];
    bench.source.columns = peopleColumns;
    bench.source.now = new Date('2026-03-01T12:00:00Z');
  });

  test('compares with the flow’s last run, and so the first one with nothing', async () => {
    flow = await bench.flow();
    expect(describeRun(await bench.run(flow), '')).not.toHaveProperty(
      'metrics.statusSummary.extensions.schemaDrift',
    );
    expect(describeRun(await bench.run(flow), '')).toHaveProperty(
      'metrics.statusSummary.extensions.schemaDrift',
      { added: [], removed: [], retyped: [] },
    );
  });

  test('tells what is new and what is gone once, and reads on', async () => {
    flow = await bench.flow();
    await bench.run(flow);
    bench.source.columns = [...withoutBorn, nickname];
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(progressOf(run)).toMatchObject({
      drift: { added: [nickname], removed: [{ name: 'Born', type: 'string' }], retyped: [] },
      notices: [{ code: 'SCHEMA_DRIFT', message: expect.stringContaining('Nickname new; Born gone') }],
    });
    expect(progressOf(await bench.run(flow)).notices).toEqual([]);
  });

  test('reads a column of another type where the mappings fit it still, and says so', async () => {
    flow = await bench.flow();
    await bench.run(flow);
    bench.source.columns = peopleColumns.map((column) =>
      column.name === 'Name' ? { name: 'Name', type: 'integer' } : column,
    );
    bench.source.rows = [{ id: 'b', stamp: '2026-03-01T11:55:00Z', name: '7' }];
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(progressOf(run).notices).toEqual([
      { code: 'SCHEMA_DRIFT', message: expect.stringContaining('read Name with the new type') },
    ]);
    expect(await bench.landed(flow)).toEqual(['a', 'b']);
  });

  test('fails where the mappings do not fit the new type, and names both types', async () => {
    flow = await bench.flow();
    await bench.run(flow);
    bench.source.columns = peopleColumns.map((column) =>
      column.name === 'Name' ? { name: 'Name', type: { kind: 'array', items: 'string' } } : column,
    );
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(progressOf(run).errors[0]?.message).toContain('Name array instead of string');
  });

  test.each(['ignore', 'add'] as const)(
    'fails where a mapping reads what is gone, also to %s',
    async (policy) => {
      flow = await bench.flow({ schemaDrift: policy });
      await bench.run(flow);
      bench.source.columns = withoutName;
      const run = await bench.run(flow);
      expect(run).toMatchObject({ state: 'failed', attempt: 1 });
      expect(progressOf(run).errors[0]?.message).toContain('Name gone');
    },
  );

  test('fails before it reads where that is the flow’s policy, until the policy is another', async () => {
    flow = await bench.flow({ schemaDrift: 'fail' });
    await bench.run(flow);
    bench.source.columns = [...peopleColumns, nickname];
    bench.source.sent = [];
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(progressOf(run).errors[0]?.message).toMatch(
      /^\/options\/schemaDrift: nothing was read.*Nickname new/,
    );
    expect(bench.source.sent).toEqual([]);
  });

  test('from under which a column vanishes fails with nothing landed, and the next one names the column', async () => {
    flow = await bench.flow();
    await bench.run(flow);
    const { tables } = bench.store;
    const before = await tables.get(flow.dataSetId);
    bench.source.now = new Date('2026-03-01T13:00:00Z');
    bench.source.rows = ['b', 'c', 'd'].map((id) => ({ id, stamp: '2026-03-01T12:30:00Z' }));
    bench.source.beforePage = (page) => {
      if (page !== 'settled-job/1') return;
      bench.source.columns = withoutName;
      throw new SourceError('invalid', 'INVALID_FIELD', 'there is no column Name');
    };
    const run = await bench.run(flow);
    bench.source.beforePage = () => undefined;
    expect(run).toMatchObject({ state: 'failed', attempt: 1 });
    expect(progressOf(run).errors[0]?.message).toContain('there is no column Name');
    expect(await bench.staged()).not.toContain(run.id);
    expect(await tables.get(flow.dataSetId)).toEqual(before);
    expect(progressOf(await bench.run(flow)).errors[0]?.message).toContain('Name gone');
    bench.source.columns = peopleColumns;
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    expect(await bench.landed(flow)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('whose later pages come without a column lands none of them', async () => {
    flow = await bench.flow();
    bench.source.rows = ['a', 'b', 'c'].map((id) => ({ id, stamp: early }));
    bench.source.beforePage = (page) => {
      bench.source.leftOut = page === 'settled-job/0' ? [] : ['Name'];
    };
    const run = await bench.run(flow);
    Object.assign(bench.source, { beforePage: () => undefined, leftOut: [] });
    expect(run.state).toBe('failed');
    expect(progressOf(run).errors.at(-1)?.message).toContain('Name');
    expect(await bench.landed(flow)).toEqual([]);
  });

  test('that fails leaves the drift to be told by the next one', async () => {
    flow = await bench.flow();
    await bench.run(flow);
    bench.source.columns = [...peopleColumns, nickname];
    bench.source.now = new Date('2026-03-01T13:00:00Z');
    bench.source.counted = (rows) => rows + 1;
    expect(await bench.run(flow)).toMatchObject({ state: 'failed' });
    bench.source.counted = (rows) => rows;
    expect(progressOf(await bench.run(flow)).drift?.added).toEqual([nickname]);
  });

  test('shows what the table and the way it was read have to tell', async () => {
    flow = await bench.flow();
    bench.source.fallBack = 'read by REST, for the bulk jobs of today are used up';
    bench.source.tableNotices = ['Photo is binary and is not read'];
    const run = await bench.run(flow);
    Object.assign(bench.source, { fallBack: undefined, tableNotices: [] });
    expect(describeRun(run, '')).toHaveProperty('metrics.statusSummary.extensions.notices', [
      { code: 'TABLE_LIMITED', message: 'Photo is binary and is not read' },
      { code: 'READ_FALL_BACK', message: 'read by REST, for the bulk jobs of today are used up' },
    ]);
  });
});
