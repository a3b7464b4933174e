import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MemorySink, SinkDied } from '../memory-sink.test-kit.ts';
import type { Partition } from '../source.ts';
import { EmulatedOrg, idsOf, readAll } from './emulated-org.test-kit.ts';

const COLUMNS = ['Id', 'SystemModstamp'];
const whole = { table: 'Contact', columns: COLUMNS, window: undefined };
/** The same read by either API, each over rows that change on days of its own. */
const ways = [
  { api: 'rest', bulkFromRows: 1_000_000, month: '2031-01' },
  { api: 'bulk', bulkFromRows: 1, month: '2031-02' },
] as const;

let org: EmulatedOrg;
beforeAll(async () => {
  org = new EmulatedOrg(
    await startSalesforceEmulator({ rows: { Contact: 4500, Lead: 0 }, latency: { bulkJobMs: 20 } }),
  );
});
afterAll(() => org.close());

describe('a plan', () => {
  test('goes by REST below the threshold, and by bulk job from it on', async () => {
    const few = await org.source({ bulkFromRows: 4501 }).plan(whole);
    expect(few).toMatchObject([{ announcedRows: 4500, state: { api: 'rest' } }]);
    const many = await org.source({ bulkFromRows: 4500 }).plan(whole);
    expect(many).toMatchObject([
      {
        announcedRows: 4500,
        state: { api: 'bulk', jobId: expect.stringMatching(/^750/), query: { table: 'Contact' } },
      },
    ]);
  });

  test('has no partition where there are no rows', async () => {
    expect(await org.source().plan({ ...whole, table: 'Lead' })).toEqual([]);
  });
});

describe.each(ways)('by $api', ({ api, bulkFromRows, month }) => {
  const source = () => org.source({ bulkFromRows });

  test('every row is read once', async () => {
    const { partitions, sink } = await readAll(source(), whole);
    expect(partitions).toMatchObject([{ state: { api } }]);
    expect(idsOf(sink).sort()).toEqual(await org.ids('Contact'));
    expect(sink.pages.length).toBe(api === 'rest' ? 3 : 9);
    expect(sink.resumeFrom).toBeUndefined();
  });

  test('a window takes the rows at its upper bound, and not those at its lower one', async () => {
    const lower = await changeAt(`${month}-01T10:00:00Z`, 700);
    const between = await changeAt(`${month}-01T10:00:01Z`, 40);
    const upper = await changeAt(`${month}-01T10:00:30Z`, 700);
    const beyond = await changeAt(`${month}-01T10:00:31Z`, 50);
    const { sink } = await readAll(source(), within(`${month}-01T10:00:00Z`, `${month}-01T10:00:30Z`));
    const overwritten = new Set(beyond);
    const expected = new Set([...between, ...upper].filter((id) => !overwritten.has(id)));
    expect(idsOf(sink).sort()).toEqual([...expected].sort());
    expect(lower.length).toBe(700);
  });

  test('windows that share a bound share no row and leave none out', async () => {
    const bounds = [`${month}-02T00:00:00.900Z`, `${month}-02T00:00:01.200Z`, `${month}-02T00:00:02.999Z`];
    const changed = new Set<string>();
    for (const second of [0, 1, 2]) {
      for (const id of await changeAt(`${month}-02T00:00:0${second}Z`, 300)) changed.add(id);
    }
    const read: string[] = [];
    for (const [n, upTo] of bounds.entries()) {
      const { sink } = await readAll(source(), within(bounds[n - 1] ?? `${month}-01T20:00:00Z`, upTo));
      read.push(...idsOf(sink));
    }
    expect(read.sort()).toEqual([...changed].sort());
  });

  test('a read that died goes on with the page it died at, and reads none twice', async () => {
    const [partition] = await source().plan(whole);
    const sink = new MemorySink();
    sink.diesAt = 1;
    await expect(source().read(asStored(partition), sink)).rejects.toBeInstanceOf(SinkDied);
    expect(sink.pages).toHaveLength(1);
    sink.diesAt = undefined;
    const pages = api === 'rest' ? 3 : 9;
    await source().read(asStored(partition), sink);
    expect(idsOf(sink).sort()).toEqual(await org.ids('Contact'));
    expect(sink.begun).toBe(pages + 1);
  });
});

describe('pages', () => {
  test('of a bulk job tell their rows before their body', async () => {
    const { sink } = await readAll(org.source({ bulkFromRows: 1 }), whole);
    expect(sink.pages.map(({ rows }) => rows)).toEqual(Array(9).fill(500));
    expect(sink.pages.every(({ format }) => format.kind === 'csv')).toBe(true);
    expect(sink.pages.every(({ text }) => text.startsWith('"Id","SystemModstamp"\n'))).toBe(true);
  });

  test('of a REST cursor are staged as they came', async () => {
    const { sink } = await readAll(org.source(), whole);
    expect(sink.pages.map(({ format }) => format)).toEqual(
      Array(3).fill({ kind: 'json-page', rowsAt: 'records' }),
    );
    expect(sink.pages[0]?.text).toMatch(/^\{"totalSize":4500,"done":false,"nextRecordsUrl":/);
  });

  test('of REST tell their rows where one page is all', async () => {
    const { sink } = await readAll(org.source(), { ...whole, table: 'Campaign', columns: ['Id'] });
    expect(sink.pages.map(({ rows }) => rows)).toEqual([120]);
  });
});

describe('a partition is expired', () => {
  test('when its job is gone', async () => {
    const source = org.source({ bulkFromRows: 1 });
    const [partition] = await source.plan(whole);
    await source.read(asStored(partition), new MemorySink());
    const gone = asStored(partition);
    const unknown = { ...gone, state: { ...gone.state, jobId: '750000000000000AAA' } };
    await expect(source.read(unknown, new MemorySink())).rejects.toMatchObject({
      kind: 'expired',
      code: 'NOT_FOUND',
    });
  });

  test.each(ways)('when the $api locator is no longer known', async ({ api, bulkFromRows }) => {
    const source = org.source({ bulkFromRows });
    const [partition] = await source.plan(whole);
    await source.read(asStored(partition), new MemorySink());
    const resumeFrom = api === 'rest' ? '/services/data/v60.0/query/01g000000000000AAA-2000' : 'bm90aGluZw';
    const sink = {
      resumeFrom,
      changesUpTo: async () => {},
      stage: () => Promise.reject(new Error('nothing is to be staged')),
    };
    await expect(source.read(asStored(partition), sink)).rejects.toMatchObject({
      kind: 'expired',
      code: 'INVALID_QUERY_LOCATOR',
    });
  });

  test.each([{}, { api: 'rest' }, { api: 'bulk-page', apiVersion: '60.0', jobId: '../../limits' }])(
    'when its state is not understood: %j',
    async (state) => {
      const partition = { id: 'odd', announcedRows: undefined, state };
      await expect(org.source().read(partition, new MemorySink())).rejects.toMatchObject({ kind: 'expired' });
    },
  );

  test.each([
    ['rest', 1_000_000, ''],
    ['bulk', 1, 'InvalidBatch: INVALID_FIELD: No such column'],
  ])('when a column has gone since it was planned: %s', async (_, bulkFromRows, errorMessage) => {
    const field = { name: 'Temporary__c', type: 'string' };
    await org.control('schema', { object: 'Contact', add: [field] });
    const source = org.source({ bulkFromRows });
    if (errorMessage !== '') await org.control('fault', { kind: 'jobFailed', errorMessage });
    const [partition] = await source.plan({ ...whole, columns: ['Id', 'Temporary__c'] });
    await org.control('schema', { object: 'Contact', remove: ['Temporary__c'] });
    await expect(source.read(asStored(partition), new MemorySink())).rejects.toMatchObject({
      kind: 'expired',
      code: 'INVALID_FIELD',
      message: expect.stringContaining('Contact has changed since it was planned'),
    });
  });

  test('and never leads to another host', async () => {
    const [partition] = await org.source().plan(whole);
    const sink = {
      resumeFrom: '//evil.example/services/data',
      changesUpTo: async () => {},
      stage: () => Promise.resolve(),
    };
    await expect(org.source().read(asStored(partition), sink)).rejects.toMatchObject({
      code: 'INVALID_PATH',
    });
  });
});

test('rows that share a stamp across every border of pages come once each: REST', async () => {
  const crowded = new EmulatedOrg(await startSalesforceEmulator({ rows: { Contact: 10_001 } }));
  try {
    // Four stamps for six pages of 2000 rows, and none of the four ends where a page does.
    for (const [second, update] of [10_001, 7_001, 4_501, 1_499].entries()) {
      await crowded.control('clock', { now: `2031-03-01T00:00:0${second}Z` });
      await crowded.control('mutate', { object: 'Contact', update });
    }
    const request = within('2031-02-28T23:59:59Z', '2031-03-01T00:00:09Z');
    const { sink } = await readAll(crowded.source({ bulkFromRows: 1_000_000 }), request);
    expect(sink.pages).toHaveLength(6);
    expect(idsOf(sink).sort()).toEqual(await crowded.ids('Contact'));
  } finally {
    await crowded.close();
  }
});

/** Updates Contacts at a moment of the org's clock; gives their ids. */
async function changeAt(now: string, update: number): Promise<string[]> {
  await org.control('clock', { now });
  const { updated } = await org.control('mutate', { object: 'Contact', update });
  if (!Array.isArray(updated)) throw new Error('expected the updated ids');
  return updated.map(String);
}

function within(after: string, upTo: string) {
  return { ...whole, window: { column: 'SystemModstamp', after: new Date(after), upTo: new Date(upTo) } };
}

/** What another process finds that reads the partition from the store. */
function asStored(partition: Partition | undefined): Partition {
  return JSON.parse(JSON.stringify(partition));
}
