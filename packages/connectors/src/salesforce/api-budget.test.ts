import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MemorySink } from '../memory-sink.test-kit.ts';
import { ApiBudget, usageOf } from './api-budget.ts';
import { EmulatedOrg, idsOf } from './emulated-org.test-kit.ts';
import { API, json, ScriptedOrg, text } from './scripted-org.test-kit.ts';

const whole = { table: 'Contact', columns: ['Id', 'Email'], window: undefined };

describe('a budget', () => {
  test('lets calls through as long as nothing tells of an allowance', async () => {
    expect(await new ApiBudget(1).spend(async () => 'called')).toBe('called');
  });

  test('lets calls through up to its share, those on their way among them', async () => {
    const budget = new ApiBudget(80);
    budget.note({ used: 78, allowed: 100 });
    const landing = Promise.withResolvers<string>();
    const calls = [1, 2, 3].map(() => budget.spend(() => landing.promise));
    await expect(calls[2]).rejects.toMatchObject({
      kind: 'limited',
      code: 'API_BUDGET',
      message: expect.stringMatching(/78 of the 100 calls.*from 80 % on \(apiBudgetPercent\)/),
    });
    landing.resolve('called');
    expect(await Promise.all(calls.slice(0, 2))).toEqual(['called', 'called']);
    budget.note({ used: 80, allowed: 100 });
    await expect(budget.spend(async () => 'called')).rejects.toMatchObject({ code: 'API_BUDGET' });
  });

  test('frees what a failed call took', async () => {
    const budget = new ApiBudget(100);
    budget.note({ used: 9, allowed: 10 });
    await expect(budget.spend(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    expect(budget.callsLeft).toBe(1);
  });

  test('takes old news that refuse calls for outdated, and no other', () => {
    let now = 0;
    const budget = new ApiBudget(50, () => now);
    budget.note({ used: 50, allowed: 100 });
    expect(budget.isOutdated).toBe(false);
    now = 60_000;
    expect(budget.isOutdated).toBe(true);
    budget.note({ used: 49, allowed: 100 });
    now = 600_000;
    expect(budget.isOutdated).toBe(false);
  });
});

test.each([
  ['api-usage=18/15000', { used: 18, allowed: 15_000 }],
  ['api-usage=18/15000; per-app-api-usage=17/250(appName=a)', { used: 18, allowed: 15_000 }],
  ['api-usage=many', undefined],
  [undefined, undefined],
])('the header %j tells %j', (header, usage) => {
  expect(usageOf(header)).toEqual(usage);
});

describe('a connection', () => {
  let org: EmulatedOrg;
  beforeAll(async () => {
    org = new EmulatedOrg(
      await startSalesforceEmulator({
        rows: { Contact: 9000 },
        latency: { bulkJobMs: 5 },
        dailyApiRequests: 1000,
        dailyBulkQueryJobs: 100,
      }),
    );
  });
  beforeEach(() => org.control('usage', { apiRequests: 0, bulkQueryJobs: 0 }));
  afterAll(() => org.close());

  test('ends a read before its share is passed, and goes on from there when there are calls again', async () => {
    const source = () => org.source({ bulkFromRows: 1_000_000 });
    const [partition] = await source().plan(whole);
    if (partition === undefined) throw new Error('expected a partition');
    const sink = new MemorySink();
    await org.control('usage', { apiRequests: 797 });
    await expect(source().read(partition, sink)).rejects.toMatchObject({
      kind: 'limited',
      code: 'API_BUDGET',
    });
    expect(sink.pages.length).toBe(3);
    expect(await usage()).toMatchObject({ used: 800 });
    await org.control('usage', { apiRequests: 0 });
    await source().read(partition, sink);
    expect(idsOf(sink).sort()).toEqual(await org.ids('Contact'));
  });

  test('has the share that it was given', async () => {
    const source = org.sourceOf('OAuth2 Client Credential', { ...credential(), apiBudgetPercent: 50 });
    await org.control('usage', { apiRequests: 499 });
    await source.check();
    await expect(source.check()).rejects.toMatchObject({ code: 'API_BUDGET' });
    expect(await usage()).toMatchObject({ used: 500 });
  });

  test('is limited, not wrong, where the organisation has no call left', async () => {
    await org.control('usage', { apiRequests: 1000 });
    const before = await org.requests(/sobjects/);
    await expect(org.source().describe('Contact')).rejects.toMatchObject({
      kind: 'limited',
      code: 'REQUEST_LIMIT_EXCEEDED',
    });
    expect((await org.requests(/sobjects/)) - before).toBe(1);
  });

  test('leaves the rest of the day’s bulk jobs to others, and says so', async () => {
    await org.control('usage', { bulkQueryJobs: 80 });
    const partitions = await org.source({ bulkFromRows: 1 }).plan(whole);
    expect(partitions).toMatchObject([
      {
        state: { api: 'rest' },
        notice: expect.stringMatching(
          /^Contact: no bulk job is to be had \(JOB_BUDGET\), so 9000 rows are read by REST/,
        ),
      },
    ]);
  });

  test('starts no more bulk jobs than are left to it', async () => {
    await org.control('usage', { bulkQueryJobs: 78 });
    const partitions = await org.source({ bulkFromRows: 1, jobRows: 3500 }).plan(whole);
    expect(partitions.map(({ state }) => state.api)).toEqual(['bulk', 'bulk', 'rest']);
  });

  test('tells of a read that its share will not see through today', async () => {
    await org.control('usage', { apiRequests: 794 });
    const partitions = await org.source({ bulkFromRows: 1_000_000 }).plan(whole);
    expect(partitions).toMatchObject([
      {
        notice:
          'Contact: some 5 calls are needed, and 4 are left of this connection’s share of the day; the run pauses when they are used up',
      },
    ]);
  });

  function credential() {
    const { clientId, clientSecret } = org.credentials;
    return { environmentUrl: org.url, clientId, clientSecret };
  }

  async function usage(): Promise<unknown> {
    const { apiUsage } = await org.control('state');
    return apiUsage;
  }
});

test('who may not see the limits reads all the same', async () => {
  const refused = [{ errorCode: 'FUNCTIONALITY_NOT_ENABLED', message: 'no access' }];
  const org = await ScriptedOrg.start({
    [`${API}/limits`]: text(403, JSON.stringify(refused)),
    [`${API}/query`]: json({ totalSize: 5, done: true, records: [] }),
    [`${API}/jobs/query`]: json({ id: '750000000000001AAA', state: 'UploadComplete' }),
  });
  try {
    const request = { table: 'T', columns: ['Id'], window: undefined };
    const partitions = await org.source('oauth', { bulkFromRows: 1 }).plan(request);
    expect(partitions).toMatchObject([{ state: { api: 'bulk' } }]);
  } finally {
    await org.close();
  }
});
