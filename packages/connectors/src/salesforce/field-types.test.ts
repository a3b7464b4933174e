import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmulatedOrg, readAll } from './emulated-org.test-kit.ts';

const ROWS = 40;
const tables = ['Contact', 'Opportunity', 'Venue__c', 'Attachment', 'ContactHistory', 'Task'];

let org: EmulatedOrg;
beforeAll(async () => {
  org = new EmulatedOrg(
    await startSalesforceEmulator({
      rows: Object.fromEntries(tables.map((table) => [table, ROWS])),
      latency: { bulkJobMs: 5 },
    }),
  );
});
afterAll(() => org.close());

describe.each(tables)('all columns of %s', (table) => {
  test.each([
    ['rest', 1_000_000],
    ['bulk', 1],
  ])('can be read: %s', async (api, bulkFromRows) => {
    const source = org.source({ bulkFromRows });
    const columns = (await source.describe(table)).columns.map(({ name }) => name);
    const { partitions, sink } = await readAll(source, { table, columns, window: undefined });
    expect(partitions).toMatchObject([{ announcedRows: ROWS, state: { api } }]);
    expect(partitions[0]?.notice).toBeUndefined();
    const [page] = sink.pages;
    expect(page?.rows).toBe(ROWS);
    const named = api === 'bulk' ? header(page?.text) : Object.keys(firstRecord(page?.text));
    expect(named.filter((name) => name !== 'attributes').sort()).toEqual(columns.toSorted());
  });
});

test('binary data is told as what is not read', async () => {
  const { columns, notices } = await org.source().describe('Attachment');
  expect(columns.map(({ name }) => name)).not.toContain('Body');
  expect(notices).toEqual([expect.stringMatching(/^Body is not read/)]);
});

function header(text = ''): readonly string[] {
  return (text.split('\n')[0] ?? '').split(',').map((cell) => cell.replaceAll('"', ''));
}

function firstRecord(text = ''): object {
  // A page of query results holds its rows here.
  const { records } = JSON.parse(text) as { records: object[] };
  return records[0] ?? {};
}
