import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { schemaRegistry } from './index.ts';

const BASE = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const XDM = 'application/vnd.adobe.xdm+json';

let server: TestServer;
let members: string;
let hotels: string;

beforeAll(async () => {
  server = await startTestServer([schemaRegistry]);
  const details = [
    'https://ns.adobe.com/xdm/context/profile-person-details',
    'https://ns.adobe.com/xdm/context/profile-personal-details',
  ];
  const schema = (title: string) =>
    call('POST', '/tenant/schemas', {
      title,
      type: 'object',
      allOf: [PROFILE, ...details].map(($ref) => ({ $ref })),
    });
  members = (await schema('Loyalty members')).body.$id;
  hotels = (await schema('Hotels')).body.$id;
});
afterAll(() => server.close());

const call = (method: string, path: string, body?: unknown, accept = XDM, sandbox = 'prod') =>
  server.call(method, BASE + path, { ...(body === undefined ? {} : { body }), headers: { accept }, sandbox });

const identity = (own: object = {}) => ({
  '@type': 'xdm:descriptorIdentity',
  'xdm:sourceSchema': members,
  'xdm:sourceVersion': 1,
  'xdm:sourceProperty': '/personalEmail/address',
  'xdm:namespace': 'Email',
  'xdm:property': 'xdm:code',
  'xdm:isPrimary': true,
  ...own,
});

const named = (path: string) => ({
  '@type': 'xdm:alternateDisplayInfo',
  'xdm:sourceSchema': members,
  'xdm:sourceProperty': path,
  'xdm:title': { en_us: 'Given name' },
});

const relationship = () => ({
  '@type': 'xdm:descriptorOneToOne',
  'xdm:sourceSchema': members,
  'xdm:sourceProperty': '/person/name/lastName',
  'xdm:destinationSchema': hotels,
  'xdm:destinationVersion': 1,
  'xdm:destinationProperty': '/personalEmail/address',
});

describe('descriptors', () => {
  it('are created, looked up, replaced and deleted', async () => {
    const created = await call('POST', '/tenant/descriptors', identity());
    expect(created.status).toBe(201);
    const id = created.body['@id'];
    expect(created.body).toMatchObject({
      ...identity(),
      '@id': expect.stringMatching(/^[0-9a-f]{40}$/),
      'meta:containerId': 'tenant',
      createdUser: 'alice',
    });
    const path = `/tenant/descriptors/${id}`;
    for (const accept of [XDM, 'application/vnd.adobe.xed+json', '*/*', '']) {
      expect((await call('GET', path, undefined, accept)).body).toMatchObject({
        '@id': id,
        'xdm:isPrimary': true,
      });
    }
    const changed = identity({ 'xdm:sourceProperty': '/mobilePhone/number', 'xdm:namespace': 'Phone' });
    const replaced = await call('PUT', path, changed);
    expect([replaced.status, replaced.body]).toEqual([200, { '@id': id }]);
    expect((await call('GET', path)).body).toMatchObject(changed);
    expect((await call('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const gone = await call(method, path, method === 'PUT' ? changed : undefined);
      expect(gone.status).toBe(404);
      expect(gone.body.type).toMatch(/XDM-1015-404$/);
    }
  });

  it('tell each field that is wrong', async () => {
    const { status, body } = await call(
      'POST',
      '/tenant/descriptors',
      identity({ 'xdm:isPrimary': 'yes', 'xdm:namespace': undefined }),
    );
    expect(status).toBe(400);
    expect(body.report['sub-errors'].map(({ detail }: { detail: string }) => detail)).toEqual([
      expect.stringMatching(/^\/xdm:namespace: .*missing/),
      expect.stringMatching(/^\/xdm:isPrimary: .*true or false/),
    ]);
  });

  it('need a schema of the same sandbox', async () => {
    const wrong = { 'xdm:sourceSchema': 'https://ns.adobe.com/acme/schemas/0' };
    expect((await call('POST', '/tenant/descriptors', identity(wrong))).body.detail).toContain(
      'names no schema of this sandbox',
    );
    expect(
      (await call('POST', '/tenant/descriptors', identity({ 'xdm:sourceSchema': PROFILE }))).body.detail,
    ).toContain('names no schema');
    expect((await call('POST', '/tenant/descriptors', identity(), XDM, 'dev')).status).toBe(400);
  });

  it('of two primary identities posted at once, one is refused', async () => {
    const answers = await Promise.all(
      ['/personalEmail/address', '/workEmail/address', '/mobilePhone/number'].map((path) =>
        call('POST', '/tenant/descriptors', identity({ 'xdm:sourceProperty': path })),
      ),
    );
    const refused = answers.filter(({ status }) => status === 400).length;
    expect(answers.length - refused).toBe(1);
    for (const { body } of answers.filter(({ status }) => status === 201)) {
      await call('DELETE', `/tenant/descriptors/${body['@id']}`);
    }
  });
});

describe('a list of descriptors', () => {
  let first: string;
  let second: string;
  beforeAll(async () => {
    first = (await call('POST', '/tenant/descriptors', identity())).body['@id'];
    second = (await call('POST', '/tenant/descriptors', named('/person/name/firstName'))).body['@id'];
  });

  it('holds an array for each type that there is', async () => {
    const list = (accept: string) =>
      call('GET', '/tenant/descriptors', undefined, accept).then(({ body }) => body);
    expect(await list('application/vnd.adobe.xdm-id+json')).toEqual({
      'xdm:descriptorIdentity': [first],
      'xdm:alternateDisplayInfo': [second],
    });
    expect(await list('application/vnd.adobe.xdm-link+json')).toMatchObject({
      'xdm:descriptorIdentity': [`/tenant/descriptors/${first}`],
    });
    expect((await list(XDM))['xdm:descriptorIdentity'][0]).toMatchObject(identity());
    expect(await list('application/vnd.adobe.xed-id+json')).toHaveProperty('xdm:descriptorIdentity');
    expect((await call('GET', '/global/descriptors')).body).toEqual({});
    expect((await call('GET', '/tenant/descriptors', undefined, XDM, 'dev')).body).toEqual({});
  });

  it('comes in pages', async () => {
    const accept = 'application/vnd.adobe.xdm-v2-id+json';
    const page = await call('GET', '/tenant/descriptors?limit=1', undefined, accept);
    expect(page.body).toMatchObject({ results: [first], _page: { orderby: 'created', count: 1 } });
    const rest = await call(
      'GET',
      `/tenant/descriptors?limit=1&start=${encodeURIComponent(page.body._page.next)}`,
      undefined,
      accept,
    );
    expect(rest.body).toMatchObject({ results: [second], _page: { next: null } });
    const turned = await call('GET', '/tenant/descriptors/?orderby=-created', undefined, accept);
    expect(turned.body.results).toEqual([second, first]);
  });

  it.each([
    ['property=@type==xdm:descriptorIdentity', 1],
    ['property=@type==xdm:descriptorIdentity&property=xdm:isPrimary==false', 0],
    ['property=xdm:title', 1],
  ])('keeps to %s', async (query, count) => {
    const { body } = await call(
      'GET',
      `/tenant/descriptors?${query}`,
      undefined,
      'application/vnd.adobe.xdm-v2+json',
    );
    expect(body.results).toHaveLength(count);
  });

  it('keeps to conditions that a client joined by a comma', async () => {
    const query = new URLSearchParams({
      property: `@type==xdm:descriptorIdentity,xdm:sourceSchema==${members}`,
    });
    const { body } = await call(
      'GET',
      `/tenant/descriptors?${query}`,
      undefined,
      'application/vnd.adobe.xdm-v2+json',
    );
    expect(body.results.map((found: { '@id': string }) => found['@id'])).toEqual([first]);
  });

  it.each(['', '*/*', 'application/json', 'application/vnd.adobe.xdm-full+json'])(
    'needs an Accept header other than %j',
    async (accept) => {
      const { status, body } = await call('GET', '/tenant/descriptors', undefined, accept);
      expect([status, body.type]).toEqual([400, expect.stringMatching(/XDM-1008-400$/)]);
      expect((await call('GET', `/tenant/descriptors/${first}`, undefined, 'text/html')).body.type).toMatch(
        /XDM-1009-400$/,
      );
    },
  );
});

describe('a relationship', () => {
  it('keeps the primary identity that it leads to', async () => {
    const target = identity({ 'xdm:sourceSchema': hotels });
    const primary = (await call('POST', '/tenant/descriptors', target)).body['@id'];
    const created = await call('POST', '/tenant/descriptors', relationship());
    expect(created.status).toBe(201);
    const refused = await call('DELETE', `/tenant/descriptors/${primary}`);
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining(created.body['@id']),
    ]);
    expect(
      (await call('PUT', `/tenant/descriptors/${primary}`, { ...target, 'xdm:isPrimary': false })).status,
    ).toBe(409);
    expect((await call('DELETE', `/tenant/descriptors/${created.body['@id']}`)).status).toBe(204);
    expect((await call('DELETE', `/tenant/descriptors/${primary}`)).status).toBe(204);
  });

  it('keeps the schema that it leads to, and goes with its own', async () => {
    const created = await call('POST', '/tenant/descriptors', relationship());
    const path = (id: string) => `/tenant/schemas/${encodeURIComponent(id)}`;
    const refused = await call('DELETE', path(hotels));
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining(created.body['@id']),
    ]);
    expect((await call('DELETE', path(members))).status).toBe(204);
    expect((await call('GET', `/tenant/descriptors/${created.body['@id']}`)).status).toBe(404);
    expect((await call('DELETE', path(hotels))).status).toBe(204);
  });
});
