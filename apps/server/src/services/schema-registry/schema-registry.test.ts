import { standardResources } from '@tributary/xdm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { catalog } from '../catalog/index.ts';
import { schemaRegistry } from './index.ts';

const BASE = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const XED = 'application/vnd.adobe.xed+json; version=1';
const XED_LIST = 'application/vnd.adobe.xed+json';
const XED_FULL = 'application/vnd.adobe.xed-full+json; version=1';
const XED_ID = 'application/vnd.adobe.xed-id+json';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer([schemaRegistry, catalog]);
});
afterAll(() => server.close());

const read = (path: string, accept: string, sandbox = 'prod') =>
  server.call('GET', BASE + path, { headers: { accept }, sandbox });

const create = (segment: string, body: unknown) => server.call('POST', `${BASE}/tenant/${segment}`, { body });

const byId = (segment: string, id: string) => `/tenant/${segment}/${encodeURIComponent(id)}`;

/** The schema of the tutorial for CRM sources. */
const crmSchema = {
  type: 'object',
  title: 'Target schema for CRM source connector',
  description: '',
  allOf: [
    { $ref: PROFILE },
    { $ref: 'https://ns.adobe.com/xdm/context/profile-person-details' },
    { $ref: 'https://ns.adobe.com/xdm/context/profile-personal-details' },
  ],
  'meta:containerId': 'tenant',
  'meta:resourceType': 'schemas',
  'meta:xdmType': 'object',
  'meta:class': PROFILE,
};

const fieldGroup = (
  title: string,
  properties: unknown = { _acme: { type: 'object', properties: { tier: {} } } },
) => ({
  title,
  type: 'object',
  'meta:intendedToExtend': [PROFILE],
  definitions: { own: { properties } },
  allOf: [{ $ref: '#/definitions/own' }],
});

const schemaOf = (title: string, ...ids: string[]) => ({
  title,
  type: 'object',
  allOf: ids.map(($ref) => ({ $ref })),
});

describe('the schema of the CRM tutorial', () => {
  let id = '';

  it('is created with ids, class and envelope of the tenant', async () => {
    const { status, body } = await create('schemas', crmSchema);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      $id: expect.stringMatching(/^https:\/\/ns\.adobe\.com\/acme\/schemas\/[0-9a-f]{48}$/),
      'meta:altId': expect.stringMatching(/^_acme\.schemas\.[0-9a-f]{48}$/),
      'meta:resourceType': 'schemas',
      version: '1.0',
      title: crmSchema.title,
      allOf: crmSchema.allOf,
      'meta:class': PROFILE,
      'meta:abstract': false,
      'meta:extensible': false,
      'meta:containerId': 'tenant',
      'meta:registryMetadata': { eTag: expect.any(String) },
    });
    id = body.$id;
  });

  it('resolves to the fields of its class and field groups', async () => {
    const { status, body } = await read(byId('schemas', id), XED_FULL);
    expect(status).toBe(200);
    expect(body.allOf).toBeUndefined();
    const { person, personalEmail } = body.properties;
    expect(person.properties.name.properties.firstName['meta:xdmType']).toBe('string');
    expect(person.properties.birthYear['meta:xdmType']).toBe('short');
    expect(personalEmail.properties.address.type).toBe('string');
  });

  it.each([
    ['the encoded $id', () => byId('schemas', id)],
    ['the altId', () => `/tenant/schemas/_acme.schemas.${id.split('/').at(-1)}`],
    ['the altId without its underscore', () => `/tenant/schemas/acme.schemas.${id.split('/').at(-1)}`],
  ])('is found by %s', async (_name, path) => {
    const { status, body } = await read(path(), XED);
    expect([status, body.$id]).toEqual([200, id]);
    expect(body.allOf).toHaveLength(3);
  });

  it('is made of parts that the tenant container finds too', async () => {
    const { status, body } = await read(byId('fieldgroups', crmSchema.allOf[1]?.$ref ?? ''), XED);
    expect([status, body['meta:resourceType']]).toEqual([200, 'mixins']);
  });

  it('is answered without titles and descriptions where the client wants none', async () => {
    const { body } = await read(byId('schemas', id), 'application/vnd.adobe.xed-full-notext+json; version=1');
    expect(body.title).toBeUndefined();
    expect(JSON.stringify(body.properties.person)).not.toContain('"description"');
  });

  it('is not there for another sandbox', async () => {
    const { status, body } = await read(byId('schemas', id), XED, 'dev');
    expect([status, body.type]).toEqual([404, 'http://ns.adobe.com/aep/errors/XDM-1012-404']);
  });

  it('keeps its title to itself', async () => {
    const { status, body } = await create('fieldgroups', fieldGroup(crmSchema.title));
    expect([status, body.type]).toEqual([400, 'http://ns.adobe.com/aep/errors/XDM-1521-400']);
    expect(body.detail).toContain(id);
  });

  it('is counted', async () => {
    const { status, body } = await server.call('GET', `${BASE}/stats/`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ imsOrg: 'ACME@AdobeOrg', tenantId: 'acme', counts: { schemas: 1 } });
    expect(body.classUsage).toMatchObject([{ $id: PROFILE, numberOfSchemas: 1, schemas: [{ $id: id }] }]);
  });
});

describe('a tenant resource', () => {
  it.each([
    ['fieldgroups', 'mixins', fieldGroup('Loyalty')],
    ['mixins', 'mixins', fieldGroup('Loyalty by its former name')],
    [
      'datatypes',
      'datatypes',
      { title: 'Address line', type: 'object', properties: { line: { type: 'string' } } },
    ],
    [
      'classes',
      'classes',
      {
        title: 'Subscription',
        type: 'object',
        definitions: { own: { properties: { _acme: { type: 'object', properties: { plan: {} } } } } },
        allOf: [{ $ref: 'https://ns.adobe.com/xdm/data/record' }, { $ref: '#/definitions/own' }],
      },
    ],
  ])('can be created under /tenant/%s and read back', async (segment, type, body) => {
    const created = await create(segment, body);
    expect(created.status).toBe(201);
    expect(created.body.$id).toContain(`/acme/${type}/`);
    const found = await read(byId(segment, created.body.$id), XED);
    expect([found.status, found.body.title]).toEqual([200, body.title]);
  });

  it('cannot be deleted while something uses it, and can be after that', async () => {
    const group = (await create('fieldgroups', fieldGroup('Used group'))).body.$id;
    const schema = (await create('schemas', schemaOf('Uses the group', PROFILE, group))).body.$id;
    const dataSet = await server.call('POST', '/data/foundation/catalog/dataSets', {
      body: { name: 'Uses the schema', schemaRef: { id: schema, contentType: XED } },
    });
    const dataSetId = dataSet.body[0].split('/').at(-1);

    const groupInUse = await server.call('DELETE', BASE + byId('fieldgroups', group));
    expect([groupInUse.status, groupInUse.body.detail]).toEqual([
      409,
      expect.stringContaining('Uses the group'),
    ]);
    const schemaInUse = await server.call('DELETE', BASE + byId('schemas', schema));
    expect([schemaInUse.status, schemaInUse.body.detail]).toEqual([409, expect.stringContaining(dataSetId)]);

    await server.call('DELETE', `/data/foundation/catalog/dataSets/${dataSetId}`);
    expect((await server.call('DELETE', BASE + byId('schemas', schema))).status).toBe(204);
    expect((await server.call('DELETE', BASE + byId('fieldgroups', group))).status).toBe(204);
    expect((await read(byId('fieldgroups', group), XED)).status).toBe(404);
  });
});

describe('lists', () => {
  it('of the standard library page through every resource once', async () => {
    const seen: string[] = [];
    let start: string | null = '';
    while (start !== null) {
      const from: string = start === '' ? '' : `&start=${encodeURIComponent(start)}`;
      const { body } = await read(`/global/classes?orderby=title&limit=7${from}`, XED_ID);
      seen.push(...body.results.map((resource: { $id: string }) => resource.$id));
      start = body._page.next;
    }
    const whole = await read('/global/classes', XED_ID);
    expect(seen).toHaveLength(whole.body.results.length);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it.each([
    ['property=title==XDM%20Individual%20Profile', (ids: string[]) => expect(ids).toEqual([PROFILE])],
    ['property=title~individual', (ids: string[]) => expect(ids).toContain(PROFILE)],
    [
      'property=meta:extends!=https://ns.adobe.com/xdm/data/record',
      (ids: string[]) => expect(ids).not.toContain(PROFILE),
    ],
    ['property=meta:noSuchThing', (ids: string[]) => expect(ids).toEqual([])],
  ])('are filtered by %s', async (query, check) => {
    const { status, body } = await read(`/global/classes?${query}`, XED_ID);
    expect(status).toBe(200);
    check(body.results.map((resource: { $id: string }) => resource.$id));
  });

  it('of field groups are filtered by the class that they are meant for', async () => {
    const { body } = await read(`/global/fieldgroups?property=meta:intendedToExtend==${PROFILE}`, XED_LIST);
    expect(body.results.length).toBeGreaterThan(10);
    for (const group of body.results) expect(group['meta:intendedToExtend']).toContain(PROFILE);
  });

  it('of a fresh sandbox are empty', async () => {
    const { body } = await read('/tenant/schemas/', XED_ID, 'dev');
    expect(body).toMatchObject({ results: [], _page: { next: null, count: 0 } });
  });

  it.each(['behaviors', 'classes', 'fieldgroups', 'mixins', 'datatypes', 'schemas'])(
    'of global %s answer clients that write xdm for xed',
    async (segment) => {
      const { status, body } = await read(`/global/${segment}`, 'application/vnd.adobe.xdm-id+json');
      expect(status).toBe(200);
      expect(body.results.length).toBeGreaterThan(0);
    },
  );
});

it('answers every ready schema of the library resolved, though some extend a behaviour and no class', async () => {
  const schemas = standardResources('schemas');
  expect(schemas).toHaveLength(24);
  for (const { $id } of schemas) {
    const { status, body } = await read(`/global/schemas/${encodeURIComponent($id)}`, XED_FULL);
    expect([status, Object.keys(body.properties ?? {})], $id).toEqual([200, expect.arrayContaining(['_id'])]);
  }
});

describe('what is wrong with a request is said in the registry’s problem document', () => {
  const PROFILE_PATH = `/global/classes/${encodeURIComponent(PROFILE)}`;

  it.each([
    ['no Accept for a list', '/tenant/schemas', '*/*', 400, 'XDM-1006-400'],
    ['a list of a version', '/tenant/schemas', XED, 400, 'XDM-1006-400'],
    ['a resolved list', '/tenant/schemas', 'application/vnd.adobe.xed-full+json', 400, 'XDM-1006-400'],
    [
      'a single resource without version',
      PROFILE_PATH,
      'application/vnd.adobe.xed+json',
      400,
      'XDM-1007-400',
    ],
    [
      'a version that is not there',
      PROFILE_PATH,
      'application/vnd.adobe.xed+json; version=2',
      404,
      'XDM-1010-404',
    ],
    ['an unknown schema', '/tenant/schemas/_acme.schemas.00', XED, 404, 'XDM-1012-404'],
    [
      'a schema looked for among classes',
      '/global/classes/_xdm.context.profile-person-details',
      XED,
      404,
      'XDM-1010-404',
    ],
    ['SQL in an id', `/tenant/schemas/${encodeURIComponent("' OR 1=1 --")}`, XED, 404, 'XDM-1012-404'],
    [
      'a path in an id',
      `/tenant/schemas/${encodeURIComponent('../../etc/passwd')}`,
      XED,
      404,
      'XDM-1012-404',
    ],
    ['an unknown container', '/public/schemas', XED_ID, 404, 'XDM-1000-404'],
    ['a limit that is no number', '/tenant/schemas?limit=many', XED_ID, 400, 'XDM-1000-400'],
    ['an empty orderby', '/tenant/schemas?orderby=,', XED_ID, 400, 'XDM-1000-400'],
  ])('%s', async (_name, path, accept, status, code) => {
    const answer = await read(path, accept);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      type: `http://ns.adobe.com/aep/errors/${code}`,
      title: expect.any(String),
      status,
      report: {
        registryRequestId: expect.any(String),
        timestamp: expect.stringMatching(/^\d\d-\d\d-\d{4} \d\d:\d\d:\d\d$/),
        'detailed-message': answer.body.detail,
      },
    });
  });

  it.each([
    [
      'a schema without a class',
      'schemas',
      schemaOf('No class', 'https://ns.adobe.com/xdm/context/profile-person-details'),
      'no class',
    ],
    [
      'two classes',
      'schemas',
      schemaOf('Two', PROFILE, 'https://ns.adobe.com/xdm/context/experienceevent'),
      '2 classes',
    ],
    [
      'a field group that does not exist',
      'schemas',
      schemaOf('Unknown part', PROFILE, 'https://ns.adobe.com/acme/mixins/00'),
      'does not exist',
    ],
    ['allOf that is no list', 'schemas', { title: 'Wrong allOf', allOf: 5 }, 'allOf'],
    ['no title', 'schemas', { allOf: [{ $ref: PROFILE }] }, 'title'],
    [
      'a custom field outside the namespace',
      'fieldgroups',
      fieldGroup('Outside', { tier: { type: 'string' } }),
      '_acme',
    ],
    ['a body that is a list', 'schemas', [], 'object'],
    ['a number for a title', 'datatypes', { title: 5 }, 'title'],
  ])('creation with %s', async (_name, segment, body, said) => {
    const before = (await server.call('GET', `${BASE}/stats`)).body.counts;
    const answer = await create(segment, body);
    expect(answer.status).toBe(400);
    expect(answer.body.type).toMatch(/^http:\/\/ns\.adobe\.com\/aep\/errors\/XDM-\d+-400$/);
    expect(answer.body.detail).toContain(said);
    expect((await server.call('GET', `${BASE}/stats`)).body.counts).toEqual(before);
  });

  it('tells how many faults there are, and the first hundred of them', async () => {
    const properties = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`f${n}`, { type: 'text' }]));
    const body = { title: 'Faulty', type: 'object', properties };
    const answer = await server.call('POST', `${BASE}/tenant/datatypes`, { body });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain('(and 149 more, see sub-errors)');
    expect(answer.body.report['sub-errors']).toHaveLength(100);
  });

  it('names line and column of a syntax error', async () => {
    const answer = await server.call('POST', `${BASE}/tenant/schemas`, { text: '{\n "title": "x",\n}' });
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('line 3, column 1')]);
  });

  it.each(['authorization', 'x-api-key', 'x-gw-ims-org-id', 'x-sandbox-name'])(
    'names the missing header %s',
    async (header) => {
      const answer = await server.call('GET', `${BASE}/stats`, { headers: { [header]: '' } });
      expect([400, 401]).toContain(answer.status);
      expect(answer.body.detail.toLowerCase()).toContain(header);
    },
  );
});
