import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SalesforceEmulator, startSalesforceEmulator } from './emulator.ts';
import { API, connect, type TestClient } from './test-client.ts';

let emulator: SalesforceEmulator;
let client: TestClient;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({
    rows: { Contact: 3300, Lead: 0 },
    latency: { bulkJobMs: 0 },
    bulkPageRows: 250,
    dailyBulkQueryJobs: 40,
  });
  client = await connect(emulator);
});
afterAll(() => emulator.close());

interface ResultPages {
  readonly resultPages: readonly { readonly resultUrl: string }[];
  readonly nextRecordsUrl: string | null;
  readonly done: boolean;
}

async function pageUrls(jobId: unknown): Promise<{ urls: string[]; answers: number[] }> {
  const urls: string[] = [];
  const answers: number[] = [];
  for (let next: string | null = `${API}/jobs/query/${jobId}/resultPages`; next !== null; ) {
    const answer: ResultPages = JSON.parse(await (await client.get(next)).text());
    urls.push(...answer.resultPages.map(({ resultUrl }) => resultUrl));
    answers.push(answer.resultPages.length);
    expect(answer.done).toBe(answer.nextRecordsUrl === null);
    next = answer.nextRecordsUrl;
  }
  return { urls, answers };
}

test('pages that are read at the same time, in any order, make up the results, each with a header', async () => {
  const { id } = await client.finishedJob('SELECT Id, LastName FROM Contact');
  const { urls, answers } = await pageUrls(id);
  expect(answers).toEqual([5, 5, 4]);
  const pages = await Promise.all(
    urls.map(async (url) => {
      const response = await client.get(url);
      const [header, ...rows] = (await response.text()).trimEnd().split('\n');
      expect(header).toBe('"Id","LastName"');
      expect(response.headers.get('sforce-numberofrecords')).toBe(String(rows.length));
      return rows;
    }),
  );
  const ids = (await client.records('SELECT Id FROM Contact')).map((record) => record.Id);
  expect(pages.flat().map((row) => row.slice(1, 19))).toEqual(ids);
});

test('a job without rows has one page, with a header alone', async () => {
  const { id } = await client.finishedJob('SELECT Id FROM Lead');
  const { urls } = await pageUrls(id);
  expect(urls).toHaveLength(1);
  expect(await (await client.get(String(urls[0]))).text()).toBe('"Id"\n');
});

test('there are no result pages before version 58, nor under another version than the job has', async () => {
  const { id } = await client.finishedJob('SELECT Id FROM Contact LIMIT 1');
  expect((await client.get(`/services/data/v57.0/jobs/query/${id}/resultPages`)).status).toBe(404);
  expect((await client.get(`/services/data/v59.0/jobs/query/${id}/resultPages`)).status).toBe(409);
});

test("results are kept for seven days of the org's time", async () => {
  await client.control('/clock', { now: '2026-09-01T00:00:00Z' });
  const { id } = await client.finishedJob('SELECT Id FROM Contact LIMIT 1');
  await client.control('/clock', { now: '2026-09-07T23:00:00Z' });
  expect((await client.get(`${API}/jobs/query/${id}/results`)).status).toBe(200);
  await client.control('/clock', { now: '2026-09-08T01:00:00Z' });
  expect((await client.get(`${API}/jobs/query/${id}/results`)).status).toBe(404);
  await client.control('/clock', { now: null });
});

test('a job above the limit of 24 hours is refused; the next day it is not', async () => {
  const start = await client.control('/clock', { now: '2026-10-01T00:00:00Z' });
  await client.control('/usage', { bulkQueryJobs: 39 });
  const body = { operation: 'query', query: 'SELECT Id FROM Contact LIMIT 1' };
  const create = () => client.send('POST', `${API}/jobs/query`, body);
  expect((await create()).status).toBe(200);
  const refused = await create();
  expect(refused.status).toBe(400);
  expect(await refused.json()).toEqual([
    { errorCode: 'LIMIT_EXCEEDED', message: 'Max bulk v2 query jobs (40) per 24 hrs has been reached (40)' },
  ]);
  const limits = JSON.parse(await (await client.get(`${API}/limits`)).text());
  expect(limits.DailyBulkV2QueryJobs).toEqual({ Max: 40, Remaining: 0 });
  await client.control('/clock', { now: Date.parse(String(start.now)) + 86_400_000 });
  expect((await create()).status).toBe(200);
  await client.control('/clock', { now: null });
});

test('calls that a control request counts show in the header, in /limits, and count', async () => {
  await client.control('/usage', { apiRequests: 999_998 });
  const response = await client.get(`${API}/limits`);
  expect(response.headers.get('sforce-limit-info')).toBe('api-usage=999999/1000000');
  expect(JSON.parse(await response.text()).DailyApiRequests).toEqual({ Max: 1_000_000, Remaining: 1 });
  expect((await client.get(`${API}/limits`)).status).toBe(200);
  expect((await client.get(`${API}/limits`)).status).toBe(403);
  await client.control('/usage', { apiRequests: 0 });
});
