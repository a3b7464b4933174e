import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { MemorySink } from '../memory-sink.test-kit.ts';
import type { Partition, Sink } from '../source.ts';
import {
  type Answer,
  API,
  json,
  type Script,
  ScriptedOrg,
  TOKEN_PATH,
  text,
} from './scripted-org.test-kit.ts';

const JOB_ID = '750000000000001AAA';
const JOB = `${API}/jobs/query/${JOB_ID}`;
const whole = { table: 'T', columns: ['Id'], window: undefined };
const query = { table: 'T', columns: ['Id'], conditions: [], order: ['Id'], includeDeleted: false };
const bulk: Partition = {
  id: `bulk-${JOB_ID}`,
  announcedRows: 2,
  state: { api: 'bulk', apiVersion: '60.0', query, jobId: JOB_ID },
};
const rest: Partition = {
  id: 'rest-1',
  announcedRows: 2,
  state: { api: 'rest', apiVersion: '60.0', query },
};
const complete = { [JOB]: json({ state: 'JobComplete' }) };

const orgs: ScriptedOrg[] = [];
afterEach(async () => {
  for (const org of orgs.splice(0)) await org.close();
});

async function orgOf(script: Script): Promise<ScriptedOrg> {
  const org = await ScriptedOrg.start(script);
  orgs.push(org);
  return org;
}

/** A page of one row whose locator is chosen by the one that was asked for. */
function csvPage(locatorAfter: (asked: string | null) => string): Answer {
  return (response, url) =>
    response
      .writeHead(200, {
        'content-type': 'text/csv',
        'sforce-numberofrecords': '1',
        'sforce-locator': locatorAfter(url.searchParams.get('locator')),
      })
      .end('"Id"\n"1"\n');
}

describe('pages that lead back to one another', () => {
  test.each([
    ['to themselves', () => 'a', 1],
    ['in a circle', (asked: string | null) => ({ a: 'b', b: 'c', c: 'a' })[asked ?? ''] ?? 'a', 3],
  ])('%s end the read, and no row is staged twice: bulk', async (_, locatorAfter, staged) => {
    const org = await orgOf({ ...complete, [`${JOB}/results`]: csvPage(locatorAfter) });
    const sink = new MemorySink();
    const reading = org.source().read(bulk, sink);
    await expect(reading).rejects.toMatchObject({ kind: 'expired', code: 'LOCATOR_LOOP' });
    expect(sink.pages).toHaveLength(staged);
  });

  test('end the read: REST', async () => {
    const page = { totalSize: 9, done: false, nextRecordsUrl: `${API}/query/x-1`, records: [{ Id: '1' }] };
    const org = await orgOf({ [`${API}/query*`]: json(page) });
    const sink = new MemorySink();
    await expect(org.source().read(rest, sink)).rejects.toMatchObject({ code: 'LOCATOR_LOOP' });
    expect(sink.pages).toHaveLength(1);
  });
});

describe('a page of bulk results', () => {
  const csv = { 'content-type': 'text/csv', 'sforce-locator': 'null' };
  test.each<[string, Answer]>([
    ['a page for people', text(200, '<html>', { ...csv, 'content-type': 'text/html' })],
    ['no content, as for a job under work', text(204, '')],
    ['no locator, not even null', text(200, '"Id"\n', { 'content-type': 'text/csv' })],
    ['an empty locator', text(200, '"Id"\n', { ...csv, 'sforce-locator': '' })],
    ['packed bytes', text(200, '', { ...csv, 'content-encoding': 'gzip' })],
  ])('that is %s is never taken for the last', async (_, answer) => {
    const org = await orgOf({ ...complete, [`${JOB}/results`]: answer });
    const sink = new MemorySink();
    await expect(org.source().read(bulk, sink)).rejects.toMatchObject({
      kind: 'busy',
      code: 'UNEXPECTED_ANSWER',
    });
    expect(sink.pages).toEqual([]);
  });

  test('of an empty job is the only one', async () => {
    const answer = text(200, '"Id"\n', { ...csv, 'sforce-numberofrecords': '0' });
    const org = await orgOf({ ...complete, [`${JOB}/results`]: answer });
    const sink = new MemorySink();
    await org.source().read(bulk, sink);
    expect(sink.pages).toMatchObject([{ rows: 0, text: '"Id"\n' }]);
  });

  test.each(['-1', '1e3', '9'.repeat(30), 'many'])('that has %s rows tells none', async (rows) => {
    const answer = text(200, '"Id"\n"1"\n', { ...csv, 'sforce-numberofrecords': rows });
    const org = await orgOf({ ...complete, [`${JOB}/results`]: answer });
    const sink = new MemorySink();
    await org.source().read(bulk, sink);
    expect(sink.pages).toMatchObject([{ rows: undefined }]);
  });

  test('under another version than its job is expired', async () => {
    const conflict = text(409, JSON.stringify([{ errorCode: 'CONFLICT', message: 'other version' }]));
    const org = await orgOf({ ...complete, [`${JOB}/results`]: conflict });
    await expect(org.source().read(bulk, new MemorySink())).rejects.toMatchObject({ kind: 'expired' });
  });
});

describe('a page of query results', () => {
  test.each<[string, Answer]>([
    ['a page for people', text(200, '<html>')],
    ['cut off in its head', text(200, '{"totalSize":2,"done":fal')],
    ['without a next page', json({ totalSize: 2, done: false, records: [] })],
    ['of less than no rows', json({ totalSize: -2, done: true, records: [] })],
    ['without an end before its rows', (response) => response.end('x'.repeat(1_000_000))],
    [
      'packed bytes',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
    ],
  ])('that is %s is not staged', async (_, answer) => {
    const org = await orgOf({ [`${API}/query`]: answer });
    const sink = new MemorySink();
    await expect(org.source().read(rest, sink)).rejects.toMatchObject({
      kind: 'busy',
      code: 'UNEXPECTED_ANSWER',
    });
    expect(sink.pages).toEqual([]);
  });

  test.each([
    'http://127.0.0.1:9/services/data',
    '//evil.example/services/data',
    '/setup/secret',
    '/services/../x',
  ])('never leads away from the API: %s', async (nextRecordsUrl) => {
    const page = { totalSize: 9, done: false, nextRecordsUrl, records: [] };
    const org = await orgOf({ [`${API}/query`]: json(page) });
    await expect(org.source().read(rest, new MemorySink())).rejects.toMatchObject({ code: 'INVALID_PATH' });
  });
});

describe('a plan', () => {
  test('of a table that was renamed since it was described says so', async () => {
    const renamed = [{ errorCode: 'INVALID_TYPE', message: "sObject type 'T' is not supported." }];
    const org = await orgOf({ [`${API}/query`]: text(400, JSON.stringify(renamed)) });
    await expect(org.source().plan(whole)).rejects.toMatchObject({ kind: 'invalid', code: 'INVALID_TYPE' });
  });

  test('of a column that the user may not see names it', async () => {
    const org = await orgOf({});
    await expect(org.source().plan({ ...whole, columns: ['Id', 'Salary__c'] })).rejects.toMatchObject({
      kind: 'invalid',
      message: 'columns: T has no column "Salary__c", or its user may not see it',
    });
  });

  test.each([
    ['API_ERROR', 'Selecting compound data not supported in Bulk Query'],
    ['INVALIDENTITY', 'T is not supported by the Bulk API'],
    ['LIMIT_EXCEEDED', 'Max bulk v2 query jobs (10000) per 24 hrs has been reached (10021)'],
  ])('goes by REST where no job is to be had: %s', async (errorCode, message) => {
    const org = await orgOf({
      [`${API}/query`]: json({ totalSize: 5, done: true, records: [] }),
      [`${API}/jobs/query`]: text(400, JSON.stringify([{ errorCode, message }])),
    });
    const planned = await org.source('oauth', { bulkFromRows: 1 }).plan(whole);
    expect(planned).toMatchObject([{ state: { api: 'rest' }, notice: expect.stringContaining(errorCode) }]);
  });

  test.each([-1, 0.5, 1e300, '3', null])('is not made of a count of %j', async (totalSize) => {
    const org = await orgOf({ [`${API}/query`]: json({ totalSize, done: true, records: [] }) });
    await expect(org.source().plan(whole)).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  });

  test.each(['../../limits', '', 'x'.repeat(300)])('is not made of a job %j', async (id) => {
    const org = await orgOf({
      [`${API}/query`]: json({ totalSize: 5, done: true, records: [] }),
      [`${API}/jobs/query`]: json({ id, state: 'UploadComplete' }),
    });
    const source = org.source('oauth', { bulkFromRows: 1 });
    await expect(source.plan(whole)).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  });
});

test.each(['constructor', '__proto__', 7, null])('a column of type %j is read as text', async (type) => {
  const fields = [{ name: 'Id', type }];
  const org = await orgOf({ [`${API}/sobjects/T/describe`]: json({ fields }) });
  expect((await org.source().describe('T')).columns).toMatchObject([{ name: 'Id', type: 'string' }]);
});

test.each([undefined, '', '5', 'yesterday', 'Thu, 99 Foo 2020 00:00:00 GMT'])(
  'a clock of %j is none',
  async (date) => {
    const org = await orgOf({
      [API]: (response) => {
        response.sendDate = false;
        response.writeHead(200, date === undefined ? {} : { date }).end('{}');
      },
    });
    await expect(org.source().clock()).rejects.toMatchObject({ kind: 'busy', code: 'UNEXPECTED_ANSWER' });
  },
);

test('a session that two reads find expired is opened anew once', async () => {
  let logins = 0;
  const org = await orgOf({
    [TOKEN_PATH]: (response, url, request) =>
      json({ access_token: `00D!${++logins}`, instance_url: url.origin })(response, url, request),
    [`${API}/query`]: (response, url, request) => {
      const isOld = request.headers.authorization === 'Bearer 00D!1';
      const answer = isOld
        ? text(401, JSON.stringify([{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired' }]))
        : json({ totalSize: 1, done: true, records: [{ Id: '1' }] });
      answer(response, url, request);
    },
  });
  const source = org.source();
  await source.check();
  const sinks = [new MemorySink(), new MemorySink()];
  await Promise.all(sinks.map((sink) => source.read(rest, sink)));
  expect(sinks.map(({ pages }) => pages.length)).toEqual([1, 1]);
  expect(logins).toBe(2);
});

test('a session that is always expired is refused, after one login more', async () => {
  const expired = text(
    401,
    JSON.stringify([{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired' }]),
  );
  const org = await orgOf({ [API]: expired });
  await expect(org.source().check()).rejects.toMatchObject({ kind: 'refused', code: 'INVALID_SESSION_ID' });
  expect(org.requests).toEqual([`POST ${TOKEN_PATH}`, `GET ${API}`, `POST ${TOKEN_PATH}`, `GET ${API}`]);
});

describe('an abort ends', () => {
  const stuck: Answer = () => undefined;
  const drop = (sink: AbortController): Sink => ({
    resumeFrom: undefined,
    changesUpTo: async () => {},
    async stage({ body }) {
      for await (const _ of body) sink.abort(gone);
    },
  });
  const gone = new Error('gone');
  const phases: readonly [string, string, Script, 'plan' | 'rest' | 'bulk'][] = [
    ['the description', `${API}/sobjects/T/describe`, { [`${API}/sobjects/T/describe`]: stuck }, 'plan'],
    ['the count', `${API}/query`, { [`${API}/query`]: stuck }, 'plan'],
    [
      'the start of a job',
      `${API}/jobs/query`,
      { [`${API}/query`]: json({ totalSize: 5, done: true }), [`${API}/jobs/query`]: stuck },
      'plan',
    ],
    [
      'the wait for a job whose pages are to be known',
      JOB,
      {
        [`${API}/query`]: json({ totalSize: 500_000, done: true }),
        [`${API}/jobs/query`]: json({ id: JOB_ID, state: 'UploadComplete' }),
        [JOB]: json({ state: 'InProgress' }),
      },
      'plan',
    ],
    ['a look at a job', JOB, { [JOB]: stuck }, 'bulk'],
    ['the wait for a job', JOB, { [JOB]: json({ state: 'InProgress' }) }, 'bulk'],
    ['a page of a job', `${JOB}/results`, { ...complete, [`${JOB}/results`]: stuck }, 'bulk'],
    ['a page of a query', `${API}/query`, { [`${API}/query`]: stuck }, 'rest'],
    ['a pause before a retry', `${API}/query`, { [`${API}/query`]: text(503, '') }, 'rest'],
  ];
  test.each(phases)('%s', async (_, path, script, work) => {
    const controller = new AbortController();
    const org = await orgOf({
      ...script,
      [path]: (response, url, request) => {
        script[path]?.(response, url, request);
        setImmediate(() => controller.abort(gone));
      },
    });
    const slow = { retry: { attempts: 2, baseDelayMs: 60_000, maxDelayMs: 60_000, maxRetryAfterMs: 0 } };
    const source = org.source('oauth', { bulkFromRows: 1, bulk: { firstPollMs: 60_000 }, outbound: slow });
    const working =
      work === 'plan'
        ? source.plan(whole, controller.signal)
        : source.read(work === 'rest' ? rest : bulk, drop(controller), controller.signal);
    await expect(working).rejects.toBe(gone);
  });
});
