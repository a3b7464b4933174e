import { startDataverseEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MemorySink, SinkDied } from '../memory-sink.test-kit.ts';
import { asStored, EmulatedEnvironment, idsOf, readAll, rowsOf } from './emulated-environment.test-kit.ts';

const whole = { table: 'contact', columns: ['contactid', 'modifiedon'], window: undefined };

let environment: EmulatedEnvironment;
beforeAll(async () => {
  environment = new EmulatedEnvironment(
    await startDataverseEmulator({ rows: { contact: 4500, lead: 0, account: 300 } }),
  );
});
afterAll(() => environment.close());

/** Changes that many rows at a time of the source's. */
async function changeAt(now: string, update: number): Promise<readonly string[]> {
  await environment.control('clock', { now });
  const { updated } = await environment.control('mutate', { object: 'contact', update });
  await environment.control('clock', { now: null });
  if (!Array.isArray(updated)) throw new Error('expected ids');
  return updated;
}

function within(after: string, upTo: string) {
  return { ...whole, window: { column: 'modifiedon', after: new Date(after), upTo: new Date(upTo) } };
}

describe('a read', () => {
  test('of few rows is one partition, which says how many they are', async () => {
    const { partitions, sinks, rows } = await readAll(environment.source(), whole);
    expect(partitions).toMatchObject([{ announcedRows: 4500 }]);
    expect(idsOf(rows)).toEqual(await environment.ids('contact'));
    expect(sinks[0]?.pages.map((page) => page.rows)).toEqual(Array(9).fill(500));
    expect(sinks[0]?.pages[0]?.format).toEqual({ kind: 'json-page', rowsAt: 'value' });
    expect(sinks[0]?.resumeFrom).toBeUndefined();
  });

  test('of no rows has no partition', async () => {
    expect(await environment.source().plan({ ...whole, table: 'lead', columns: ['leadid'] })).toEqual([]);
  });

  test('of many rows is split by when they were created, and gives each once', async () => {
    const { partitions, rows } = await readAll(environment.source({ rowsPerPartition: 700 }), whole);
    expect(partitions.length).toBeGreaterThanOrEqual(7);
    expect(new Set(partitions.map(({ id }) => id)).size).toBe(partitions.length);
    for (const { announcedRows } of partitions) expect(announcedRows).toBeLessThanOrEqual(700);
    expect(partitions.reduce((sum, { announcedRows = 0 }) => sum + announcedRows, 0)).toBe(4500);
    expect(idsOf(rows)).toEqual(await environment.ids('contact'));
  });

  test('of more rows than Dataverse counts at once is counted range by range', async () => {
    const large = new EmulatedEnvironment(await startDataverseEmulator({ rows: { contact: 120_000 } }));
    expect(await large.source().count(whole)).toBe(120_000);
    const partitions = await large.source().plan(whole);
    const [changes] = await large.source().plan({ ...whole, changes: { since: undefined } });
    expect(changes?.announcedRows).toBe(120_000);
    expect(partitions.length).toBeGreaterThan(2);
    expect(partitions.reduce((sum, { announcedRows = 0 }) => sum + announcedRows, 0)).toBe(120_000);
    await large.close();
  });

  test('of rows of one second is not split without end', async () => {
    await environment.control('clock', { now: '2031-05-01T00:00:00Z' });
    await environment.control('mutate', { object: 'account', insert: 50 });
    await environment.control('clock', { now: null });
    const request = {
      table: 'account',
      columns: ['accountid'],
      window: { column: 'createdon', after: new Date('2031-04-01'), upTo: new Date('2031-06-01') },
    };
    const { partitions, rows } = await readAll(environment.source({ rowsPerPartition: 10 }), request);
    expect(partitions).toMatchObject([{ announcedRows: 50 }]);
    expect(rows).toHaveLength(50);
  });

  test('keeps labels and names under the columns that the description calls them', async () => {
    const columns = [
      'contactid',
      'leadsourcecodename',
      'parentcustomeridname',
      'parentcustomeridtype',
      'annualincome',
      'annualincome_formatted',
      'new_languagesname',
    ];
    const { sinks, rows } = await readAll(environment.source(), { ...whole, columns });
    const format = sinks[0]?.pages[0]?.format;
    const keys = format?.kind === 'json-page' ? format.keys : undefined;
    expect(keys).toEqual({
      leadsourcecodename: 'leadsourcecode@OData.Community.Display.V1.FormattedValue',
      parentcustomeridname: '_parentcustomerid_value@OData.Community.Display.V1.FormattedValue',
      parentcustomeridtype: '_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
      annualincome_formatted: 'annualincome@OData.Community.Display.V1.FormattedValue',
      new_languagesname: 'new_languages@OData.Community.Display.V1.FormattedValue',
    });
    expect(rows.some((row) => String(row[keys?.new_languagesname ?? '']).includes('; '))).toBe(true);
    const labelled = rows.filter((row) => row.leadsourcecode !== null);
    expect(labelled.length).toBeGreaterThan(3000);
    for (const row of labelled) expect(row[keys?.leadsourcecodename ?? '']).toMatch(/\w/);
    expect(rows.find((row) => row.annualincome !== null)?.annualincome).toMatch(/^\d+\.\d{4}$/);
  });
});

describe('a window', () => {
  test('takes the rows at its upper bound, and not those at its lower one', async () => {
    await changeAt('2031-01-01T10:00:00Z', 700);
    const between = await changeAt('2031-01-01T10:00:01Z', 40);
    const upper = await changeAt('2031-01-01T10:00:30Z', 700);
    const beyond = new Set(await changeAt('2031-01-01T10:00:31Z', 50));
    const { rows } = await readAll(
      environment.source(),
      within('2031-01-01T10:00:00Z', '2031-01-01T10:00:30Z'),
    );
    const expected = new Set([...between, ...upper].filter((id) => !beyond.has(id)));
    expect(idsOf(rows)).toEqual([...expected].sort());
  });

  test('shares no row with the next, and leaves none out', async () => {
    const changed = new Set<string>();
    for (const second of [0, 1, 2])
      for (const id of await changeAt(`2031-01-02T00:00:0${second}Z`, 300)) changed.add(id);
    const bounds = [
      '2031-01-01T20:00:00Z',
      '2031-01-02T00:00:00.900Z',
      '2031-01-02T00:00:01.200Z',
      '2031-01-02T00:00:02.999Z',
    ];
    const read: string[] = [];
    for (const [n, upTo] of bounds.slice(1).entries())
      read.push(...idsOf((await readAll(environment.source(), within(bounds[n] ?? '', upTo))).rows));
    expect(read.sort()).toEqual([...changed].sort());
  });

  test.each(['lastname', 'numberofchildren', 'leadsourcecodename', 'nothing'])(
    'is not bounded by %s',
    async (column) => {
      const window = { column, after: undefined, upTo: new Date() };
      await expect(environment.source().plan({ ...whole, window })).rejects.toMatchObject({
        kind: 'invalid',
      });
    },
  );
});

describe('a partition', () => {
  test('whose read died goes on with the page it died at, and reads none twice', async () => {
    const source = environment.source();
    const [partition] = await source.plan(whole);
    const sink = new MemorySink();
    sink.diesAt = 3;
    await expect(source.read(asStored(partition), sink)).rejects.toBeInstanceOf(SinkDied);
    expect(sink.pages).toHaveLength(3);
    sink.diesAt = undefined;
    await environment.source().read(asStored(partition), sink);
    expect(idsOf(rowsOf(sink))).toEqual(await environment.ids('contact'));
    expect(sink.begun).toBe(10);
  });

  test.each(['fixPaging', '5 /api/data/v9.2/contacts?$skiptoken=%3Ccookie%3E', '/api/data'])(
    'is expired where its locator is %j',
    async (resumeFrom) => {
      const source = environment.source();
      const [partition] = await source.plan(whole);
      const sink = {
        resumeFrom,
        changesUpTo: async () => {},
        stage: () => Promise.reject(new Error('nothing is to be staged')),
      };
      await expect(source.read(asStored(partition), sink)).rejects.toMatchObject({ kind: 'expired' });
    },
  );

  test.each([
    {},
    { entitySet: 'contacts', path: '/etc', annotations: [], keys: {} },
    { entitySet: 'c?', path: 'c?' },
  ])('is expired where its state is not understood: %j', async (state) => {
    const reading = environment.source().read({ id: 'x', announcedRows: 1, state }, new MemorySink());
    await expect(reading).rejects.toMatchObject({ kind: 'expired', code: 'UNKNOWN_PARTITION' });
  });
});

describe('names that are not in the description', () => {
  test.each([
    [['contactid,lastname'], '"contactid,lastname"'],
    [['contactid&$filter=x'], '&$filter'],
    [['LastName'], 'is lastname meant?'],
    [['parentcustomerid'], 'is _parentcustomerid_value meant?'],
    [[], 'at least one'],
  ])('are never asked for: %j', async (columns, message) => {
    await expect(environment.source().plan({ ...whole, columns })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(message),
    });
  });
});

test('the clock is the source’s, not this machine’s', async () => {
  await environment.control('clock', { now: '2030-02-03T04:05:06Z' });
  expect(await environment.source().clock()).toEqual(new Date('2030-02-03T04:05:06Z'));
  await environment.control('clock', { now: null });
});
