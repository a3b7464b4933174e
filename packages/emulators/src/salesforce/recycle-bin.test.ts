import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SalesforceEmulator, startSalesforceEmulator } from './emulator.ts';
import { API, connect, type TestClient } from './test-client.ts';

let emulator: SalesforceEmulator;
let client: TestClient;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ rows: { Contact: 50 }, latency: { bulkJobMs: 0 } });
  client = await connect(emulator);
});
afterAll(() => emulator.close());

const ids = async (soql: string, resource: 'query' | 'queryAll') =>
  (await client.records(soql, resource)).map((record) => record.Id);

async function deletedIds(start: string, end: string): Promise<unknown[]> {
  const query = new URLSearchParams({ start, end });
  const response = await client.get(`${API}/sobjects/Contact/deleted/?${query}`);
  if (!response.ok) return [JSON.parse(await response.text())[0].errorCode];
  const answer: { deletedRecords: { id: string }[] } = JSON.parse(await response.text());
  return answer.deletedRecords.map(({ id }) => id);
}

test('a deleted row lies in the bin, comes back with a new stamp, and is told of as long', async () => {
  await client.control('/clock', { now: '2026-09-01T10:00:30Z' });
  const { deleted } = await client.control('/mutate', { object: 'Contact', delete: 2 });
  const inBin = 'SELECT Id FROM Contact WHERE IsDeleted = true';
  expect(await ids(inBin, 'queryAll')).toEqual(deleted);
  expect(await ids(inBin, 'query')).toEqual([]);
  expect(await deletedIds('2026-09-01T10:00:00Z', '2026-09-01T11:00:00Z')).toEqual(deleted);

  await client.control('/clock', { now: '2026-09-01T12:00:00Z' });
  const { undeleted } = await client.control('/mutate', { object: 'Contact', undelete: 2 });
  expect(undeleted).toEqual(deleted);
  expect(await ids(inBin, 'queryAll')).toEqual([]);
  expect(await ids('SELECT Id FROM Contact WHERE SystemModstamp = 2026-09-01T12:00:00Z', 'query')).toEqual(
    deleted,
  );
  expect(await deletedIds('2026-09-01T10:00:00Z', '2026-09-01T13:00:00Z')).toEqual([]);
});

test('a row that is deleted hard shows nowhere', async () => {
  const { hardDeleted } = await client.control('/mutate', { object: 'Contact', hardDelete: 3 });
  const [id] = hardDeleted as string[];
  expect(hardDeleted).toHaveLength(3);
  expect(await client.count('SELECT COUNT() FROM Contact')).toBe(47);
  expect(await ids(`SELECT Id FROM Contact WHERE Id = '${id}'`, 'queryAll')).toEqual([]);
  const job = await client.finishedJob('SELECT Id FROM Contact', { operation: 'queryAll' });
  expect(job.numberRecordsProcessed).toBe(47);
  expect(await deletedIds('2026-09-01T09:00:00Z', '2026-09-01T13:00:00Z')).toEqual([]);
  expect((await client.get(`${API}/sobjects/Contact/${id}`)).status).toBe(404);
});

test('deletions are told of for fifteen days, and asked for back to thirty', async () => {
  await client.control('/clock', { now: '2026-09-10T10:00:00Z' });
  const { deleted } = await client.control('/mutate', { object: 'Contact', delete: 1 });
  await client.control('/clock', { now: '2026-09-24T10:00:00Z' });
  expect(await deletedIds('2026-09-10T00:00:00Z', '2026-09-24T00:00:00Z')).toEqual(deleted);
  await client.control('/clock', { now: '2026-09-26T10:00:00Z' });
  expect(await deletedIds('2026-09-10T00:00:00Z', '2026-09-24T00:00:00Z')).toEqual([]);
  expect(await deletedIds('2026-09-01T00:00:00Z', '2026-09-02T00:00:00Z')).toEqual([
    'INVALID_REPLICATION_DATE',
  ]);
  expect(await deletedIds('2026-08-01T00:00:00Z', '2026-09-24T00:00:00Z')).toEqual([
    'INVALID_REPLICATION_DATE',
  ]);
});

test('what is deleted, came back and is gone is so after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bin-'));
  try {
    const options = { rows: { Lead: 30 }, journalPath: join(folder, 'org.jsonl') };
    const seen: unknown[] = [];
    for (const isFirst of [true, false]) {
      const restarted = await startSalesforceEmulator(options);
      const its = await connect(restarted);
      if (isFirst) {
        await its.control('/mutate', { object: 'Lead', delete: 5, hardDelete: 2 });
        await its.control('/mutate', { object: 'Lead', undelete: 2 });
        await its.control('/schema', { object: 'Lead', add: [{ name: 'Score__c', type: 'double' }] });
      }
      seen.push(await its.records('SELECT Id, IsDeleted, SystemModstamp, Score__c FROM Lead', 'queryAll'));
      await restarted.close();
    }
    expect(seen[0]).toHaveLength(28);
    expect(seen[1]).toEqual(seen[0]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
