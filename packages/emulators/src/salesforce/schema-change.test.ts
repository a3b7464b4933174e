import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SalesforceEmulator, startSalesforceEmulator } from './emulator.ts';
import { API, connect, type TestClient } from './test-client.ts';

let emulator: SalesforceEmulator;
let client: TestClient;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ rows: { Contact: 900 }, latency: { bulkJobMs: 0 } });
  client = await connect(emulator);
});
afterAll(() => emulator.close());

async function described(name: string): Promise<Record<string, unknown> | undefined> {
  const { fields }: { fields: Record<string, unknown>[] } = JSON.parse(
    await (await client.get(`${API}/sobjects/Contact/describe`)).text(),
  );
  return fields.find((field) => field.name === name);
}

const all = (columns: string) => client.records(`SELECT ${columns} FROM Contact`);

test('a field that is added is described, queried and changed, without a stamp that moves', async () => {
  const before = await all('Id, SystemModstamp');
  await client.control('/schema', {
    object: 'Contact',
    add: [
      { name: 'Tier__c', type: 'picklist', values: ['Gold', 'Silver'] },
      { name: 'Balance__c', type: 'currency', precision: 12, scale: 3 },
      { name: 'Empty__c', type: 'string', length: 40, filled: false },
    ],
  });
  expect(await described('Tier__c')).toMatchObject({ type: 'picklist', custom: true });
  expect(await described('Balance__c')).toMatchObject({ type: 'currency', precision: 12, scale: 3 });
  expect(await described('Empty__c')).toMatchObject({ type: 'string', length: 40, nillable: true });
  const rows = await all('Id, SystemModstamp, Tier__c, Balance__c, Empty__c');
  expect(rows.map(({ Id, SystemModstamp }) => ({ Id, SystemModstamp }))).toEqual(
    before.map(({ Id, SystemModstamp }) => ({ Id, SystemModstamp })),
  );
  expect(new Set(rows.map((row) => row.Tier__c))).toEqual(new Set(['Gold', 'Silver', null]));
  expect(new Set(rows.map((row) => row.Empty__c))).toEqual(new Set([null]));
  const { updated } = await client.control('/mutate', {
    object: 'Contact',
    update: 1,
    set: { Empty__c: 'now' },
  });
  expect(await client.records("SELECT Id FROM Contact WHERE Empty__c = 'now'")).toMatchObject([
    { Id: (updated as string[])[0] },
  ]);
});

test('a field that is removed is gone from describe and queries; added again it begins anew', async () => {
  await client.control('/mutate', { object: 'Contact', update: 900, set: { SeatCount__c: 7 } });
  await client.control('/schema', { object: 'Contact', remove: ['SeatCount__c'] });
  expect(await described('SeatCount__c')).toBeUndefined();
  await expect(all('SeatCount__c')).rejects.toThrow("No such column 'SeatCount__c' on entity 'Contact'");
  await client.control('/schema', {
    object: 'Contact',
    add: [{ name: 'SeatCount__c', type: 'int', filled: false }],
  });
  expect(new Set((await all('SeatCount__c')).map((row) => row.SeatCount__c))).toEqual(new Set([null]));
});

test('a field of another type keeps numbers as numbers, and draws others anew', async () => {
  const before = await all('DiscountRate__c');
  await client.control('/schema', {
    object: 'Contact',
    retype: [
      { name: 'DiscountRate__c', type: 'double', scale: 2 },
      { name: 'LifetimeValue__c', type: 'string' },
    ],
  });
  expect(await described('DiscountRate__c')).toMatchObject({ type: 'double', label: 'Discount Rate' });
  const values = (rows: Record<string, unknown>[]) => rows.map((row) => row.DiscountRate__c);
  expect(values(await all('DiscountRate__c'))).toEqual(values(before));
  const texts = (await all('LifetimeValue__c')).map((row) => row.LifetimeValue__c);
  expect(texts.every((text) => text === null || /^K-\d{4}-\d\d$/.test(String(text)))).toBe(true);
});

test('a formula changes its values in all rows while every stamp stays', async () => {
  await client.control('/schema', {
    object: 'Contact',
    add: [{ name: 'Rank__c', type: 'double', formula: 'Score__c / 2' }],
  });
  expect(await described('Rank__c')).toMatchObject({
    calculated: true,
    calculatedFormula: 'Score__c / 2',
    createable: false,
    updateable: false,
  });
  const before = await all('Rank__c, SystemModstamp');
  await client.control('/recalculate', { object: 'Contact', field: 'Rank__c' });
  const after = await all('Rank__c, SystemModstamp');
  const column = (rows: Record<string, unknown>[], name: string) => rows.map((row) => row[name]);
  expect(column(after, 'SystemModstamp')).toEqual(column(before, 'SystemModstamp'));
  expect(after.filter((row, at) => row.Rank__c !== before[at]?.Rank__c).length).toBeGreaterThan(700);
});

test('a schema that changes between two pages shows in the later one, or fails it', async () => {
  const pages = async (change: Record<string, unknown>) => {
    const soql = encodeURIComponent('SELECT Id, Title, Department FROM Contact');
    const headers = { 'sforce-query-options': 'batchSize=500' };
    const first = JSON.parse(await (await client.get(`${API}/query?q=${soql}`, headers)).text());
    await client.control('/fault', {
      kind: 'schemaChange',
      object: 'Contact',
      path: '/query/01g',
      ...change,
    });
    return { first, later: await client.get(first.nextRecordsUrl) };
  };
  const { first, later } = await pages({ retype: [{ name: 'Department', type: 'int' }] });
  expect(typeof first.records[0].Department).not.toBe('number');
  const { records } = JSON.parse(await later.text());
  expect(records).toHaveLength(400);
  expect(records.some((row: Record<string, unknown>) => typeof row.Department === 'number')).toBe(true);

  const removed = await pages({ remove: ['Title'] });
  expect(removed.later.status).toBe(400);
  expect(await removed.later.json()).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
});

test('results of a bulk job stay as they were when it was made', async () => {
  const job = await client.finishedJob('SELECT Id, Phone FROM Contact');
  await client.control('/schema', { object: 'Contact', remove: ['Phone'] });
  const csv = await (await client.get(`${API}/jobs/query/${job.id}/results`)).text();
  expect(csv.split('\n', 1)).toEqual(['"Id","Phone"']);
  const refused = await client.send('POST', `${API}/jobs/query`, {
    operation: 'query',
    query: 'SELECT Id, Phone FROM Contact',
  });
  expect(await refused.json()).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
});
