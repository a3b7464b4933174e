import { currentSchema, type IcebergSchema, readTable } from '@tributary/lake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { catalog } from '../catalog/index.ts';
import { schemaRegistry } from './index.ts';

const BASE = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const IDENTITY_MAP = 'https://ns.adobe.com/xdm/context/identitymap';
const XED = 'application/vnd.adobe.xed+json; version=1';
const XED_FULL = 'application/vnd.adobe.xed-full+json; version=1';

type Fields = Readonly<Record<string, unknown>>;

let server: TestServer;
let made = 0;

beforeAll(async () => {
  server = await startTestServer([schemaRegistry, catalog]);
});
afterAll(() => server.close());

const path = (segment: string, id: string) => `${BASE}/tenant/${segment}/${encodeURIComponent(id)}`;

async function create(segment: string, body: object): Promise<string> {
  made += 1;
  const answer = await server.call('POST', `${BASE}/tenant/${segment}`, {
    body: { title: `Resource ${made}`, type: 'object', ...body },
  });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.$id;
}

const own = (fields: Fields, required: readonly string[] = []) => ({
  definitions: {
    own: {
      properties: { _acme: { type: 'object', properties: fields, ...(required.length && { required }) } },
    },
  },
  allOf: [{ $ref: '#/definitions/own' }],
});
const OWN = '/definitions/own/properties/_acme/properties';

const dataType = (properties: Fields) => create('datatypes', { properties });
const group = (fields: Fields, required: readonly string[] = []) =>
  create('fieldgroups', { 'meta:intendedToExtend': [PROFILE], ...own(fields, required) });
const schema = (...ids: readonly string[]) =>
  create('schemas', { allOf: [PROFILE, ...ids].map(($ref) => ({ $ref })) });

async function dataSet(schemaId: string): Promise<string> {
  const answer = await server.call('POST', '/data/foundation/catalog/dataSets', {
    body: { name: `Rows of ${schemaId}`, schemaRef: { id: schemaId, contentType: XED } },
  });
  expect(answer.status).toBe(201);
  return answer.body[0].split('/').at(-1);
}

const patch = (segment: string, id: string, operations: readonly object[], headers = {}) =>
  server.call('PATCH', path(segment, id), { body: operations, headers });

const read = async (segment: string, id: string, accept = XED) =>
  (await server.call('GET', path(segment, id), { headers: { accept } })).body;

async function columnsOf(dataSetId: string): Promise<IcebergSchema> {
  const sandbox = await server.store.organizations.sandbox('ACME@AdobeOrg', 'prod');
  const store = server.store.scoped({ orgId: 'ACME@AdobeOrg', sandboxId: sandbox?.id ?? '' });
  const pointer = await store.tables.get(dataSetId);
  const { metadata } = await readTable(server.dependencies.lake.io, pointer?.metadataLocation ?? '');
  return currentSchema(metadata);
}

/** Ids of a table's columns under the tenant's namespace, by name. */
async function ownColumns(dataSetId: string): Promise<Readonly<Record<string, number>>> {
  const { fields } = await columnsOf(dataSetId);
  const type = fields.find(({ name }) => name === '_acme')?.type;
  if (typeof type !== 'object' || type.type !== 'struct') throw new Error('the table has no _acme');
  return Object.fromEntries(type.fields.map(({ name, id }) => [name, id]));
}

describe('a patch', () => {
  it('adds a field group to a schema, named in allOf and meta:extends', async () => {
    const [target, added] = [await schema(), await group({ tier: {} })];
    const before = await read('schemas', target);
    const answer = await patch('schemas', target, [
      { op: 'ADD', path: '/allOf/-', value: { $ref: added, type: 'object' } },
      { op: 'add', path: '/meta:extends/-', value: added },
    ]);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        $id: target,
        version: '1.1',
        'meta:class': PROFILE,
        'meta:extends': expect.arrayContaining([added]),
      },
    });
    const [was, is] = [before['meta:registryMetadata'], answer.body['meta:registryMetadata']];
    expect(is.eTag).not.toBe(was.eTag);
    expect(is['repo:createdDate']).toBe(was['repo:createdDate']);
    expect(is['repo:lastModifiedDate']).toBeGreaterThanOrEqual(was['repo:lastModifiedDate']);
    expect((await read('schemas', target, XED_FULL)).properties._acme.properties.tier.type).toBe('string');
    expect((await read('fieldgroups', added))['meta:registryMetadata']['meta:usageCount']).toBe(1);
  });

  it('tests, copies, moves, replaces and removes within a group that nothing uses', async () => {
    const id = await group({ tier: { title: 'Tier' }, points: { type: 'integer' } });
    const answer = await patch('mixins', id, [
      { op: 'test', path: `${OWN}/tier/title`, value: 'Tier' },
      { op: 'copy', from: `${OWN}/tier`, path: `${OWN}/level` },
      { op: 'move', from: `${OWN}/points`, path: `${OWN}/score` },
      { op: 'replace', path: `${OWN}/score/type`, value: 'boolean' },
      { op: 'remove', path: `${OWN}/tier` },
      { op: 'replace', path: '/title', value: 'Patched in many ways' },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ title: 'Patched in many ways', version: '1.1' });
    const { properties } = answer.body.definitions.own.properties._acme;
    expect(Object.keys(properties)).toEqual(['level', 'score']);
    expect(properties.score['meta:xdmType']).toBe('boolean');
  });

  it.each([
    [
      'a path that leads nowhere',
      { op: 'replace', path: `${OWN}/none/title`, value: 'x' },
      'operation 1, replace',
    ],
    ['an operation that there is not', { op: 'merge', path: '/title' }, "op is 'merge'"],
    ['a test that fails', { op: 'test', path: '/title', value: 'Other' }, 'the value there is another one'],
    [
      'what the registry gives',
      { op: 'replace', path: '/version', value: '9.0' },
      'version is given by the registry',
    ],
    ['no path', { op: 'replace', path: '', value: {} }, 'PUT'],
    ['a field outside of the namespace', { op: 'add', path: '/properties', value: { tier: {} } }, '_acme'],
  ])('with %s is refused, says why, and changes nothing', async (_name, operation, said) => {
    const id = await group({ tier: {} });
    const before = await read('fieldgroups', id);
    const answer = await patch('fieldgroups', id, [
      { op: 'test', path: '/type', value: 'object' },
      operation,
    ]);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(said);
    expect(await read('fieldgroups', id)).toEqual(before);
  });
});

describe('a whole new body', () => {
  it('replaces a data type that nothing uses, whatever changes', async () => {
    const id = await dataType({ line: {}, city: {} });
    const body = await read('datatypes', id);
    const answer = await server.call('PUT', path('datatypes', id), {
      body: { ...body, properties: { line: { ...body.properties.line, type: 'number' } } },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { $id: id, version: '1.1', properties: { line: { type: 'number', 'meta:xdmType': 'number' } } },
    });
    expect(answer.body.properties.city).toBeUndefined();
  });

  it('is checked as at creation', async () => {
    const id = await schema();
    const two = [PROFILE, 'https://ns.adobe.com/xdm/context/experienceevent'].map(($ref) => ({ $ref }));
    const answer = await server.call('PUT', path('schemas', id), {
      body: { title: 'Two classes', allOf: two },
    });
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('2 classes')]);
  });

  it('may keep its title and not take that of another resource', async () => {
    const [first, second] = [await dataType({ a: {} }), await dataType({ a: {} })];
    const [body, other] = [await read('datatypes', first), await read('datatypes', second)];
    expect((await server.call('PUT', path('datatypes', first), { body })).status).toBe(200);
    const taken = await server.call('PUT', path('datatypes', first), {
      body: { ...body, title: other.title },
    });
    expect([taken.status, taken.body.type]).toEqual([400, expect.stringContaining('XDM-1521-400')]);
  });

  it('for a resource that is not there, or is another sandbox’s, is refused', async () => {
    const id = await dataType({ a: {} });
    const body = await read('datatypes', id);
    const elsewhere = await server.call('PUT', path('datatypes', id), { body, sandbox: 'dev' });
    expect([elsewhere.status, elsewhere.body.type]).toEqual([404, expect.stringContaining('XDM-1013-404')]);
  });
});

describe('of two changes at once', () => {
  it('the second is told that its eTag is old', async () => {
    const id = await dataType({ a: {} });
    const { eTag } = (await read('datatypes', id))['meta:registryMetadata'];
    const change = (name: string) =>
      patch('datatypes', id, [{ op: 'add', path: `/properties/${name}`, value: {} }], { 'if-match': eTag });
    const answers = await Promise.all(['b', 'c', 'd'].map(change));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const { status } of answers) expect([200, 409, 412]).toContain(status);
    expect((await read('datatypes', id)).properties).toEqual(won[0]?.body.properties);
  });

  it('none is lost, with or without If-Match', async () => {
    const id = await dataType({ a: {} });
    const names = ['b', 'c', 'd', 'e'];
    const answers = await Promise.all(
      names.map((name) => patch('datatypes', id, [{ op: 'add', path: `/properties/${name}`, value: {} }])),
    );
    const { properties } = await read('datatypes', id);
    const accepted = names.filter((_name, index) => answers[index]?.status === 200);
    expect(accepted.length).toBeGreaterThan(0);
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(['a', ...accepted]));
    expect(Object.keys(properties)).toHaveLength(1 + accepted.length);
  });

  it('of different parts, the one that would not fit with the other is refused', async () => {
    const [left, right] = [await group({ l: {} }), await group({ r: {} })];
    await schema(left, right);
    const answers = await Promise.all([
      patch('fieldgroups', left, [{ op: 'add', path: `${OWN}/both`, value: { type: 'string' } }]),
      patch('fieldgroups', right, [{ op: 'add', path: `${OWN}/both`, value: { type: 'number' } }]),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const refused = answers.find(({ status }) => status === 400);
    expect(refused?.body).toMatchObject({
      type: expect.stringContaining('XDM-1413-400'),
      detail: expect.stringContaining('/_acme/both'),
    });
  });
});

describe('a schema that a dataset uses, and every part of it', () => {
  it('may change by additions only, each breaking change told by rule and path', async () => {
    const type = await dataType({ line: {}, zip: { maxLength: 5 } });
    const part = await group({ tier: { enum: ['a', 'b'] }, address: { $ref: type } });
    const target = await schema(part);
    await dataSet(target);

    const answer = await patch('fieldgroups', part, [
      { op: 'replace', path: `${OWN}/tier/enum`, value: ['a'] },
      { op: 'remove', path: `${OWN}/address` },
    ]);
    expect(answer).toMatchObject({
      status: 400,
      body: { type: expect.stringContaining('XDM-1413-400'), detail: expect.stringContaining(target) },
    });
    expect(answer.body.report['sub-errors'].map(({ detail }: { detail: string }) => detail)).toEqual([
      expect.stringMatching(/^\/_acme\/tier: values restricted/),
      expect.stringMatching(/^\/_acme\/address: field removed/),
    ]);
    const deeper = await patch('datatypes', type, [
      { op: 'replace', path: '/properties/zip/maxLength', value: 4 },
    ]);
    expect([deeper.status, deeper.body.detail]).toEqual([400, expect.stringContaining('/_acme/address/zip')]);
    const dropped = await patch('schemas', target, [{ op: 'remove', path: '/allOf/1' }]);
    expect([dropped.status, dropped.body.detail]).toEqual([400, expect.stringContaining('part removed')]);
  });

  it('passes its additions on to the dataset’s table, ids of columns kept', async () => {
    const type = await dataType({ line: {} });
    const part = await group({ address: { $ref: type }, tier: {} });
    const target = await schema(part);
    const id = await dataSet(target);
    const before = await ownColumns(id);
    const highest = Math.max(
      ...(JSON.stringify(await columnsOf(id))
        .match(/(?<="id":)\d+/g)
        ?.map(Number) ?? []),
    );

    expect((await patch('datatypes', type, [{ op: 'add', path: '/properties/zip', value: {} }])).status).toBe(
      200,
    );
    expect(
      (await patch('fieldgroups', part, [{ op: 'add', path: `${OWN}/points`, value: { type: 'integer' } }]))
        .status,
    ).toBe(200);

    const after = await ownColumns(id);
    expect(after).toMatchObject(before);
    expect(after.points).toBeGreaterThan(highest);
    expect(JSON.stringify(await columnsOf(id))).toContain('"name":"zip"');
  });

  it('gets its new field also where the dataset is made at the same moment', async () => {
    const part = await group({ tier: {} });
    const target = await schema(part);
    const create = () =>
      server.call('POST', '/data/foundation/catalog/dataSets', {
        body: { schemaRef: { id: target, contentType: XED } },
      });
    const [change, ...made] = await Promise.all([
      patch('fieldgroups', part, [{ op: 'add', path: `${OWN}/points`, value: {} }]),
      create(),
      create(),
      create(),
    ]);
    expect(change?.status).toBe(200);
    for (const { status, body } of made) {
      expect([201, 409]).toContain(status);
      if (status === 201) expect(await ownColumns(body[0].split('/').at(-1))).toHaveProperty('points');
    }
  });

  it('may not have a field required from now on, as rows without it were written', async () => {
    const part = await group({ tier: {} });
    await dataSet(await schema(part));
    const required = { op: 'add', path: '/definitions/own/properties/_acme/required', value: ['tier'] };
    const refused = await patch('fieldgroups', part, [required]);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain('made required');
  });

  it('keeps the columns of required fields optional', async () => {
    const target = await schema(await group({ tier: {} }, ['tier']));
    const id = await dataSet(target);
    expect((await read('schemas', target, XED_FULL)).properties._acme.required).toEqual(['tier']);
    expect(JSON.stringify(await columnsOf(id))).not.toContain('"required":true');
  });

  it('changes freely again once the dataset is gone', async () => {
    const part = await group({ tier: {}, points: {} });
    const id = await dataSet(await schema(part));
    const removal = [{ op: 'remove', path: `${OWN}/points` }];
    expect((await patch('fieldgroups', part, removal)).status).toBe(400);
    await server.call('DELETE', `/data/foundation/catalog/dataSets/${id}`);
    expect((await patch('fieldgroups', part, removal)).status).toBe(200);
  });
});

describe('the union tag', () => {
  const tag = [{ op: 'add', path: '/meta:immutableTags', value: ['union'] }];

  it('needs an identity', async () => {
    const answer = await patch('schemas', await schema(), tag);
    expect([answer.status, answer.body.type]).toEqual([400, expect.stringContaining('XDM-1528-400')]);
  });

  it('binds the schema, and goes no more', async () => {
    const part = await group({ vip: {} });
    const target = await schema(part, IDENTITY_MAP);
    expect((await patch('schemas', target, tag)).status).toBe(200);
    const removal = await patch('fieldgroups', part, [{ op: 'remove', path: `${OWN}/vip` }]);
    expect([removal.status, removal.body.detail]).toEqual([
      400,
      expect.stringContaining('enabled for Profile'),
    ]);
    const untagged = await patch('schemas', target, [{ op: 'remove', path: '/meta:immutableTags' }]);
    expect([untagged.status, untagged.body.detail]).toEqual([400, expect.stringContaining('tag removed')]);
    const { 'meta:immutableTags': _tags, ...body } = await read('schemas', target);
    const replaced = await server.call('PUT', path('schemas', target), { body });
    expect(replaced).toMatchObject({ status: 200, body: { 'meta:immutableTags': ['union'] } });
  });
});
