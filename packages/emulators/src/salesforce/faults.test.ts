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

test('the state lists what is still armed, and DELETE disarms it', async () => {
  await client.control('/fault', { kind: 'status', status: 503, times: 4, path: 'nowhere' });
  expect(await client.state()).toMatchObject({
    faults: [{ kind: 'status', status: 503, times: 4, skip: 0, path: 'nowhere' }],
  });
  const response = await fetch(`${emulator.url}/__emulator/fault`, { method: 'DELETE' });
  expect(await response.json()).toEqual({ cleared: 1 });
  expect(await client.state()).toMatchObject({ faults: [] });
});
