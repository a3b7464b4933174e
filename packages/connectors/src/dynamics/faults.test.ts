import { inspect } from 'node:util';
import { startDataverseEmulator } from '@tributary/emulators';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ATTEMPTS } from '../emulated-system.test-kit.ts';
import { MemorySink } from '../memory-sink.test-kit.ts';
import type { Sink } from '../source.ts';
import { asStored, EmulatedEnvironment, idsOf, readAll, rowsOf } from './emulated-environment.test-kit.ts';

const whole = { table: 'contact', columns: ['contactid', 'lastname', 'jobtitle'], window: undefined };
const PAGES = 'contacts\\?';
const LATER_PAGES = 'skiptoken';

let environment: EmulatedEnvironment;
let ids: readonly string[];
beforeAll(async () => {
  environment = new EmulatedEnvironment(await startDataverseEmulator({ rows: { contact: 2300 } }));
  ids = await environment.ids('contact');
});
afterEach(async () => {
  await environment.control('fault', undefined, 'DELETE');
  await environment.control('columns', { object: 'contact', dropped: [] });
});
afterAll(() => environment.close());

describe('no row is lost and none comes twice when Dataverse', () => {
  test.each([
    ['answers 429 and says when to come back', { kind: 'status', status: 429, retryAfter: 0, times: 2 }],
    ['has had too many requests', { kind: 'serviceProtection', limit: 'requests', retryAfter: 0 }],
    ['has worked too long', { kind: 'serviceProtection', limit: 'executionTime', retryAfter: 1 }],
    ['has too many requests at once', { kind: 'serviceProtection', limit: 'concurrency', retryAfter: 0 }],
    ['answers 500', { kind: 'status', status: 500, times: 2 }],
    ['answers 503', { kind: 'status', status: 503, times: 2 }],
    ['ends the token', { kind: 'expireToken' }],
    ['ends the token between pages', { kind: 'expireToken', path: LATER_PAGES, skip: 1 }],
    [
      'breaks the connection in mid-body',
      { kind: 'reset', afterBytes: 9000, path: PAGES, skip: 2, times: 2 },
    ],
    ['cuts a page short without notice', { kind: 'truncate', afterBytes: 9000, path: LATER_PAGES, times: 2 }],
    ['cuts a page short in its head', { kind: 'truncate', afterBytes: 20, path: LATER_PAGES, times: 2 }],
    ['drips', { kind: 'slow', chunkBytes: 8000, delayMs: 1, path: LATER_PAGES, times: 2 }],
  ])('%s', async (_, fault) => {
    await environment.control('fault', fault);
    const { rows } = await readAll(environment.source(), whole);
    expect(idsOf(rows)).toEqual(ids);
  });
});

test('a page that always breaks off makes the source busy, and keeps what was staged', async () => {
  await environment.control('fault', {
    kind: 'truncate',
    afterBytes: 9000,
    path: LATER_PAGES,
    skip: 1,
    times: 100,
  });
  const source = environment.source();
  const [partition] = await source.plan(whole);
  const sink = new MemorySink();
  await expect(source.read(asStored(partition), sink)).rejects.toMatchObject({
    kind: 'busy',
    code: 'CONNECTION',
  });
  expect(sink.pages).toHaveLength(2);
  await environment.control('fault', undefined, 'DELETE');
  await source.read(asStored(partition), sink);
  expect(idsOf(rowsOf(sink))).toEqual(ids);
});

test('an hour is not waited out', async () => {
  await environment.control('fault', { kind: 'serviceProtection', retryAfter: 3600, path: PAGES });
  await expect(readAll(environment.source(), whole)).rejects.toMatchObject({
    kind: 'busy',
    code: '0x80072322',
  });
});

test('a paging cookie that is no longer taken asks for a plan anew', async () => {
  await environment.control('fault', { kind: 'expirePagingCookie' });
  await expect(readAll(environment.source(), whole)).rejects.toMatchObject({
    kind: 'expired',
    code: '0x80060888',
  });
  expect(idsOf((await readAll(environment.source(), whole)).rows)).toEqual(ids);
});

test('a column that goes between pages asks for a plan anew, which names it', async () => {
  await environment.control('fault', {
    kind: 'dropColumn',
    object: 'contact',
    column: 'jobtitle',
    path: LATER_PAGES,
  });
  await expect(readAll(environment.source(), whole)).rejects.toMatchObject({ kind: 'expired' });
  await expect(environment.source().plan(whole)).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('"jobtitle"'),
  });
});

test('rows that change while a window is read leave it, and come in the next', async () => {
  const source = environment.source();
  const upTo = new Date('2026-12-01T00:00:00Z');
  const window = { column: 'modifiedon', after: undefined, upTo };
  const [partition] = await source.plan({ ...whole, window });
  const memory = new MemorySink();
  let changed: readonly unknown[] = [];
  const sink: Sink = {
    async changesUpTo() {},
    get resumeFrom() {
      return memory.resumeFrom;
    },
    async stage(page) {
      await memory.stage(page);
      if (changed.length > 0) return;
      await environment.control('clock', { now: '2026-12-02T00:00:00Z' });
      const { updated } = await environment.control('mutate', { object: 'contact', update: 400 });
      changed = Array.isArray(updated) ? updated : [];
    },
  };
  await source.read(asStored(partition), sink);
  const later = { column: 'modifiedon', after: upTo, upTo: new Date('2026-12-03T00:00:00Z') };
  const next = await readAll(source, { ...whole, window: later });
  await environment.control('clock', { now: null });
  const first = idsOf(rowsOf(memory));
  expect(new Set(first).size).toBe(first.length);
  expect(idsOf(next.rows)).toEqual([...changed].sort());
  expect([...new Set([...first, ...idsOf(next.rows)])].sort()).toEqual(ids);
});

test('an aborted read ends at once', async () => {
  await environment.control('fault', { kind: 'slow', chunkBytes: 100, delayMs: 1000, path: LATER_PAGES });
  const source = environment.source();
  const [partition] = await source.plan(whole);
  const controller = new AbortController();
  const gone = new Error('gone');
  const sink: Sink = {
    resumeFrom: undefined,
    changesUpTo: async () => {},
    async stage(page) {
      controller.abort(gone);
      for await (const _ of page.body);
    },
  };
  await expect(source.read(asStored(partition), sink, controller.signal)).rejects.toBe(gone);
});

test('no secret is in any error', async () => {
  const { clientId, clientSecret, username, password } = environment.credentials;
  const serviceUri = environment.url;
  const failures: unknown[] = [];
  const collect = async (failing: Promise<unknown>) => {
    failures.push(
      await failing.then(
        () => expect.unreachable(),
        (error: unknown) => error,
      ),
    );
  };
  const principal = { serviceUri, servicePrincipalId: clientId, servicePrincipalKey: clientSecret };
  const service = 'Service Principal Key Based Authentication';
  await collect(environment.sourceOf(service, { ...principal, servicePrincipalId: 'other' }).check());
  await collect(
    environment
      .sourceOf('Basic Authentication for Dynamics-Online', {
        serviceUri,
        username: `${username}x`,
        password,
      })
      .check(),
  );
  await collect(environment.source().describe('nothing'));
  await environment.control('fault', { kind: 'expireToken', path: 'WhoAmI', times: 2 });
  await collect(environment.source().check());
  await environment.control('fault', { kind: 'reset', afterBytes: 0, times: 3 * ATTEMPTS });
  await collect(environment.source().check());
  const told = failures.map((error) => inspect(error, { depth: 10, showHidden: true })).join();
  for (const secret of [password, clientSecret]) expect(told).not.toContain(secret);
});
