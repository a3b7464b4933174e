import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MemorySink, SinkDied } from '../memory-sink.test-kit.ts';
import type { Partition } from '../source.ts';
import { EmulatedOrg, idsOf, readAll } from './emulated-org.test-kit.ts';

const whole = { table: 'Contact', columns: ['Id', 'Email'], window: undefined };
const window = { column: 'SystemModstamp', after: undefined, upTo: new Date('2040-01-01T00:00:00Z') };
const TIMEOUT = 'QUERY_TIMEOUT: Your query request was running for too long.';

let org: EmulatedOrg;
let ids: readonly string[];
beforeAll(async () => {
  org = new EmulatedOrg(
    await startSalesforceEmulator({ rows: { Contact: 3000, Lead: 0 }, latency: { bulkJobMs: 5 } }),
  );
  ids = await org.ids('Contact');
});
afterEach(() => org.control('fault', undefined, 'DELETE'));
afterAll(() => org.close());

describe('a first load of very many rows', () => {
  test.each([
    ['a table as it stands', whole],
    ['all rows up to now', { ...whole, window }],
  ])('goes by a job for each range of ids, of no more rows than one may have: %s', async (_, request) => {
    const { partitions, sink } = await readAll(org.source({ bulkFromRows: 1, jobRows: 700 }), request);
    expect(partitions.map(({ state }) => state.api)).toEqual(Array(5).fill('bulk'));
    expect(partitions.every(({ announcedRows = 0 }) => announcedRows <= 700)).toBe(true);
    expect(partitions.reduce((sum, { announcedRows = 0 }) => sum + announcedRows, 0)).toBe(3000);
    expect(idsOf(sink).sort()).toEqual(ids);
  });

  test('and no other read does', async () => {
    const later = { ...window, after: new Date('1990-01-01T00:00:00Z') };
    const source = org.source({ bulkFromRows: 1, jobRows: 700 });
    expect(await source.plan({ ...whole, window: later })).toHaveLength(1);
  });
});

describe('a job that takes Salesforce too long', () => {
  test.each([TIMEOUT, 'InternalServerError: Retried more than fifteen times'])(
    'is read in ranges of ids, and so is a range that is still too slow: %s',
    async (errorMessage) => {
      await org.control('fault', { kind: 'jobFailed', errorMessage, times: 2 });
      const before = await org.requests(/POST .*jobs\/query/);
      const { sink } = await readAll(org.source({ bulkFromRows: 1 }), whole);
      expect(idsOf(sink).sort()).toEqual(ids);
      // The whole, a first eighth, its eight eighths, and the other seven.
      expect((await org.requests(/POST .*jobs\/query/)) - before).toBe(1 + 1 + 8 + 7);
    },
  );

  test('is split once it is read, and goes on where it was when the worker died', async () => {
    const source = () => org.source({ bulkFromRows: 1, bulk: { pageRows: 100 } });
    await org.control('fault', { kind: 'jobFailed', errorMessage: TIMEOUT });
    const [partition] = await source().plan(whole);
    const sink = new MemorySink();
    for (const diesAt of [3, 4, 17]) {
      sink.diesAt = diesAt;
      await expect(source().read(asStored(partition), sink)).rejects.toBeInstanceOf(SinkDied);
      expect(sink.pages).toHaveLength(diesAt);
    }
    sink.diesAt = undefined;
    await source().read(asStored(partition), sink);
    expect(idsOf(sink)).toHaveLength(3000);
    expect(new Set(idsOf(sink))).toEqual(new Set(ids));
    expect(sink.resumeFrom).toBeUndefined();
  });

  test('is split while it is planned, and that is told', async () => {
    await org.control('fault', { kind: 'jobFailed', errorMessage: TIMEOUT });
    const { partitions, sink } = await readAll(org.source({ bulkFromRows: 1, parallelFromRows: 1 }), whole);
    expect(partitions).toHaveLength(8);
    expect(partitions[0]?.notice).toMatch(/^Contact: a bulk job took too long \(QUERY_TIMEOUT\).* 8 ranges/);
    expect(idsOf(sink).sort()).toEqual(ids);
  });

  test('fails where there is nothing to split it by', async () => {
    await org.control('fault', { kind: 'jobFailed', errorMessage: TIMEOUT, times: 100 });
    const partitions = org.source({ bulkFromRows: 1 }).plan(whole);
    const sink = new MemorySink();
    const [partition] = await partitions;
    const one = { range: { after: ids[0], upTo: ids[1] } };
    const narrow = asStored(partition);
    const query = { ...(narrow.state.query as object), ...one };
    await expect(
      org.source().read({ ...narrow, state: { ...narrow.state, query } }, sink),
    ).rejects.toMatchObject({ kind: 'expired', code: 'QUERY_TIMEOUT' });
    expect(sink.pages).toEqual([]);
  });
});

describe('a query that takes Salesforce too long', () => {
  const slow = { kind: 'queryTimeout', rows: 200, times: 100 };

  test.each([
    ['rest', { bulkFromRows: 1_000_000 }],
    ['bulk', { bulkFromRows: 1 }],
  ])('is read in as many ranges of ids as it takes: %s', async (api, options) => {
    const [partition] = await org.source(options).plan(whole);
    expect(partition).toMatchObject({ state: { api } });
    await org.control('fault', slow);
    const sink = new MemorySink();
    await org.source({ ...options, bulk: { firstPollMs: 1 } }).read(asStored(partition), sink);
    expect(idsOf(sink).sort()).toEqual(ids);
  });

  test('is read so too where not even its rows were counted', async () => {
    await org.control('fault', slow);
    const { partitions, sink } = await readAll(org.source(), whole);
    expect(partitions).toMatchObject(Array(8).fill({ announcedRows: undefined, state: { api: 'bulk' } }));
    expect(idsOf(sink).sort()).toEqual(ids);
  });
});

test.each(['{', '{"parts":7}', '{"parts":[{}]}', '{"parts":[{"range":{"after":"\' OR Id > \'"}}]}'])(
  'a place that is not understood is expired: %s',
  async (resumeFrom) => {
    const [partition] = await org.source().plan(whole);
    const sink = { resumeFrom, changesUpTo: async () => {}, stage: async () => {} };
    await expect(org.source().read(asStored(partition), sink)).rejects.toMatchObject({
      kind: 'expired',
      code: 'UNKNOWN_LOCATOR',
    });
  },
);

/** What another process finds that reads the partition from the store. */
function asStored(partition: Partition | undefined): Partition {
  return JSON.parse(JSON.stringify(partition));
}
