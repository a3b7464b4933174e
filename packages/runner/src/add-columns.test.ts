import { currentSchema, readTable } from '@tributary/lake';
import type { SourceColumn } from '@tributary/xdm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { documentOf, type MappingSetDocument } from './documents.ts';
import { progressOf } from './progress.ts';
import { type BenchFlow, RunBench, SCHEMA_ID } from './run-bench.test-kit.ts';
import { peopleColumns } from './table-source.test-kit.ts';

let bench: RunBench;
let flow: BenchFlow;

const region: SourceColumn = { name: 'Region__c', type: 'string', originalType: 'picklist' };
const height: SourceColumn = { name: 'Größe (cm)', type: 'integer' };

/** A column as the mapping language names it that is no plain name. */
const quotedName = ({ name }: SourceColumn) => ['$', `{${name}}`].join('');

beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  bench.source.rows = [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }];
  bench.source.columns = peopleColumns;
  bench.source.now = new Date('2026-03-01T12:00:00Z');
  flow = await bench.flow({ schemaDrift: 'add' });
});

async function mappingSet(): Promise<MappingSetDocument & { version: number }> {
  const resource = await bench.store.resources('mappingSet').get(flow.mappingId);
  if (resource === undefined) throw new Error('the mapping set is gone');
  return { ...documentOf('mappingSet', resource), version: resource.version };
}

/** Lets columns and rows appear at the source after a first run. */
async function after(
  columns: readonly SourceColumn[],
  more: Readonly<Record<string, string>>,
): Promise<void> {
  await bench.run(flow);
  bench.source.columns = [...peopleColumns, ...columns];
  bench.source.now = new Date('2026-03-01T13:00:00Z');
  bench.source.rows.push({ id: 'b', stamp: '2026-03-01T12:30:00Z', more });
}

describe('a new column, where the flow’s policy is to add', () => {
  test('gets a field in a group that is the flow’s, a mapping, and lands; old rows have nothing there', async () => {
    await after([region, height], { [region.name]: 'North', [height.name]: '180' });
    const run = await bench.run(flow);
    expect(run).toMatchObject({ state: 'success', attempt: 1 });
    expect(progressOf(run).notices).toMatchObject([
      { code: 'COLUMNS_ADDED', message: expect.stringContaining('Region__c (_acme.peopleAdded') },
      { code: 'SCHEMA_DRIFT' },
    ]);
    const rows = await bench.rows(flow);
    const added = rows.map(({ _acme: own = {} }) => Object.values(Object(own))[0]);
    expect(added).toEqual([undefined, { region__c: 'North', groECm: 180 }]);

    const { version, mappings } = await mappingSet();
    expect(version).toBe(2);
    expect(mappings.map(({ sourceType, source }) => [sourceType, source])).toEqual([
      ['ATTRIBUTE', 'Id'],
      ['ATTRIBUTE', 'Name'],
      ['ATTRIBUTE', 'Region__c'],
      ['ATTRIBUTE', quotedName(height)],
    ]);
    const { items: groups } = await bench.store.resources('mixin').list({ limit: 100 });
    expect(groups.filter(({ body }) => String(body.title).includes(flow.id))).toHaveLength(1);
    const { items: log } = await bench.store.resources('auditEntry').list({
      filters: [{ path: ['resourceId'], operator: '==', value: SCHEMA_ID }],
      limit: 10,
    });
    expect(log[0]?.createdBy).toBe('tributary');
  });

  test('of exact decimals lands to the last digit', async () => {
    const amount: SourceColumn = { name: 'Amount', type: 'decimal', digits: { precision: 18, scale: 2 } };
    await after([amount], { [amount.name]: '1234567890123456.78' });
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    const added = (await bench.rows(flow)).map(({ _acme: own = {} }) => Object.values(Object(own))[0]);
    expect(added).toEqual([undefined, { amount: '1234567890123456.78' }]);
  });

  test('joins those that came before it, whose columns in the table stay as they are', async () => {
    await after([region], { [region.name]: 'North' });
    await bench.run(flow);
    const before = await tableColumns();
    expect(before).toContainEqual(expect.stringMatching(/"name":"region__c"/));
    bench.source.columns = [...peopleColumns, region, height];
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    expect(await tableColumns()).toEqual(expect.arrayContaining(before));
    expect((await mappingSet()).version).toBe(3);
  });

  test('is added once, though the run is planned again', async () => {
    await after([region], {});
    await bench.store.runs.enqueue(flow.id);
    const { clock } = bench.source;
    bench.source.clock = () => Promise.reject(new Error('no connection'));
    await bench.attempt();
    bench.source.clock = clock;
    const run = await bench.attempt();
    expect(run.state).toBe('success');
    expect(progressOf(run).notices.map(({ code }) => code)).toContain('COLUMNS_ADDED');
    expect((await mappingSet()).version).toBe(2);
  });

  test('is left out where the flow keeps to a version of its mapping set, and that is told', async () => {
    await bench.pinMapping(flow, 1);
    await after([region], {});
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect(progressOf(run).notices[0]).toEqual({
      code: 'COLUMNS_NOT_ADDED',
      message: expect.stringContaining('names version 1 of its mapping set'),
    });
    expect((await mappingSet()).version).toBe(1);
  });

  test('is left out where another flow follows the mapping set, and comes once that one keeps to a version', async () => {
    const other = await bench.flow({ mappingSetId: flow.mappingId });
    await after([region], {});
    expect(progressOf(await bench.run(flow)).notices[0]).toEqual({
      code: 'COLUMNS_NOT_ADDED',
      message: expect.stringContaining(`the flow ${other.id} follows the mapping set`),
    });
    expect((await mappingSet()).version).toBe(1);
    await bench.pinMapping(other, 1);
    bench.source.columns = [...peopleColumns, region, height];
    await bench.run(flow);
    expect((await mappingSet()).mappings.map(({ source }) => source)).toContain(quotedName(height));
  });

  test('is left out where no field can hold it; its neighbours are added', async () => {
    const nested: SourceColumn = {
      name: 'Tree',
      type: { kind: 'array', items: { kind: 'array', items: { kind: 'array', items: 'string' } } },
    };
    await after([nested, region], {});
    const run = await bench.run(flow);
    expect(run.state).toBe('success');
    expect((await mappingSet()).mappings.map(({ source }) => source)).toContain('Region__c');
  });

  test('is declared at a source connection that lists its columns', async () => {
    await bench.declareColumns(flow, peopleColumns);
    await after([region], { [region.name]: 'North' });
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
    expect(await bench.run(flow)).toMatchObject({ state: 'success' });
  });

  test('is added once where the store’s answer to the transaction is lost', async () => {
    await after([region], { [region.name]: 'North' });
    await bench.store.runs.enqueue(flow.id);
    let isLost = false;
    const run = await bench.attempt({
      through: (store) => ({
        ...store,
        async transaction(work) {
          const result = await store.transaction(work);
          if (isLost || (await mappingSet()).version === 1) return result;
          isLost = true;
          throw new Error('Connection terminated unexpectedly');
        },
      }),
    });
    expect(progressOf(run).errors).toHaveLength(1);
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect((await mappingSet()).version).toBe(2);
    const [, added] = (await bench.rows(flow)).map(({ _acme: own = {} }) => Object.values(Object(own))[0]);
    expect(added).toEqual({ region__c: 'North' });
  });

  test('does not come into the table where the transaction fails, nor anywhere else', async () => {
    await after([region], {});
    const before = await tableColumns();
    await bench.store.runs.enqueue(flow.id);
    const run = await bench.attempt({
      through: (store) => ({
        ...store,
        transaction: (work) =>
          store.transaction(async (transaction) => {
            await work(transaction);
            throw new Error('Connection terminated unexpectedly');
          }),
      }),
    });
    expect(progressOf(run).errors).toHaveLength(1);
    expect(await tableColumns()).toEqual(before);
    expect((await mappingSet()).version).toBe(1);
    expect(await bench.attempt()).toMatchObject({ state: 'success' });
    expect((await mappingSet()).version).toBe(2);
  });
});

/** Names and field ids of all columns of the dataset's table, nested ones too. */
async function tableColumns(): Promise<string[]> {
  const pointer = await bench.store.tables.get(flow.dataSetId);
  const table = await readTable(bench.services.lake.io, pointer?.metadataLocation ?? '');
  const text = JSON.stringify(currentSchema(table.metadata));
  return text.match(/"id":\d+,"name":"[^"]+"/g) ?? [];
}
