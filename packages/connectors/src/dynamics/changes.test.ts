import { startDataverseEmulator } from '@tributary/emulators';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MemorySink, SinkDied } from '../memory-sink.test-kit.ts';
import type { ReadRequest } from '../source.ts';
import { asStored, EmulatedEnvironment, readAll, rowsOf } from './emulated-environment.test-kit.ts';

let environment: EmulatedEnvironment;
beforeAll(async () => {
  environment = new EmulatedEnvironment(
    await startDataverseEmulator({ rows: { contact: 2200, account: 40, lead: 0 } }),
  );
});
afterEach(async () => {
  await environment.control('fault', undefined, 'DELETE');
  await environment.control('columns', { object: 'contact', dropped: [] });
});
afterAll(() => environment.close());

function changes(since?: string, columns = ['contactid', 'lastname', '_deleted']): ReadRequest {
  return { table: 'contact', columns, window: undefined, changes: { since } };
}

type Row = Readonly<Record<string, unknown>>;

async function mutate(what: object): Promise<Record<'updated' | 'inserted' | 'deleted', readonly string[]>> {
  const { updated, inserted, deleted } = await environment.control('mutate', { object: 'contact', ...what });
  const ids = (list: unknown) => (Array.isArray(list) ? list.map(String) : []);
  return { updated: ids(updated), inserted: ids(inserted), deleted: ids(deleted) };
}

/** Reads changes to their end: those of rows that are there, ids of those that are gone, and the token. */
async function readChanges(request: ReadRequest) {
  const { sinks, rows } = await readAll(environment.source(), request);
  const isGone = (row: Row) => String(row['@odata.context']).endsWith('/$deletedEntity');
  return {
    there: rows.filter((row) => !isGone(row)),
    gone: rows.filter(isGone).map(({ id }) => String(id)),
    token: sinks.at(-1)?.changeToken,
    sinks,
  };
}

/** A table that follows the changes, as a mirror does. */
function follow(
  table: Map<string, Row>,
  { there, gone }: { there: readonly Row[]; gone: readonly string[] },
) {
  for (const row of there) table.set(String(row.contactid), row);
  for (const id of gone) table.delete(id);
}

async function expectMirror(table: ReadonlyMap<string, Row>) {
  const names = (rows: Iterable<Row>) =>
    [...rows].map(({ contactid, lastname }) => `${contactid} ${lastname}`).sort();
  expect(names(table.values())).toEqual(names(await environment.rows('contact')));
}

test('a first read of changes has all rows, announces them, and ends in a token', async () => {
  const [partition, ...others] = await environment.source().plan(changes());
  expect(others).toEqual([]);
  expect(partition?.announcedRows).toBe(2200);
  const { there, gone, token, sinks } = await readChanges(changes());
  expect(there).toHaveLength(2200);
  expect(gone).toEqual([]);
  expect(token).toMatch(/^http:\/\/127\.0\.0\.1:\d+ contact \d+!/);
  expect(sinks[0]?.pages[0]?.format).toEqual({
    kind: 'json-page',
    rowsAt: 'value',
    deletions: {
      column: '_deleted',
      marker: { member: '@odata.context', ending: '/$deletedEntity' },
      key: { member: 'id', column: 'contactid' },
    },
  });
});

test('a mirror that follows changes ends equal to the source, whatever changes while it reads', async () => {
  const table = new Map<string, Row>();
  const source = environment.source({ pageRows: 400 });
  let since: string | undefined;
  for (let round = 0; round < 4; round++) {
    const [partition] = await source.plan(changes(since));
    const memory = new MemorySink();
    await source.read(asStored(partition), {
      get resumeFrom() {
        return memory.resumeFrom;
      },
      changesUpTo: (token) => memory.changesUpTo(token),
      async stage(page) {
        await memory.stage(page);
        if (round < 3) await mutate({ update: 150, insert: 20, delete: 15 });
      },
    });
    const rows = rowsOf(memory);
    const gone = rows.filter((row) => 'reason' in row).map(({ id }) => String(id));
    follow(table, { there: rows.filter((row) => !('reason' in row)), gone });
    since = memory.changeToken;
    expect(memory.pages.reduce((sum, page) => sum + (page.rows ?? 0), 0)).toBe(rows.length);
  }
  await expectMirror(table);
});

test('changes since a token are pages of rows that changed, and the keys of those that are gone', async () => {
  const { token } = await readChanges(changes());
  const { updated, inserted, deleted } = await mutate({ update: 1100, insert: 70, delete: 90 });
  const next = await readChanges(changes(token));
  expect(next.there.map(({ contactid }) => contactid).sort()).toEqual([...updated, ...inserted].sort());
  expect(next.gone.sort()).toEqual([...deleted].sort());
  expect(next.sinks[0]?.pages.map(({ rows }) => rows)).toEqual([500, 500, 260]);
  const none = await readChanges(changes(next.token));
  expect([none.there, none.gone]).toEqual([[], []]);
  expect(none.sinks[0]?.pages.map(({ rows }) => rows)).toEqual([0]);
  expect(none.token).toBeDefined();
});

test('a token outlives other columns, as a mapping asks for them', async () => {
  const { token } = await readChanges(changes());
  await mutate({ update: 3 });
  const columns = ['contactid', 'jobtitle', 'statecodename', '_deleted'];
  const { there } = await readChanges(changes(token, columns));
  expect(there).toHaveLength(3);
  for (const row of there) {
    expect(Object.keys(row)).toEqual(expect.arrayContaining(['contactid', 'jobtitle', 'statecode']));
    expect(row['statecode@OData.Community.Display.V1.FormattedValue']).toBe('Active');
  }
});

test('a table without rows gives a token too', async () => {
  const request = { ...changes(), table: 'lead', columns: ['leadid'] };
  const { there, token } = await readChanges(request);
  expect(there).toEqual([]);
  await environment.control('mutate', { object: 'lead', insert: 2 });
  expect((await readChanges({ ...request, changes: { since: token } })).there).toHaveLength(2);
});

describe('a read of changes that dies', () => {
  test.each([0, 1, 2, 3, 4])('before page %i goes on there, and still ends in the token', async (diesAt) => {
    const { token } = await readChanges(changes());
    const { updated } = await mutate({ update: 1700 });
    const [partition] = await environment.source().plan(changes(token));
    const sink = new MemorySink();
    sink.diesAt = diesAt;
    const reading = environment.source().read(asStored(partition), sink);
    if (diesAt < 4) await expect(reading).rejects.toBeInstanceOf(SinkDied);
    else await reading;
    sink.diesAt = undefined;
    sink.changeToken = undefined;
    await environment.source().read(asStored(partition), sink);
    expect(
      rowsOf(sink)
        .map(({ contactid }) => contactid)
        .sort(),
    ).toEqual([...updated].sort());
    expect((await readChanges(changes(sink.changeToken))).there).toEqual([]);
  });

  test('before it has told its token tells it without asking for anything', async () => {
    const [partition] = await environment.source().plan(changes());
    const sink = new MemorySink();
    await environment.source().read(asStored(partition), sink);
    const told = sink.changeToken;
    sink.changeToken = undefined;
    const before = await environment.requests(/.*/);
    await environment.source().read(asStored(partition), sink);
    expect(sink.changeToken).toBe(told);
    expect(await environment.requests(/api\/data/)).toBeLessThanOrEqual(before);
  });
});

describe('a token', () => {
  test('that is too old is expired, when the read is planned', async () => {
    const { token } = await readChanges(changes());
    const at = new Date(Date.now() + 8 * 86_400_000).toISOString();
    await environment.control('clock', { now: at });
    const planning = environment.source().plan(changes(token));
    await expect(planning).rejects.toMatchObject({ kind: 'expired', code: '0x80044352' });
    await environment.control('clock', { now: null });
    expect(await environment.source().plan(changes(token))).toHaveLength(1);
  });

  test('that ends between plan and page is expired', async () => {
    const { token } = await readChanges(changes());
    const [partition] = await environment.source().plan(changes(token));
    await environment.control('fault', { kind: 'expireDeltaToken' });
    const reading = environment.source().read(asStored(partition), new MemorySink());
    await expect(reading).rejects.toMatchObject({ kind: 'expired', code: '0x80044352' });
  });

  test.each([
    ['of another environment', (token: string) => token.replace('127.0.0.1', '127.0.0.2')],
    ['of another table', (token: string) => token.replace(' contact ', ' account ')],
    ['that is none', () => 'nonsense'],
    ['that Dataverse does not take', (token: string) => `${token}&x`],
    ['that is a query', (token: string) => token.replace(/\d+!.*/, '1&$filter=a eq 1')],
  ])('%s is expired', async (_what, change) => {
    const { token = '' } = await readChanges(changes());
    await expect(environment.source().plan(changes(change(token)))).rejects.toMatchObject({
      kind: 'expired',
    });
  });

  test('is told where the table is one that tracks no changes', async () => {
    const request = { ...changes(), table: 'systemuser', columns: ['systemuserid'] };
    await expect(environment.source().plan(request)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'CHANGES_NOT_TRACKED',
      message: expect.stringContaining('Track changes'),
    });
  });

  test('needs a role that reads all rows, and its refusal says so', async () => {
    const { token } = await readChanges(changes());
    const [partition] = await environment.source().plan(changes());
    const refusal = { kind: 'refused', message: expect.stringContaining('organisation level') };
    await environment.control('fault', { kind: 'missingPrivilege', path: 'contacts' });
    await expect(environment.source().plan(changes(token))).rejects.toMatchObject(refusal);
    await environment.control('fault', { kind: 'missingPrivilege', path: 'contacts' });
    const reading = environment.source().read(asStored(partition), new MemorySink());
    await expect(reading).rejects.toMatchObject(refusal);
  });
});

describe('no change is lost and none comes twice when Dataverse', () => {
  test.each([
    ['has had too many requests', { kind: 'serviceProtection', retryAfter: 0, path: 'contacts' }],
    ['answers 503', { kind: 'status', status: 503, times: 2, path: 'contacts' }],
    ['ends the access token between pages', { kind: 'expireToken', path: 'skiptoken' }],
    ['breaks the connection in mid-body', { kind: 'reset', afterBytes: 9000, path: 'skiptoken', times: 2 }],
    ['cuts a page short without notice', { kind: 'truncate', afterBytes: 9000, path: 'skiptoken' }],
    ['cuts the last page short', { kind: 'truncate', afterBytes: 2000, path: 'skiptoken', skip: 1 }],
    ['drips', { kind: 'slow', chunkBytes: 8000, delayMs: 1, path: 'skiptoken', times: 2 }],
  ])('%s', async (_, fault) => {
    const { token } = await readChanges(changes());
    const { updated, inserted, deleted } = await mutate({ update: 1000, insert: 30, delete: 50 });
    await environment.control('fault', fault);
    const { there, gone } = await readChanges(changes(token));
    expect(there.map(({ contactid }) => contactid).sort()).toEqual([...updated, ...inserted].sort());
    expect(gone.sort()).toEqual([...deleted].sort());
  });
});

test('a column that goes between plan and page asks for a plan anew, which names it', async () => {
  const request = changes(undefined, ['contactid', 'jobtitle', '_deleted']);
  const [partition] = await environment.source().plan(request);
  await environment.control('columns', { object: 'contact', dropped: ['jobtitle'] });
  const reading = environment.source().read(asStored(partition), new MemorySink());
  await expect(reading).rejects.toMatchObject({ kind: 'expired' });
  await expect(environment.source().plan(request)).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('"jobtitle"'),
  });
});

test('a window has rows that are there only, and says so where others are asked for', async () => {
  const window = { column: 'modifiedon', after: undefined, upTo: new Date('2100-01-01') };
  const request = { ...changes(), window, changes: undefined };
  const { table, columns } = request;
  const { sinks } = await readAll(environment.source(), { table, columns, window });
  expect(sinks[0]?.pages[0]?.format).toMatchObject({ deletions: { column: '_deleted' } });
  await expect(
    environment.source().plan({ table, columns, window, includeDeleted: true }),
  ).rejects.toMatchObject({ kind: 'invalid', code: 'DELETIONS_NOT_IN_WINDOW' });
});

describe('a count', () => {
  test('of a whole table, of a window and of a first read of changes is that of their rows', async () => {
    const source = environment.source();
    const there = (await environment.rows('contact')).length;
    expect(await source.count(changes())).toBe(there);
    const { table, columns } = changes();
    expect(await source.count({ table, columns, window: undefined })).toBe(there);
    const window = { column: 'createdon', after: undefined, upTo: new Date('2018-01-01') };
    const rows = (await readAll(source, { table, columns, window })).rows.length;
    expect(await source.count({ table, columns, window })).toBe(rows);
  });

  test('of changes since a token proves nothing', async () => {
    expect(await environment.source().count(changes('any token'))).toBeUndefined();
  });
});
