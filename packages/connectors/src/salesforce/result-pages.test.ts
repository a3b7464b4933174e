import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MemorySink, SinkDied } from '../memory-sink.test-kit.ts';
import type { Partition } from '../source.ts';
import { EmulatedOrg, idsOf } from './emulated-org.test-kit.ts';
import { type Answer, API, json, ScriptedOrg, text } from './scripted-org.test-kit.ts';

const whole = { table: 'Contact', columns: ['Id', 'Email'], window: undefined };
const PAGE_ROWS = 400;
const PAGES = 7;

let org: EmulatedOrg;
let ids: readonly string[];
beforeAll(async () => {
  org = new EmulatedOrg(
    await startSalesforceEmulator({
      rows: { Contact: 2700 },
      latency: { bulkJobMs: 5 },
      bulkPageRows: PAGE_ROWS,
    }),
  );
  ids = await org.ids('Contact');
});
afterEach(() => org.control('fault', undefined, 'DELETE'));
afterAll(() => org.close());

const large = { bulkFromRows: 1, parallelFromRows: 1 };

describe('the pages of a job’s results', () => {
  test('are partitions of their own, which are read side by side, each with its header and its rows told', async () => {
    const source = org.source(large);
    const partitions = await source.plan(whole);
    expect(partitions.map(({ state }) => state.api)).toEqual(Array(PAGES).fill('bulk-page'));
    expect(new Set(partitions.map(({ id }) => id)).size).toBe(PAGES);
    const sinks = await Promise.all(
      partitions.toReversed().map(async (partition) => {
        const sink = new MemorySink();
        await org.source(large).read(asStored(partition), sink);
        return sink;
      }),
    );
    expect(sinks.map(({ pages }) => pages.length)).toEqual(Array(PAGES).fill(1));
    expect(sinks.every(({ pages }) => pages[0]?.text.startsWith('"Id","Email"\n'))).toBe(true);
    expect(sinks.reduce((sum, { pages }) => sum + (pages[0]?.rows ?? 0), 0)).toBe(2700);
    expect(sinks.flatMap(idsOf).sort()).toEqual(ids);
  });

  test('are each fetched anew where they break off, and no other is', async () => {
    const partitions = await org.source(large).plan(whole);
    await org.control('fault', { kind: 'reset', afterBytes: 5000, path: '/results', skip: 1, times: 2 });
    const before = await org.requests(/results$/);
    const sinks = partitions.map(() => new MemorySink());
    for (const [index, partition] of partitions.entries()) {
      await org.source(large).read(partition, sinks[index] ?? new MemorySink());
    }
    expect(sinks.flatMap(idsOf).sort()).toEqual(ids);
    expect((await org.requests(/results$/)) - before).toBe(PAGES + 2);
  });

  test('come whole after the worker died at one', async () => {
    const [partition] = await org.source(large).plan(whole);
    const sink = new MemorySink();
    sink.diesAt = 0;
    await expect(org.source().read(asStored(partition), sink)).rejects.toBeInstanceOf(SinkDied);
    sink.diesAt = undefined;
    await org.source().read(asStored(partition), sink);
    expect(idsOf(sink)).toHaveLength(PAGE_ROWS);
  });

  test('are read in turn where the job takes longer than a plan waits', async () => {
    await org.control('fault', { kind: 'jobStuck' });
    const partitions = await org.source({ ...large, bulk: { planWaitMs: 0 } }).plan(whole);
    expect(partitions).toMatchObject([{ state: { api: 'bulk' } }]);
  });

  test.each(['57.0', '47.0'])(
    'are read in turn under version %s, which does not list them',
    async (apiVersion) => {
      const { clientId, clientSecret } = org.credentials;
      const params = { environmentUrl: org.url, clientId, clientSecret, apiVersion };
      const source = org.sourceOf('OAuth2 Client Credential', params, large);
      const partitions = await source.plan(whole);
      expect(partitions).toMatchObject([{ state: { api: 'bulk', apiVersion } }]);
    },
  );

  test('are gone with their job', async () => {
    const [partition] = await org.source(large).plan(whole);
    const gone = asStored(partition);
    const state = { ...gone.state, jobId: '750000000000000AAA' };
    await expect(org.source().read({ ...gone, state }, new MemorySink())).rejects.toMatchObject({
      kind: 'expired',
    });
  });
});

describe('a list of pages', () => {
  const JOB = `${API}/jobs/query/750000000000001AAA`;
  const page = (locator: string) => ({ resultUrl: `${JOB}/results?locator=${locator}` });
  const planned = async (list: Answer) => {
    const scripted = await ScriptedOrg.start({
      [`${API}/query`]: json({ totalSize: 5, done: true, records: [] }),
      [`${API}/jobs/query`]: json({ id: '750000000000001AAA', state: 'UploadComplete' }),
      [JOB]: json({ state: 'JobComplete' }),
      [`${JOB}/resultPages`]: list,
    });
    try {
      return await scripted.source('oauth', large).plan({ ...whole, table: 'T', columns: ['Id'] });
    } finally {
      await scripted.close();
    }
  };

  test.each(['nextRecordsUrl', 'nextRecordUrl'])('goes on where %s says', async (name) => {
    const partitions = await planned((response, url, request) => {
      const isFirst = url.search === '';
      const list = isFirst
        ? { resultPages: [page('a'), page('b')], done: false, [name]: `${JOB}/resultPages?locator=c` }
        : { resultPages: [page('c')], done: true };
      json(list)(response, url, request);
    });
    expect(partitions.map(({ state }) => state.locator)).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['leads to another host', { resultPages: [{ resultUrl: 'https://evil.example/x' }], done: true }],
    ['leads to another job', { resultPages: [{ resultUrl: `${API}/jobs/query/x/results` }], done: true }],
    ['names a page twice', { resultPages: [page('a'), page('a')], done: true }],
    ['goes on elsewhere', { resultPages: [page('a')], nextRecordsUrl: `${API}/limits`, done: false }],
    ['never ends', { resultPages: [], nextRecordsUrl: `${JOB}/resultPages`, done: false }],
    ['is none', { pages: [] }],
  ])('that %s is not followed: the job is read in turn', async (_, list) => {
    expect(await planned(json(list))).toMatchObject([{ state: { api: 'bulk' } }]);
  });

  test('of one page is that of a job that is read in turn', async () => {
    const partitions = await planned(json({ resultPages: [page('a')], done: true }));
    expect(partitions).toMatchObject([{ state: { api: 'bulk' } }]);
  });

  test('that cannot be had for a passing fault does not cost the job', async () => {
    expect(await planned(text(503, ''))).toMatchObject([{ state: { api: 'bulk' } }]);
  });
});

/** What another process finds that reads the partition from the store. */
function asStored(partition: Partition | undefined): Partition {
  return JSON.parse(JSON.stringify(partition));
}
