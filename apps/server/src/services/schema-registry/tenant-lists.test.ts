import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { schemaRegistry } from './index.ts';

const BASE = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const EVENT = 'https://ns.adobe.com/xdm/context/experienceevent';
const IDENTITY_MAP = 'https://ns.adobe.com/xdm/context/identitymap';
const ID = 'application/vnd.adobe.xed-id+json';
const RAW = 'application/vnd.adobe.xed+json';

/** Of each: title, class, and whether it is enabled for Profile. */
const schemas = [
  ['apple', PROFILE, false],
  ['Banana', EVENT, true],
  ['cherry "red", sour', PROFILE, true],
  ['["date","x"]', PROFILE, false],
  ['Elderberry', EVENT, false],
  ['fig', PROFILE, false],
  ['grape 100%', PROFILE, false],
] as const;

let server: TestServer;
const idOf = new Map<string, string>();

beforeAll(async () => {
  server = await startTestServer([schemaRegistry]);
  for (const [title, classId, isInUnion] of schemas) {
    const answer = await server.call('POST', `${BASE}/tenant/schemas`, {
      body: {
        title,
        allOf: [classId, ...(isInUnion && classId === PROFILE ? [IDENTITY_MAP] : [])].map(($ref) => ({
          $ref,
        })),
        ...(isInUnion && { 'meta:immutableTags': ['union'] }),
      },
    });
    expect(answer).toMatchObject({ status: 201 });
    idOf.set(title, answer.body.$id);
  }
  // Two of them get to version 1.1, one after the other: they are the ones that were updated last.
  for (const title of ['fig', 'apple']) {
    const path = `${BASE}/tenant/schemas/${encodeURIComponent(idOf.get(title) ?? '')}`;
    const body = [{ op: 'add', path: '/description', value: `About ${title}` }];
    expect((await server.call('PATCH', path, { body })).status).toBe(200);
  }
});
afterAll(() => server.close());

const list = async (query: Readonly<Record<string, string>>, accept = ID) =>
  (await server.call('GET', `${BASE}/tenant/schemas?${new URLSearchParams(query)}`, { headers: { accept } }))
    .body;

const titlesOf = (body: { results: { title: string }[] }) => body.results.map(({ title }) => title);

const inOrder = ['Banana', 'Elderberry', '["date","x"]', 'apple', 'cherry "red", sour', 'fig', 'grape 100%'];

describe('a list is sorted', () => {
  it.each([
    ['title', inOrder],
    ['+title', inOrder],
    ['-title', inOrder.toReversed()],
    ['created', schemas.map(([title]) => title)],
    ['-created', schemas.map(([title]) => title).toReversed()],
  ])('by %s', async (orderby, expected) => {
    expect(titlesOf(await list({ orderby }))).toEqual(expected);
  });

  it('by the last change where nothing is asked for', async () => {
    expect(titlesOf(await list({})).slice(-2)).toEqual(['fig', 'apple']);
  });

  it('by several properties, each in its own direction', async () => {
    expect(titlesOf(await list({ orderby: '-version,title' }))).toEqual([
      ...['apple', 'fig'],
      ...inOrder.filter((title) => !['apple', 'fig'].includes(title)),
    ]);
    expect(titlesOf(await list({ orderby: 'version,-title' })).slice(-2)).toEqual(['fig', 'apple']);
  });
});

describe('a list is paged', () => {
  it.each([
    'title',
    '-title',
    'updated',
    '-created',
    'version',
    '-version,title',
    'meta:class',
    '$id',
    '-meta:altId',
  ])('by %s: every schema once, in the order of the whole list', async (orderby) => {
    const whole = titlesOf(await list({ orderby }));
    for (const limit of [1, 2, 3]) {
      const seen: string[] = [];
      let start: string | null = null;
      do {
        const page = await list({ orderby, limit: String(limit), ...(start !== null && { start }) });
        expect(page._page).toMatchObject({ orderby, count: page.results.length });
        expect(page.results.length).toBeLessThanOrEqual(limit);
        seen.push(...titlesOf(page));
        start = page._page.next;
        expect(page._links.next === null).toBe(start === null);
      } while (start !== null);
      expect(seen).toEqual(whole);
    }
  });

  it('on from any value of the first property', async () => {
    expect(titlesOf(await list({ orderby: 'title', start: 'b' }))).toEqual(inOrder.slice(4));
    expect(titlesOf(await list({ orderby: '-title', start: 'apple' }))).toEqual(
      inOrder.slice(0, 3).toReversed(),
    );
  });

  it('by links that lead to the next page, and to the global container', async () => {
    const { _links } = await list({ orderby: 'title', limit: '2' });
    const next = await fetch(_links.next.href, { headers: { ...server.headers, accept: ID } });
    expect(titlesOf((await next.json()) as { results: { title: string }[] })).toEqual(inOrder.slice(2, 4));
    expect(_links.global_schemas.href).toMatch(/\/global\/schemas$/);
  });
});

describe('a list is filtered by', () => {
  it.each([
    ['title==fig', ['fig']],
    ['title!=fig', inOrder.filter((title) => title !== 'fig')],
    ['title~ERR', ['Elderberry', 'cherry "red", sour']],
    ['title~100%', ['grape 100%']],
    ['title<b', ['Banana', 'Elderberry', '["date","x"]', 'apple']],
    ['title>fig', ['grape 100%']],
    [`meta:class==${EVENT}`, ['Banana', 'Elderberry']],
    [`meta:extends==${EVENT}`, ['Banana', 'Elderberry']],
    ['meta:extends==https://ns.adobe.com/xdm/data/time-series', ['Banana', 'Elderberry']],
    ['meta:extends!=https://ns.adobe.com/xdm/data/time-series', inOrder.slice(2)],
    ['meta:immutableTags==union', ['Banana', 'cherry "red", sour']],
    ['meta:immutableTags', ['Banana', 'cherry "red", sour']],
    ['description', ['apple', 'fig']],
    ['version>1.0', ['apple', 'fig']],
    ['version==1.0', inOrder.filter((title) => !['apple', 'fig'].includes(title))],
    ['created>0', inOrder],
    ['updated<1', []],
    ["title=='; drop table resources; --", []],
  ])('%s', async (property, expected) => {
    expect(titlesOf(await list({ property, orderby: 'title' }))).toEqual(expected);
  });

  it('an id or altId', async () => {
    const id = idOf.get('fig') ?? '';
    expect(titlesOf(await list({ property: `$id==${id}` }))).toEqual(['fig']);
    const altId = `_acme.schemas.${id.split('/').at(-1)}`;
    expect(titlesOf(await list({ property: `meta:altId==${altId}` }))).toEqual(['fig']);
  });

  it('several conditions at once', async () => {
    const query = `property=meta:class==${PROFILE}&property=meta:immutableTags==union`;
    const { body } = await server.call('GET', `${BASE}/tenant/schemas?${query}`, { headers: { accept: ID } });
    expect(titlesOf(body)).toEqual(['cherry "red", sour']);
  });
});

describe('a list shows', () => {
  it('ids, titles and versions', async () => {
    const { results } = await list({ property: 'title==fig' });
    expect(results).toEqual([
      {
        $id: idOf.get('fig'),
        'meta:altId': `_acme.schemas.${idOf.get('fig')?.split('/').at(-1)}`,
        title: 'fig',
        version: '1.1',
      },
    ]);
  });

  it('or whole resources, with how often each is used', async () => {
    const { results } = await list({ property: 'title==fig' }, RAW);
    expect(results).toMatchObject([
      { title: 'fig', description: 'About fig', 'meta:registryMetadata': { 'meta:usageCount': 0 } },
    ]);
    const { body } = await server.call(
      'GET',
      `${BASE}/global/classes?property=title==XDM%20Individual%20Profile`,
      {
        headers: { accept: RAW },
      },
    );
    expect(body.results[0]['meta:registryMetadata']['meta:usageCount']).toBe(5);
  });
});

describe('a schema is shown', () => {
  const read = (accept: string) =>
    server.call('GET', `${BASE}/tenant/schemas/${encodeURIComponent(idOf.get('fig') ?? '')}`, {
      headers: { accept },
    });

  it.each([
    ['xed+json; version=1', ['allOf', 'title']],
    ['xed-notext+json; version=1', ['allOf', '!title', '!description']],
    ['xed-full+json; version=1', ['properties', '!allOf', 'title']],
    ['xed-full-notext+json; version=1.0', ['properties', '!allOf', '!title']],
    ['xed-full-desc+json; version=1', ['properties', 'meta:descriptors']],
    ['xed-deprecatefield+json; version=1', ['properties', '!allOf']],
    ['xdm-full-desc-deprecated+json; version=1', ['properties', 'meta:descriptors']],
    ['xed-id+json', ['title', '!allOf', '!properties']],
  ])('as %s', async (form, members) => {
    const { status, body } = await read(`application/vnd.adobe.${form}`);
    expect(status).toBe(200);
    for (const member of members) {
      const name = member.replace(/^!/, '');
      expect([name, Object.hasOwn(body, name)]).toEqual([name, !member.startsWith('!')]);
    }
  });

  it('with its eTag as a header too', async () => {
    const { headers, body } = await read(`${RAW}; version=1`);
    expect(headers.get('etag')).toBe(`"${body['meta:registryMetadata'].eTag}"`);
  });

  it.each([
    ['xed+json', 400, 'XDM-1007-400'],
    ['xed+json; version=2', 404, 'XDM-1012-404'],
    ['xed-flat+json; version=1', 400, 'XDM-1007-400'],
  ])('not as %s', async (form, status, code) => {
    const answer = await read(`application/vnd.adobe.${form}`);
    expect([answer.status, answer.body.type]).toEqual([status, expect.stringContaining(code)]);
  });

  it('with the fields that a descriptor deprecates', async () => {
    const body = {
      '@type': 'xdm:descriptorDeprecated',
      'xdm:sourceSchema': idOf.get('fig'),
      'xdm:sourceVersion': 1,
      'xdm:sourceProperty': '/personID',
    };
    expect((await server.call('POST', `${BASE}/tenant/descriptors`, { body })).status).toBe(201);
    const marked = (await read('application/vnd.adobe.xed-deprecatefield+json; version=1')).body.properties;
    expect(marked.personID['meta:status']).toBe('deprecated');
    const plain = (await read('application/vnd.adobe.xed-full+json; version=1')).body.properties;
    expect(plain.personID['meta:status']).toBeUndefined();
  });
});
