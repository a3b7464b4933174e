import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SalesforceEmulator, startSalesforceEmulator } from './emulator.ts';
import { API, connect, type TestClient } from './test-client.ts';

let emulator: SalesforceEmulator;
let client: TestClient;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ rows: { Contact: 800 } });
  client = await connect(emulator);
});
afterAll(() => emulator.close());

async function rowsById(): Promise<Map<unknown, Record<string, unknown>>> {
  const text = await (await client.get('/__emulator/rows?object=Contact')).text();
  const rows: Record<string, unknown>[] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return new Map(rows.map((row) => [row.Id, row]));
}

test('a mutation changes exactly the rows it names, each in several fields, at one stamp', async () => {
  const before = await rowsById();
  const { updated, inserted, deleted, at } = await client.control('/mutate', {
    object: 'Contact',
    update: 100,
    insert: 20,
    delete: 30,
  });
  const after = await rowsById();
  const named = { updated, inserted, deleted } as Record<string, string[]>;
  expect([named.updated?.length, named.inserted?.length, named.deleted?.length]).toEqual([100, 20, 30]);
  expect(after.size).toBe(before.size - 10);
  for (const id of named.deleted ?? []) expect(after.has(id)).toBe(false);
  for (const id of named.inserted ?? []) {
    expect(before.has(id)).toBe(false);
    expect(after.get(id)).toMatchObject({ CreatedDate: at, LastModifiedDate: at, SystemModstamp: at });
  }
  for (const [id, row] of after) {
    const old = before.get(id);
    if (old === undefined) continue;
    const changed = Object.keys(row).filter((name) => row[name] !== old[name]);
    if (!named.updated?.includes(String(id))) expect(changed).toEqual([]);
    else {
      expect(changed).toEqual(expect.arrayContaining(['LastModifiedDate', 'SystemModstamp']));
      expect(changed.length).toBeGreaterThanOrEqual(4);
      expect(changed).not.toContain('CreatedDate');
      expect(row.SystemModstamp).toBe(at);
    }
  }
});

test('each mutation chooses other rows', async () => {
  const first = await client.control('/mutate', { object: 'Contact', update: 20 });
  const second = await client.control('/mutate', { object: 'Contact', update: 20 });
  expect(second.updated).not.toEqual(first.updated);
});

test('set forces values, bad ones too, and every API shows them', async () => {
  const set = {
    Birthdate: 'last Tuesday',
    LifetimeValue__c: 'a lot',
    Email: null,
    email: 'x',
    CreatedDate: '2020-02-02T02:02:02Z',
  };
  const { updated, inserted } = await client.control('/mutate', {
    object: 'Contact',
    update: 1,
    insert: 1,
    set,
  });
  for (const id of [...(updated as string[]), ...(inserted as string[])]) {
    const [record] = await client.records(
      `SELECT Birthdate, LifetimeValue__c, Email, CreatedDate FROM Contact WHERE Id = '${id}'`,
    );
    expect(record).toMatchObject({
      Birthdate: 'last Tuesday',
      LifetimeValue__c: 'a lot',
      Email: 'x',
      CreatedDate: '2020-02-02T02:02:02.000+0000',
    });
  }
  const job = await client.finishedJob("SELECT Birthdate FROM Contact WHERE Email = 'x'");
  const csv = await (await client.get(`${API}/jobs/query/${job.id}/results`)).text();
  expect(csv).toBe('"Birthdate"\n"last Tuesday"\n"last Tuesday"\n');
});

test('the clock stands where it is put, shows in Date headers and stamps, and runs again', async () => {
  for (const now of ['2026-10-05T06:07:08Z', Date.UTC(2026, 9, 5, 6, 7, 8)]) {
    expect(await client.control('/clock', { now })).toEqual({ now: '2026-10-05T06:07:08.000Z' });
  }
  expect((await client.get(`${API}/limits`)).headers.get('date')).toBe('Mon, 05 Oct 2026 06:07:08 GMT');
  expect(await client.control('/mutate', { object: 'Lead', update: 1 })).toMatchObject({
    at: '2026-10-05T06:07:08.000Z',
  });
  const { now } = await client.control('/clock', { now: null });
  expect(Math.abs(Date.parse(String(now)) - Date.now())).toBeLessThan(10_000);
});

test('the state counts requests by route', async () => {
  await client.count('SELECT COUNT() FROM Campaign');
  const { requests, rows } = await client.state();
  expect(requests).toMatchObject({ 'GET /services/data/:version/query': expect.any(Number) });
  expect(rows).toMatchObject({ Campaign: 120 });
});

test.each([
  ['/mutate', {}, "'object' must be one of Account"],
  ['/mutate', { object: 'Contacts', update: 1 }, "'object' must be one of"],
  ['/mutate', { object: 'Contact' }, "At least one of 'update', 'insert', 'delete', 'undelete' and"],
  ['/mutate', { object: 'Contact', update: -1 }, "'update' must be a whole number"],
  ['/mutate', { object: 'Contact', update: '5' }, "'update' must be a whole number"],
  ['/mutate', { object: 'Contact', update: 1.5 }, "'update' must be a whole number"],
  [
    '/mutate',
    { object: 'Contact', update: 600, delete: 600 },
    "'update', 'delete' and 'hardDelete' together cannot be 1200",
  ],
  ['/mutate', { object: 'Contact', undelete: 500 }, "'undelete' cannot be 500"],
  ['/mutate', { object: 'Contact', upsert: 1 }, "'upsert' is unknown here"],
  ['/mutate', { object: 'Contact', update: 1, set: { Nope: 1 } }, 'Contact has no such field'],
  ['/mutate', { object: 'Contact', update: 1, set: { Id: 'x' } }, "'set' cannot give Id a value"],
  ['/mutate', { object: 'Contact', update: 1, set: { Email: {} } }, "'set.Email' must be text"],
  ['/mutate', { object: 'Contact', update: 1, set: [] }, "'set' must be an object"],
  ['/mutate', [], 'must be a JSON object'],
  ['/fault', {}, "'kind' must be one of status"],
  ['/fault', { kind: 'toString' }, "'kind' must be one of status"],
  ['/fault', { kind: 'status', status: 200 }, "'status' must be a whole number from 400 to 599"],
  ['/fault', { kind: 'status', times: 0 }, "'times' must be a whole number"],
  ['/fault', { kind: 'reset', delayMs: 1 }, "'delayMs' is unknown here"],
  ['/fault', { kind: 'reset', path: '(' }, "'path' must be a regular expression"],
  ['/fault', { kind: 'error', errorCode: 5 }, "'errorCode' and 'message' must be text"],
  ['/fault', { kind: 'shortPage', announced: 'x' }, "'announced' must be whole or short"],
  ['/fault', { kind: 'mutation', object: 'Nope', update: 1 }, "'object' must be one of"],
  ['/fault', { kind: 'schemaChange', object: 'Contact', remove: ['Nope'] }, "no field 'Nope'"],
  ['/schema', { object: 'Contact' }, "At least one of 'add', 'remove' and 'retype'"],
  ['/schema', { object: 'Contact', remove: ['Id'] }, "no field 'Id' that can be changed"],
  ['/schema', { object: 'Contact', remove: ['MailingAddress'] }, "no field 'MailingAddress'"],
  ['/schema', { object: 'Contact', remove: 'Title' }, "'remove' must be a list"],
  ['/schema', { object: 'Contact', add: [{ name: 'title', type: 'int' }] }, "a field 'title' already"],
  ['/schema', { object: 'Contact', add: [{ name: 'A__c', type: 'id' }] }, "'type' must be one of string"],
  ['/schema', { object: 'Contact', add: [{ name: '1', type: 'int' }] }, "A field's 'name' must be letters"],
  [
    '/schema',
    { object: 'Contact', add: [{ name: 'A__c', type: 'picklist', values: [1] }] },
    "'values' must be",
  ],
  ['/schema', { object: 'Contact', add: [{ name: 'A__c', type: 'int', filled: 1 }] }, "'filled' must be"],
  ['/recalculate', { object: 'Contact', field: 'Title' }, "'field' must be a formula field"],
  ['/usage', { apiRequests: -1 }, "'apiRequests' must be a whole number"],
  ['/refresh-token', { rotates: 1 }, "'rotates' must be true or false"],
  ['/clock', { now: 'noon' }, "'now' must be an ISO 8601 date and time"],
  ['/clock', {}, "'now' must be an ISO 8601 date and time"],
])('POST %s %j is refused', async (path, body, message) => {
  const response = await client.send('POST', `/__emulator${path}`, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: expect.stringContaining(message) });
});

test('rows of an unknown object, and a body that is no JSON, are refused', async () => {
  expect((await client.get('/__emulator/rows?object=Nope')).status).toBe(400);
  expect((await client.get('/__emulator/rows')).status).toBe(400);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${emulator.url}/__emulator/mutate`, {
    method: 'POST',
    body: '{"object":',
    headers,
  });
  expect(response.status).toBe(400);
});
