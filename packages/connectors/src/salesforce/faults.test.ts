import { inspect } from 'node:util';
import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ATTEMPTS } from '../emulated-system.test-kit.ts';
import { MemorySink } from '../memory-sink.test-kit.ts';
import type { Sink } from '../source.ts';
import { EmulatedOrg, idsOf, readAll } from './emulated-org.test-kit.ts';

const whole = { table: 'Contact', columns: ['Id', 'Email'], window: undefined };
const ways = [
  { api: 'rest', bulkFromRows: 1_000_000, page: '/query/' },
  { api: 'bulk', bulkFromRows: 1, page: '/results' },
] as const;

let org: EmulatedOrg;
let ids: readonly string[];
beforeAll(async () => {
  org = new EmulatedOrg(
    await startSalesforceEmulator({ rows: { Contact: 4500 }, latency: { bulkJobMs: 20 } }),
  );
  ids = await org.ids('Contact');
});
afterEach(() => org.control('fault', undefined, 'DELETE'));
afterAll(() => org.close());

describe('a passing fault', () => {
  test.each([
    { kind: 'status', status: 429, retryAfter: 0 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 500 },
  ])('that passes in time is not noticed: %j', async (fault) => {
    await org.control('fault', { ...fault, path: '/services/data', times: ATTEMPTS - 1 });
    expect((await org.source().describe('Contact')).table).toBe('Contact');
  });

  test.each([
    [{ kind: 'status', status: 429 }, 'TOO_MANY_REQUESTS'],
    [{ kind: 'status', status: 503 }, 'SERVER_UNAVAILABLE'],
  ])('that does not pass makes the source busy: %j', async (fault, code) => {
    await org.control('fault', { ...fault, path: '/services/data', times: ATTEMPTS });
    await expect(org.source().describe('Contact')).rejects.toMatchObject({ kind: 'busy', code });
  });

  test('is waited out as long as the source asks', async () => {
    await org.control('fault', { kind: 'status', status: 429, retryAfter: 1, path: '/services/data' });
    const start = performance.now();
    await org.source().check();
    expect(performance.now() - start).toBeGreaterThan(990);
  });

  test('is not waited out for an hour', async () => {
    await org.control('fault', { kind: 'status', status: 429, retryAfter: 3600, path: '/services/data' });
    await expect(org.source().check()).rejects.toMatchObject({ kind: 'busy' });
  });
});

describe.each(ways)('by $api', ({ bulkFromRows, page }) => {
  test('a session that expires between pages is opened anew, once', async () => {
    await org.control('fault', { kind: 'expireSession', path: page, skip: 1 });
    const logins = await org.requests(/oauth2\/token/);
    const { sink } = await readAll(org.source({ bulkFromRows }), whole);
    expect(idsOf(sink).sort()).toEqual(ids);
    expect((await org.requests(/oauth2\/token/)) - logins).toBe(2);
  });

  test('a page that breaks off is read again, and no row is staged twice', async () => {
    await org.control('fault', { kind: 'reset', afterBytes: 5000, path: page, skip: 1, times: ATTEMPTS - 1 });
    const { sink } = await readAll(org.source({ bulkFromRows }), whole);
    expect(idsOf(sink).sort()).toEqual(ids);
    expect(sink.begun).toBe(sink.pages.length + ATTEMPTS - 1);
  });

  test('a page that always breaks off makes the source busy, and keeps what was staged', async () => {
    await org.control('fault', { kind: 'reset', afterBytes: 5000, path: page, skip: 1, times: 100 });
    const source = org.source({ bulkFromRows });
    const [partition] = await source.plan(whole);
    if (partition === undefined) throw new Error('expected a partition');
    const sink = new MemorySink();
    await expect(source.read(partition, sink)).rejects.toMatchObject({ kind: 'busy', code: 'CONNECTION' });
    const staged = sink.pages.length;
    expect(staged).toBeGreaterThan(0);
    await org.control('fault', undefined, 'DELETE');
    await source.read(partition, sink);
    expect(idsOf(sink).sort()).toEqual(ids);
  });

  test('a slow answer is waited for', async () => {
    await org.control('fault', { kind: 'slow', chunkBytes: 20_000, delayMs: 2, path: page, times: 3 });
    const { sink } = await readAll(org.source({ bulkFromRows }), whole);
    expect(idsOf(sink).sort()).toEqual(ids);
  });

  test('an aborted read ends at once', async () => {
    await org.control('fault', { kind: 'slow', chunkBytes: 100, delayMs: 1000, path: page, times: 3 });
    const source = org.source({ bulkFromRows });
    const [partition] = await source.plan(whole);
    if (partition === undefined) throw new Error('expected a partition');
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
    await expect(source.read(partition, sink, controller.signal)).rejects.toBe(gone);
  });
});

test('a page cut short without notice has fewer rows than it told', async () => {
  await org.control('fault', { kind: 'truncate', afterBytes: 5000, path: '/results' });
  const { sink } = await readAll(org.source({ bulkFromRows: 1 }), whole);
  expect(sink.pages[0]?.rows).toBe(500);
  expect(sink.pages[0]?.text.split('\n').length).toBeLessThan(500);
});

describe('a job that failed', () => {
  test.each([
    [
      'InvalidBatch : Failed to process query: MALFORMED_QUERY: unexpected token',
      'invalid',
      'MALFORMED_QUERY',
    ],
    ['InternalServerError: Unexpected exception', 'expired', 'JOB_FAILED'],
    ['EXCEEDED_QUOTA: No more results can be kept', 'expired', 'EXCEEDED_QUOTA'],
  ])('tells why: %s', async (errorMessage, kind, code) => {
    await org.control('fault', { kind: 'jobFailed', errorMessage });
    const reading = readAll(org.source({ bulkFromRows: 1 }), whole);
    await expect(reading).rejects.toMatchObject({
      kind,
      code,
      message: expect.stringContaining(errorMessage),
    });
  });

  test('by taking too long is told as busy', async () => {
    await org.control('fault', { kind: 'jobStuck' });
    const source = org.source({ bulkFromRows: 1, bulk: { jobTimeoutMs: 0 } });
    await expect(readAll(source, whole)).rejects.toMatchObject({ kind: 'busy', code: 'JOB_TIMEOUT' });
  });
});

test('no secret is in any error', async () => {
  const { clientId, clientSecret, username, password, securityToken } = org.credentials;
  const environmentUrl = org.url;
  const basic = { environmentUrl, username, password, securityToken };
  const failures: unknown[] = [];
  const collect = async (failing: Promise<unknown>) => {
    failures.push(
      await failing.then(
        () => expect.unreachable(),
        (error: unknown) => error,
      ),
    );
  };
  const wrong = { ...basic, securityToken: `${securityToken}-wrong` };
  await collect(org.sourceOf('Basic Authentication', wrong).check());
  await collect(org.sourceOf('Basic Authentication', { ...wrong, clientId, clientSecret }).check());
  await collect(org.source().describe('Nothing'));
  await collect(org.source().plan({ ...whole, columns: ['Nothing'] }));
  await org.control('fault', { kind: 'requestLimit', path: '/services/data', times: ATTEMPTS });
  await collect(org.source().check());
  await org.control('fault', { kind: 'expireSession', path: '/services/data', times: 2 });
  await collect(org.source().check());
  await org.control('fault', { kind: 'reset', afterBytes: 0, path: '/services/', times: 2 * ATTEMPTS });
  await collect(org.sourceOf('Basic Authentication', basic).check());
  const told = failures.map((error) => inspect(error, { depth: 10, showHidden: true }));
  for (const secret of [password, securityToken, clientSecret]) expect(told.join()).not.toContain(secret);
  // Access tokens begin with the organisation's id.
  expect(told.join()).not.toMatch(/00D\w+!/);
});
