import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { MemorySink } from '../memory-sink.test-kit.ts';
import type { Partition } from '../source.ts';
import { API_ROOT } from './api.ts';
import {
  type Answer,
  challenge,
  json,
  type Script,
  ScriptedService,
  SECRET,
  TOKEN_PATH,
  text,
} from './scripted-service.test-kit.ts';

const whole = { table: 't', columns: ['tid'], window: undefined };
const partition: Partition = {
  id: 'rows-1',
  announcedRows: 2,
  state: { entitySet: 'ts', path: 'ts?$select=tid', filter: undefined, annotations: [], keys: {} },
};
const row = (n: number) => ({ '@odata.etag': `W/"${n}"`, tid: String(n) });

const services: ScriptedService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

async function serviceOf(script: Script): Promise<ScriptedService> {
  const service = await ScriptedService.start(script);
  services.push(service);
  return service;
}

describe('a link to the next page', () => {
  test.each([
    'http://127.0.0.1:9/api/data/v9.2/ts?$skiptoken=x',
    'https://evil.example/api/data/v9.2/ts',
    '//evil.example/api/data/v9.2/ts',
    '/setup/secret',
    `${API_ROOT}/../../../x`,
    'file:///etc/passwd',
    'http://[',
  ])('never leads away from the API, and the page is not staged: %s', async (nextLink) => {
    const service = await serviceOf({ ts: json({ value: [row(1)], '@odata.nextLink': nextLink }) });
    const sink = new MemorySink();
    await expect(service.source().read(partition, sink)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'INVALID_PATH',
    });
    expect(sink.pages).toEqual([]);
  });

  test('that leads back ends the read', async () => {
    const service: ScriptedService = await serviceOf({
      ts: (response, url, request) =>
        json({ value: [], '@odata.nextLink': `${url.origin}${API_ROOT}/ts?$skiptoken=again` })(
          response,
          url,
          request,
        ),
    });
    const reading = service.source().read(partition, new MemorySink());
    await expect(reading).rejects.toMatchObject({ kind: 'expired', code: 'LOCATOR_LOOP' });
  });
});

describe('a delta link', () => {
  const tracked: Partition = {
    ...partition,
    announcedRows: undefined,
    state: { ...partition.state, deletedRowsKey: 'tid', changesOf: 't' },
  };

  test.each([
    ['leads out of the API', 'https://evil.example/api/data/v9.2/ts?$deltatoken=1', 'INVALID_PATH'],
    ['is no URL', 'http://[', 'INVALID_PATH'],
    ['has no token', `${API_ROOT}/ts?$select=tid`, 'UNEXPECTED_ANSWER'],
    ['has a token that is none', `${API_ROOT}/ts?$deltatoken=%E0%A4%A`, 'UNEXPECTED_ANSWER'],
    ['is not there', undefined, 'UNEXPECTED_ANSWER'],
  ])('that %s gives no token, and the last page is not staged', async (_what, deltaLink, code) => {
    const service = await serviceOf({ ts: json({ '@odata.deltaLink': deltaLink, value: [row(1)] }) });
    const sink = new MemorySink();
    await expect(service.source().read(tracked, sink)).rejects.toMatchObject({ code });
    expect(sink.pages).toEqual([]);
    expect(sink.changeToken).toBeUndefined();
  });

  test('gives no token for fewer rows than are there: a mirror would take the others for gone', async () => {
    const service = await serviceOf({
      ts: (response, url, request) =>
        json(
          url.searchParams.has('$apply')
            ? { value: [{ rows: 3 }] }
            : { '@odata.deltaLink': `${API_ROOT}/ts?$deltatoken=1`, value: [row(1), row(2)] },
        )(response, url, request),
    });
    const sink = new MemorySink();
    const reading = service.source().read({ ...tracked, announcedRows: 3 }, sink);
    await expect(reading).rejects.toMatchObject({ kind: 'expired', code: 'ROWS_MISSING' });
    expect(sink.changeToken).toBeUndefined();
  });

  test('may be percent-encoded anywhere, and stand before or after the rows', async () => {
    const link = `${API_ROOT}/ts?$select=tid&%24deltatoken=9%21a%2Bb%20c&x=y`;
    for (const page of [
      { '@odata.deltaLink': link, value: [] },
      { value: [], '@odata.deltaLink': link },
    ]) {
      const service = await serviceOf({ ts: json(page) });
      const sink = new MemorySink();
      await service.source().read(tracked, sink);
      expect(sink.changeToken).toBe(`${service.url} t 9!a+b c`);
    }
  });
});

test('an entity set that goes by another name between plan and page asks for a plan anew', async () => {
  const service = await serviceOf({ ts: json({ value: [{ rows: 3 }] }) });
  const source = service.source();
  const [planned] = await source.plan(whole);
  const renamed = planned && {
    ...planned,
    state: JSON.parse(JSON.stringify(planned.state).replaceAll('ts', 'us')),
  };
  await expect(source.read(renamed ?? partition, new MemorySink())).rejects.toMatchObject({
    kind: 'expired',
  });
});

describe('counts that lie', () => {
  const counting = (counts: readonly number[], rows: readonly object[]): Answer => {
    const left = [...counts];
    return (response, url, request) => {
      const value = url.searchParams.has('$apply') ? [{ rows: left.shift() ?? counts.at(-1) }] : rows;
      json({ value })(response, url, request);
    };
  };

  test('above what comes fail loudly, and ask for a plan anew', async () => {
    const service = await serviceOf({ ts: counting([1000, 1000], [row(1)]) });
    const source = service.source();
    const [planned] = await source.plan(whole);
    expect(planned?.announcedRows).toBe(1000);
    const sink = new MemorySink();
    await expect(source.read(planned ?? partition, sink)).rejects.toMatchObject({
      kind: 'expired',
      code: 'ROWS_MISSING',
      message: expect.stringContaining('1 rows of ts came, but 1000 are there'),
    });
    expect(sink.pages).toEqual([]);
  });

  test('and are taken back, as rows go while they are read, do no harm', async () => {
    const service = await serviceOf({ ts: counting([1000, 1], [row(1)]) });
    const source = service.source();
    const [planned] = await source.plan(whole);
    const sink = new MemorySink();
    await source.read(planned ?? partition, sink);
    expect(sink.pages).toMatchObject([{ rows: 1 }]);
  });

  test('below what comes lose no row', async () => {
    const service = await serviceOf({ ts: json({ value: [row(1), row(2), row(3)] }) });
    const sink = new MemorySink();
    await service.source().read({ ...partition, announcedRows: 1 }, sink);
    expect(sink.pages).toMatchObject([{ rows: 3 }]);
  });

  test.each([-1, 0.5, 1e300, '3', null])('that are none make no plan: %j', async (rows) => {
    const service = await serviceOf({ ts: json({ value: [{ rows }] }) });
    await expect(service.source().plan(whole)).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  });

  test('that no aggregate gives are asked for otherwise', async () => {
    const refused = text(400, JSON.stringify({ error: { code: '0x80060888', message: 'no $apply here' } }));
    const service = await serviceOf({
      ts: (response, url, request) =>
        (url.searchParams.has('$apply') ? refused : json({ value: [], '@odata.count': 7 }))(
          response,
          url,
          request,
        ),
    });
    expect(await service.source().plan(whole)).toMatchObject([{ announcedRows: 7 }]);
  });
});

describe('a page of rows', () => {
  test.each<[string, Answer]>([
    ['a page for people', text(200, '<html>')],
    ['without a beginning', (response) => response.end('x'.repeat(1_000_000))],
    [
      'packed bytes',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
    ],
    ['cut off', text(200, '{"value":[{"tid":"1"')],
    ['an error under status 200', json({ error: { code: 'x', message: 'y' } })],
  ])('that is %s is never staged', async (_, answer) => {
    const service = await serviceOf({ ts: answer });
    const sink = new MemorySink();
    await expect(service.source().read(partition, sink)).rejects.toMatchObject({ kind: 'busy' });
    expect(sink.pages).toEqual([]);
  });

  test('of any size goes through in pieces', async () => {
    const rows = Array.from({ length: 200_000 }, (_, n) => row(n));
    const service = await serviceOf({ ts: json({ value: rows }) });
    const sink = new MemorySink();
    await service.source({ outbound: { maxTextBytes: 1000 } }).read(partition, sink);
    expect(sink.pages).toMatchObject([{ rows: 200_000 }]);
  });
});

describe('metadata', () => {
  const attributesPath = "EntityDefinitions(LogicalName='t')/Attributes";
  const attribute = (changes: object) => ({
    LogicalName: 'x',
    AttributeTypeName: { Value: 'StringType' },
    AttributeOf: null,
    ...changes,
  });

  test.each([
    ['a type that is none', attribute({ AttributeTypeName: { Value: 'constructor' } })],
    ['no type', attribute({ AttributeTypeName: null })],
    ['a type of several values', attribute({ AttributeTypeName: { Value: 'PartyListType' } })],
    ['a name that is a query', attribute({ LogicalName: 'a,b&$filter=c' })],
    ['a number for a name', attribute({ LogicalName: 7 })],
    ['a parent that is not there', attribute({ AttributeOf: 'gone' })],
    ['itself for a parent', attribute({ LogicalName: 'xname', AttributeOf: 'xname' })],
    ['no right to be read', attribute({ IsValidForRead: false })],
    ['nothing', null],
  ])('that tells of a column with %s leaves it out', async (_, item) => {
    const service = await serviceOf({
      [attributesPath]: json({ value: [attribute({ LogicalName: 'good' }), item] }),
    });
    expect((await service.source().describe('t')).columns.map(({ name }) => name)).toEqual(['good']);
  });

  test.each([
    ['Virtual', /virtual table: .*1,000/],
    ['Elastic', /elastic table: .*5,000/],
  ])('of a %s table say what to know of it', async (TableType, notice) => {
    const definition = { LogicalName: 't', EntitySetName: 'ts', PrimaryIdAttribute: 'tid', TableType };
    const service = await serviceOf({ "EntityDefinitions(LogicalName='t')": json(definition) });
    expect((await service.source().describe('t')).notices).toEqual([expect.stringMatching(notice)]);
  });

  test('that change are told as they are then: a type, the lookups that lead to several tables', async () => {
    const types = ['StringType', 'MoneyType'];
    const service = await serviceOf({
      [attributesPath]: (response, url, request) =>
        json({
          value: [
            attribute({ AttributeTypeName: { Value: types.shift() } }),
            attribute({ LogicalName: 'regardingobjectid', AttributeTypeName: { Value: 'LookupType' } }),
            attribute({
              LogicalName: 'regardingobjecttypecode',
              AttributeTypeName: { Value: 'EntityNameType' },
              AttributeOf: 'regardingobjectid',
            }),
          ],
        })(response, url, request),
    });
    const described = async () =>
      (await service.source().describe('t')).columns.map(({ name, type }) => `${name} ${type}`);
    const regarding = ['_regardingobjectid_value string', 'regardingobjecttypecode string'];
    expect(await described()).toEqual(['x string', ...regarding]);
    expect(await described()).toEqual(['x decimal', 'x_formatted string', ...regarding]);
  });

  test('whose column has the name of a formatted value keep it', async () => {
    const service = await serviceOf({
      [attributesPath]: json({
        value: [
          attribute({ AttributeTypeName: { Value: 'MoneyType' } }),
          attribute({ LogicalName: 'x_formatted', AttributeTypeName: { Value: 'BooleanType' } }),
        ],
      }),
    });
    expect((await service.source().describe('t')).columns.map(({ type }) => type)).toEqual([
      'decimal',
      'boolean',
    ]);
  });

  test.each([{}, { value: 'x' }, [], 5])('that is no list is unexpected: %j', async (body) => {
    const service = await serviceOf({ [attributesPath]: json(body) });
    await expect(service.source().describe('t')).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  });
});

describe('a service that is none', () => {
  const found = (answer: Answer) => serviceOf({ [`${API_ROOT}/`]: answer });

  test.each([
    'https://evil.example/contoso/oauth2/authorize',
    'http://login.microsoftonline.com/contoso/oauth2/authorize',
    'https://login.microsoftonline.com.evil.example/contoso/',
  ])('is sent no credentials elsewhere because it says so: %s', async (uri) => {
    const service = await found(challenge(uri));
    await expect(service.source().check()).rejects.toMatchObject({
      kind: 'refused',
      code: 'UNKNOWN_AUTHORITY',
    });
  });

  test.each<[string, Answer]>([
    ['a page for people', text(200, '<html>')],
    ['no challenge', text(401, '')],
    ['a challenge without a tenant', challenge('/')],
    ['a challenge that is no URL', challenge('nonsense')],
    ['a tenant that is a path', challenge('https://login.microsoftonline.com/%2e%2e%2fx/')],
  ])('is asked whether its URI is right: %s', async (_, answer) => {
    const service = await found(answer);
    await expect(service.source().check()).rejects.toMatchObject({
      kind: 'refused',
      code: 'NO_AUTHORITY',
      message: expect.stringContaining('serviceUri'),
    });
  });

  test.each<[string, Answer]>([
    ['a token that is none', json({ access_token: 'x\r\nHost: evil.example' })],
    ['no token', json({})],
    ['a page for people', text(200, '<html>')],
    ['an error', text(400, JSON.stringify({ error: 'constructor', error_description: `no ${SECRET}` }))],
    ['a redirect', text(307, '', { location: 'http://127.0.0.1:9/' })],
  ])('is refused where its token endpoint answers with %s', async (_, answer) => {
    const service = await serviceOf({ [TOKEN_PATH]: answer });
    const failure: unknown = await service
      .source()
      .check()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'refused' });
    expect(String(failure)).not.toContain(SECRET);
  });
});

test.each([undefined, '', '5', 'yesterday'])('a clock of %j is none', async (date) => {
  const service = await serviceOf({
    WhoAmI: (response) => {
      response.sendDate = false;
      response.writeHead(200, date === undefined ? {} : { date }).end('{}');
    },
  });
  await expect(service.source().clock()).rejects.toMatchObject({ kind: 'busy', code: 'UNEXPECTED_ANSWER' });
});

describe('an abort ends', () => {
  const stuck: Answer = () => undefined;
  const gone = new Error('gone');
  test.each([
    ['the wait for a token', TOKEN_PATH, 'plan'],
    ['the description', "EntityDefinitions(LogicalName='t')", 'plan'],
    ['the count', 'ts', 'plan'],
    ['a page', 'ts', 'read'],
  ])('%s', async (_, path, work) => {
    const controller = new AbortController();
    const service = await serviceOf({
      [path]: (response, url, request) => {
        stuck(response, url, request);
        setImmediate(() => controller.abort(gone));
      },
    });
    const source = service.source();
    const { signal } = controller;
    const working =
      work === 'plan' ? source.plan(whole, signal) : source.read(partition, new MemorySink(), signal);
    await expect(working).rejects.toBe(gone);
  });
});
