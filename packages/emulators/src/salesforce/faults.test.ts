import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type SalesforceEmulator, startSalesforceEmulator } from './emulator.ts';
import { API, connect, type TestClient } from './test-client.ts';

let emulator: SalesforceEmulator;
let client: TestClient;
const accounts = `${API}/query?q=${encodeURIComponent('SELECT Id, Name FROM Account')}`;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ rows: { Account: 1500 }, latency: { bulkJobMs: 0 } });
  client = await connect(emulator);
});
afterEach(async () => {
  await fetch(`${emulator.url}/__emulator/fault`, { method: 'DELETE' });
});
afterAll(() => emulator.close());

test.each([
  [429, 7, 'TOO_MANY_REQUESTS'],
  [500, undefined, 'UNKNOWN_EXCEPTION'],
  [503, 3, 'SERVER_UNAVAILABLE'],
])('status %d comes as often as it was ordered, then all is well', async (status, retryAfter, errorCode) => {
  await client.control('/fault', {
    kind: 'status',
    status,
    times: 2,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
  for (let n = 0; n < 2; n++) {
    const response = await client.get(accounts);
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(retryAfter === undefined ? null : String(retryAfter));
    expect(await response.json()).toMatchObject([{ errorCode }]);
  }
  expect((await client.get(accounts)).status).toBe(200);
});

test('requestLimit is REQUEST_LIMIT_EXCEEDED', async () => {
  await client.control('/fault', { kind: 'requestLimit' });
  const response = await client.get(accounts);
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject([{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }]);
});

test('expireSession ends the session for good; a new login helps', async () => {
  const other = await connect(emulator);
  await client.control('/fault', { kind: 'expireSession' });
  for (let n = 0; n < 2; n++) expect((await other.get(accounts)).status).toBe(401);
  expect((await client.get(accounts)).status).toBe(200);
});

test('a path pattern and a skip choose the request that fails', async () => {
  await client.control('/fault', { kind: 'status', status: 500, path: '/query\\?', skip: 1 });
  expect((await client.get(`${API}/limits`)).status).toBe(200);
  expect((await client.get(accounts)).status).toBe(200);
  expect((await client.get(`${API}/limits`)).status).toBe(200);
  expect((await client.get(accounts)).status).toBe(500);
  expect((await client.get(accounts)).status).toBe(200);
});

test('reset breaks the connection after some bytes', async () => {
  await client.control('/fault', { kind: 'reset', afterBytes: 3000 });
  const response = await client.get(accounts);
  let received = 0;
  const read = async () => {
    for await (const chunk of response.body ?? []) received += chunk.length;
  };
  await expect(read()).rejects.toThrow();
  expect(received).toBe(3000);
});

test('truncate ends the body early, as if it were whole', async () => {
  const whole = await (await client.get(accounts)).text();
  await client.control('/fault', { kind: 'truncate', afterBytes: 2000 });
  const response = await client.get(accounts);
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(whole).subarray(0, 2000));
});

test('reset and truncate also reach streamed bulk results', async () => {
  const { id } = await client.finishedJob('SELECT Id, Name FROM Account');
  const results = `${API}/jobs/query/${id}/results`;
  const whole = await (await client.get(results)).text();
  await client.control('/fault', { kind: 'truncate', afterBytes: 20_000, path: 'results' });
  expect((await (await client.get(results)).arrayBuffer()).byteLength).toBe(20_000);
  await client.control('/fault', { kind: 'reset', afterBytes: 20_000, path: 'results' });
  await expect((await client.get(results)).text()).rejects.toThrow();
  expect(await (await client.get(results)).text()).toBe(whole);
});

test('slow drips the body but loses nothing of it', async () => {
  const whole = await (await client.get(accounts)).text();
  await client.control('/fault', { kind: 'slow', chunkBytes: 20_000, delayMs: 1 });
  const response = await client.get(accounts);
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk);
  expect(chunks.length).toBeGreaterThan(3);
  expect(Buffer.concat(chunks).toString()).toBe(whole);
});

test('slow ends where it is disarmed: the rest of the body comes at once', async () => {
  const whole = await (await client.get(accounts)).text();
  await client.control('/fault', { kind: 'slow', chunkBytes: 100, delayMs: 60_000 });
  const response = await client.get(accounts);
  await fetch(`${emulator.url}/__emulator/fault`, { method: 'DELETE' });
  expect(await response.text()).toBe(whole);
});

test('jobFailed lets a job end in Failed with its message and without results', async () => {
  await client.control('/fault', { kind: 'jobFailed', errorMessage: 'QUERY_TIMEOUT: too long' });
  const failed = await client.finishedJob('SELECT Id FROM Account');
  expect(failed).toMatchObject({
    state: 'Failed',
    errorMessage: 'QUERY_TIMEOUT: too long',
    numberRecordsProcessed: 0,
  });
  expect((await client.get(`${API}/jobs/query/${failed.id}/results`)).status).toBe(204);
  expect(await client.finishedJob('SELECT Id FROM Account')).toMatchObject({ state: 'JobComplete' });
});

test('lateCommit lets rows appear with stamps of the past', async () => {
  await client.control('/clock', { now: '2026-09-01T10:00:00Z' });
  await client.control('/fault', { kind: 'lateCommit', seconds: 90 });
  const late = await client.control('/mutate', { object: 'Account', update: 5, insert: 2 });
  expect(late).toMatchObject({ at: '2026-09-01T10:00:00.000Z', stamp: '2026-09-01T09:58:30.000Z' });
  expect(await client.count('SELECT COUNT() FROM Account WHERE SystemModstamp = 2026-09-01T09:58:30Z')).toBe(
    7,
  );
  const next = await client.control('/mutate', { object: 'Account', update: 1 });
  expect(next.stamp).toBe(next.at);
});

test('error answers with the code it is given', async () => {
  await client.control('/fault', { kind: 'error' });
  const response = await client.get(accounts);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject([{ errorCode: 'UNABLE_TO_LOCK_ROW' }]);
});

test('expireCursor lets the next page be unknown, for good, in REST as in bulk results', async () => {
  const first = JSON.parse(
    await (await client.get(accounts, { 'sforce-query-options': 'batchSize=200' })).text(),
  );
  await client.control('/fault', { kind: 'expireCursor' });
  for (let n = 0; n < 2; n++) {
    const response = await client.get(first.nextRecordsUrl);
    expect(await response.json()).toMatchObject([{ errorCode: 'INVALID_QUERY_LOCATOR' }]);
  }
  const { id } = await client.finishedJob('SELECT Id FROM Account');
  const results = `${API}/jobs/query/${id}/results?maxRecords=500`;
  const locator = (await client.get(results)).headers.get('sforce-locator');
  await client.control('/fault', { kind: 'expireCursor' });
  expect((await client.get(results)).status).toBe(200);
  expect((await client.get(`${results}&locator=${locator}`)).status).toBe(400);
});

test("a cursor lives for two days of the org's time", async () => {
  await client.control('/clock', { now: '2026-09-01T00:00:00Z' });
  const first = JSON.parse(
    await (await client.get(accounts, { 'sforce-query-options': 'batchSize=200' })).text(),
  );
  await client.control('/clock', { now: '2026-09-02T23:00:00Z' });
  expect((await client.get(first.nextRecordsUrl)).status).toBe(200);
  await client.control('/clock', { now: '2026-09-03T01:00:00Z' });
  expect((await client.get(first.nextRecordsUrl)).status).toBe(400);
  await client.control('/clock', { now: null });
});

test('queryTimeout strikes queries that find more rows than it lets them', async () => {
  await client.control('/fault', { kind: 'queryTimeout', rows: 1000, times: 2 });
  expect(await client.records('SELECT Id FROM Account LIMIT 1000')).toHaveLength(1000);
  const response = await client.get(accounts);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject([{ errorCode: 'QUERY_TIMEOUT' }]);
  expect(await client.finishedJob('SELECT Id FROM Account')).toMatchObject({
    state: 'Failed',
    errorMessage: 'QUERY_TIMEOUT: Your query request was running for too long.',
  });
  expect(await client.finishedJob('SELECT Id FROM Account')).toMatchObject({ state: 'JobComplete' });
});

test('jobStuck lets a job go on for ever, until it is aborted', async () => {
  await client.control('/fault', { kind: 'jobStuck' });
  const body = { operation: 'query', query: 'SELECT Id FROM Account' };
  const { id } = JSON.parse(await (await client.send('POST', `${API}/jobs/query`, body)).text());
  const state = async () =>
    JSON.parse(await (await client.get(`${API}/jobs/query/${id}`)).text()).state as unknown;
  await expect.poll(state, { timeout: 30_000 }).toBe('InProgress');
  await client.send('PATCH', `${API}/jobs/query/${id}`, { state: 'Aborted' });
  expect(await state()).toBe('Aborted');
});

test.each([
  ['whole', (rows: number) => rows],
  ['short', () => 1000],
])('shortPage ends a page cleanly between two rows and announces the %s', async (announced, announce) => {
  const { id, numberRecordsProcessed } = await client.finishedJob('SELECT Id FROM Account');
  await client.control('/fault', { kind: 'shortPage', rows: 1000, announced });
  const response = await client.get(`${API}/jobs/query/${id}/results`);
  expect(response.headers.get('sforce-numberofrecords')).toBe(
    String(announce(Number(numberRecordsProcessed))),
  );
  expect(response.headers.get('sforce-locator')).toBe('null');
  expect((await response.text()).trimEnd().split('\n')).toHaveLength(1001);
});

test('clockSkew puts the Date header wrong, and nothing else', async () => {
  await client.control('/clock', { now: '2026-09-01T10:00:00Z' });
  await client.control('/fault', { kind: 'clockSkew', seconds: -120 });
  const dates = [];
  for (let n = 0; n < 2; n++) dates.push((await client.get(`${API}/limits`)).headers.get('date'));
  expect(dates).toEqual(['Tue, 01 Sep 2026 09:58:00 GMT', 'Tue, 01 Sep 2026 10:00:00 GMT']);
  await client.control('/clock', { now: null });
});

test('mutation changes rows just before a request is served, late where that is armed too', async () => {
  await client.control('/clock', { now: '2026-09-02T10:00:00Z' });
  await client.control('/fault', { kind: 'mutation', object: 'Account', insert: 3, path: '/query\\?' });
  await client.control('/fault', { kind: 'lateCommit', seconds: 60, path: '/query\\?' });
  const soql = 'SELECT COUNT() FROM Account WHERE SystemModstamp = 2026-09-02T09:59:00Z';
  expect(await client.count(soql)).toBe(3);
  expect(await client.count(soql)).toBe(3);
  await client.control('/clock', { now: null });
});

test('one mutation gives a tie on the stamp that runs over the pages', async () => {
  await client.control('/clock', { now: '2026-09-04T10:00:00Z' });
  await client.control('/mutate', { object: 'Account', update: 700 });
  const soql = 'SELECT Id FROM Account WHERE SystemModstamp = 2026-09-04T10:00:00Z ORDER BY SystemModstamp';
  const headers = { 'sforce-query-options': 'batchSize=200' };
  let page = JSON.parse(
    await (await client.get(`${API}/query?q=${encodeURIComponent(soql)}`, headers)).text(),
  );
  const ids = new Set<string>();
  for (;;) {
    for (const record of page.records) ids.add(record.Id);
    if (page.done) break;
    page = JSON.parse(await (await client.get(page.nextRecordsUrl)).text());
  }
  expect(ids.size).toBe(700);
  await client.control('/clock', { now: null });
});

test('the state lists what is still armed, and DELETE disarms it', async () => {
  await client.control('/fault', { kind: 'status', status: 503, times: 4, path: 'nowhere' });
  expect(await client.state()).toMatchObject({
    faults: [{ kind: 'status', status: 503, times: 4, skip: 0, path: 'nowhere' }],
  });
  const response = await fetch(`${emulator.url}/__emulator/fault`, { method: 'DELETE' });
  expect(await response.json()).toEqual({ cleared: 1 });
  expect(await client.state()).toMatchObject({ faults: [] });
});
