import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { schemaRegistry } from './index.ts';
import { withoutTenant, withTenant } from './transfer-names.ts';

const BASE = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const DETAILS = 'https://ns.adobe.com/xdm/context/profile-personal-details';
const RAW = 'application/vnd.adobe.xed+json; version=1';

let server: TestServer;
let typeId: string;
let groupId: string;
let schemaId: string;
let hotelsId: string;

const call = (method: string, path: string, body?: unknown, sandbox = 'prod') =>
  server.call(method, BASE + path, {
    ...(body === undefined ? {} : { body }),
    headers: { accept: RAW },
    sandbox,
  });
const rpc = (name: string, id: string) => `/rpc/${name}/${encodeURIComponent(id)}`;

beforeAll(async () => {
  server = await startTestServer([schemaRegistry]);
  const create = async (segment: string, body: object) =>
    (await call('POST', `/tenant/${segment}`, body)).body.$id;
  typeId = await create('datatypes', {
    title: 'Property',
    type: 'object',
    properties: { propertyId: { type: 'string', minLength: 2 } },
  });
  groupId = await create('fieldgroups', {
    title: 'Restaurant',
    type: 'object',
    'meta:intendedToExtend': [PROFILE],
    definitions: {
      own: {
        properties: {
          _acme: {
            type: 'object',
            properties: { rating: { type: 'integer', minimum: 1, maximum: 5 }, property: { $ref: typeId } },
          },
        },
      },
    },
    allOf: [{ $ref: '#/definitions/own' }],
  });
  const schema = (title: string, ...ids: string[]) =>
    create('schemas', { title, type: 'object', allOf: ids.map(($ref) => ({ $ref })) });
  hotelsId = await schema('Hotels', PROFILE, DETAILS);
  schemaId = await schema('Guests', PROFILE, DETAILS, groupId);
  await call('POST', '/tenant/descriptors', {
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceSchema': schemaId,
    'xdm:sourceProperty': '/personalEmail/address',
    'xdm:namespace': 'Email',
    'xdm:isPrimary': true,
  });
  await call('POST', '/tenant/descriptors', {
    '@type': 'xdm:descriptorOneToOne',
    'xdm:sourceSchema': schemaId,
    'xdm:sourceProperty': '/_acme/property/propertyId',
    'xdm:destinationSchema': hotelsId,
    'xdm:destinationProperty': '/personalEmail/address',
  });
});
afterAll(() => server.close());

describe('sample data', () => {
  it('of a schema keep to the schema', async () => {
    const sample = await call('GET', rpc('sampledata', schemaId));
    expect(sample.status).toBe(200);
    expect(sample.body).toMatchObject({ _acme: { rating: 1, property: { propertyId: 'string' } } });
    const report = await call('POST', rpc('validate', schemaId), sample.body);
    expect(report.body).toEqual({
      schemaId,
      isValid: true,
      documents: [{ index: 0, isValid: true, violations: [] }],
    });
    expect(
      (await call('GET', rpc('sampledata', `_acme.schemas.${schemaId.split('/').at(-1)}`))).body,
    ).toEqual(sample.body);
  });

  it.each(['sampledata', 'auditlog', 'export'])(
    'and %s are not found where there is no resource',
    async (name) => {
      const { status, body } = await call('GET', rpc(name, 'https://ns.adobe.com/acme/schemas/0'));
      expect([status, body.type]).toEqual([404, expect.stringMatching(/XDM-1012-404$/)]);
      expect((await call('GET', rpc(name, schemaId), undefined, 'dev')).status).toBe(404);
    },
  );
});

describe('validation', () => {
  it('lists every violation of each document', async () => {
    const documents = [
      { _acme: { rating: 9, property: { propertyId: 'x' } }, personalEmail: { address: 'a@b.c' } },
      { person: {}, personalEmail: { address: 'a@b.c' } },
      { _acme: { rating: '5' } },
    ];
    const { status, body } = await call('POST', rpc('validate', schemaId), documents);
    expect(status).toBe(200);
    expect(body.isValid).toBe(false);
    expect(
      body.documents.map(
        ({
          isValid,
          violations,
        }: {
          isValid: boolean;
          violations: { pointer: string; keyword: string }[];
        }) => [isValid, ...violations.map(({ pointer, keyword }) => `${pointer} ${keyword}`)],
      ),
    ).toEqual([
      [false, '/_acme/rating maximum', '/_acme/property/propertyId minLength'],
      [true, '/person additionalProperties'],
      [false, '/_acme/rating type', '/personalEmail/address identity'],
    ]);
  });

  it('of too many documents at once is refused', async () => {
    expect(
      (
        await call(
          'POST',
          rpc('validate', schemaId),
          Array.from({ length: 1_001 }, () => ({})),
        )
      ).status,
    ).toBe(400);
    expect((await call('POST', rpc('validate', 'x'), {})).status).toBe(404);
    expect((await call('POST', rpc('validate', schemaId), 'text')).body.isValid).toBe(false);
  });
});

describe('the audit log', () => {
  it('tells who changed a resource, its parts and its descriptors', async () => {
    const title = [{ op: 'replace', path: '/title', value: 'Restaurants' }];
    expect((await call('PATCH', `/tenant/fieldgroups/${encodeURIComponent(groupId)}`, title)).status).toBe(
      200,
    );
    const { body } = await call('GET', rpc('auditlog', schemaId));
    expect(body[0]).toMatchObject({
      id: schemaId,
      updatedUser: 'alice',
      clientId: 'test-client',
      imsOrg: 'ACME@AdobeOrg',
      updatedTime: expect.stringMatching(/^\d\d-\d\d-\d{4} \d\d:\d\d:\d\d$/),
      updates: expect.arrayContaining([
        { id: groupId, xdmType: 'mixins', action: 'replace', path: '/title', value: 'Restaurants' },
      ]),
    });
    const kinds = body.flatMap(({ updates }: { updates: { xdmType: string }[] }) =>
      updates.map(({ xdmType }) => xdmType),
    );
    expect(new Set(kinds)).toEqual(new Set(['schemas', 'mixins', 'datatypes', 'descriptors']));
  });

  it('outlives the resource', async () => {
    const { body } = await call('POST', '/tenant/datatypes', {
      title: 'Short-lived',
      type: 'object',
      properties: { a: { type: 'string' } },
    });
    expect((await call('DELETE', `/tenant/datatypes/${encodeURIComponent(body.$id)}`)).status).toBe(204);
    const log = await call('GET', rpc('auditlog', body.$id));
    expect(log.body[0].updates).toEqual([{ id: body.$id, xdmType: 'datatypes', action: 'remove', path: '' }]);
  });
});

describe('an export', () => {
  const payload = async () => (await call('GET', rpc('export', schemaId))).body;

  it('holds all that the resource depends on, with the tenant left open', async () => {
    const items = await payload();
    expect(JSON.stringify(items)).not.toContain('acme');
    expect(items.map((item: Record<string, string>) => item.title ?? item['@type'])).toEqual(
      expect.arrayContaining([
        'Property',
        'Restaurants',
        'Guests',
        'Hotels',
        'xdm:descriptorIdentity',
        'xdm:descriptorOneToOne',
      ]),
    );
    const titles = items.map(({ title }: { title?: string }) => title);
    expect(titles.indexOf('Property')).toBeLessThan(titles.indexOf('Restaurants'));
    expect(titles.indexOf('Restaurants')).toBeLessThan(titles.indexOf('Guests'));
    expect((await call('GET', rpc('export', PROFILE))).status).toBe(400);
  });

  it('is imported into another sandbox under the same ids, as often as one likes', async () => {
    const items = await payload();
    const imported = await call('POST', '/rpc/import', items, 'dev');
    expect(imported.status).toBe(200);
    expect(imported.body.map(({ $id }: { $id: string }) => $id).filter(Boolean)).toEqual(
      expect.arrayContaining([typeId, groupId, schemaId, hotelsId]),
    );
    const path = `/tenant/schemas/${encodeURIComponent(schemaId)}`;
    const [here, there] = await Promise.all(
      ['prod', 'dev'].map((sandbox) =>
        server.call('GET', BASE + path, {
          headers: { accept: 'application/vnd.adobe.xed-full+json; version=1' },
          sandbox,
        }),
      ),
    );
    expect(there?.body.properties).toEqual(here?.body.properties);
    const again = await call('POST', '/rpc/export', { resources: items }, 'dev');
    expect(again.body.map((item: { '@id': string; $id: string }) => item['@id'] ?? item.$id)).toEqual(
      imported.body.map((item: { '@id': string; $id: string }) => item['@id'] ?? item.$id),
    );
    const accept = 'application/vnd.adobe.xdm-id+json';
    const descriptors = await server.call('GET', `${BASE}/tenant/descriptors`, {
      headers: { accept },
      sandbox: 'dev',
    });
    expect(descriptors.body['xdm:descriptorIdentity']).toHaveLength(1);
  });

  it('is imported wholly or not at all, and what conflicts is named', async () => {
    const items = await payload();
    const changed = items.map((item: { title?: string }) =>
      item.title === 'Guests' ? { ...item, description: 'changed' } : item,
    );
    const fresh = {
      title: 'New one',
      type: 'object',
      'meta:resourceType': 'datatypes',
      $id: 'https://ns.adobe.com/<XDM_TENANTID_PLACEHOLDER>/datatypes/00112233445566778899',
      properties: { a: { type: 'string' } },
    };
    const refused = await call('POST', '/rpc/import', [fresh, ...changed], 'dev');
    expect([refused.status, refused.body.type]).toEqual([400, expect.stringMatching(/XDM-3005-400$/)]);
    expect(refused.body.detail).toContain(`${schemaId} already exists with other content`);
    expect(
      (
        await call(
          'GET',
          rpc('auditlog', 'https://ns.adobe.com/acme/datatypes/00112233445566778899'),
          undefined,
          'dev',
        )
      ).status,
    ).toBe(404);
    const sameTitle = await call('POST', '/rpc/import', [{ ...fresh, title: 'Property' }], 'dev');
    expect(sameTitle.body.detail).toMatch(
      /^Failed to import resources\. Error: .*already exists with the same title/,
    );
  });

  it.each([
    ['no array', {}],
    ['nothing', []],
    ['no resources', [1]],
    [
      'an id of another kind',
      [{ $id: 'https://ns.adobe.com/xdm/context/profile', 'meta:resourceType': 'classes', title: 'x' }],
    ],
    [
      'a resource that is not valid',
      [
        {
          $id: 'https://ns.adobe.com/<XDM_TENANTID_PLACEHOLDER>/mixins/0011223344556677',
          'meta:resourceType': 'mixins',
        },
      ],
    ],
    [
      'a descriptor of a schema that is not there',
      [{ '@type': 'xdm:descriptorDeprecated', 'xdm:sourceSchema': 'x', 'xdm:sourceProperty': '/a' }],
    ],
  ])('cannot be imported with %s', async (_what, body) => {
    const { status, body: answer } = await call('POST', '/rpc/import', body);
    expect([status, answer.type]).toEqual([400, expect.stringMatching(/XDM-3005-400$/)]);
  });

  it('of an ad-hoc schema is imported as one', async () => {
    const properties = { _adhoc: { type: 'object', properties: { a: { type: 'string' } } } };
    const adhoc = {
      title: 'Ad-hoc class',
      type: 'object',
      allOf: [{ $ref: 'https://ns.adobe.com/xdm/data/adhoc' }, { properties }],
    };
    const classId = (await call('POST', '/tenant/classes', adhoc)).body.$id;
    const id = (
      await call('POST', '/tenant/schemas', {
        title: 'Ad-hoc schema',
        type: 'object',
        allOf: [{ $ref: classId }],
      })
    ).body.$id;
    const items = (await call('GET', rpc('export', id))).body;
    const imported = await call('POST', '/rpc/import', items, 'dev');
    expect(imported.status).toBe(200);
    expect(imported.body[0]).toMatchObject({
      $id: classId,
      'meta:datasetNamespace': `_${classId.split('/').at(-1)}`,
    });
  });
});

describe('the names of tenants', () => {
  it('are replaced whole, in ids, namespaces and paths', () => {
    const value = {
      $ref: 'https://ns.adobe.com/acme/mixins/1',
      altId: '_acme.mixins.1',
      'xdm:sourceProperty': '/_acme/acme/_acmeX',
      properties: { _acme: { title: 'acme' } },
    };
    const open = withoutTenant(value, 'acme');
    expect(open).toEqual({
      $ref: 'https://ns.adobe.com/<XDM_TENANTID_PLACEHOLDER>/mixins/1',
      altId: '_<XDM_TENANTID_PLACEHOLDER>.mixins.1',
      'xdm:sourceProperty': '/_<XDM_TENANTID_PLACEHOLDER>/acme/_acmeX',
      properties: { '_<XDM_TENANTID_PLACEHOLDER>': { title: 'acme' } },
    });
    expect(withTenant(open, 'acme', [])).toEqual(value);
    expect(withTenant(value, 'globex', ['acme'])).toMatchObject({
      $ref: 'https://ns.adobe.com/globex/mixins/1',
      properties: { _globex: {} },
    });
  });
});
