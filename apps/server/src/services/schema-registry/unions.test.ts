import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { schemaRegistry } from './index.ts';

const BASE = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const UNION = `${PROFILE}__union`;
const IDENTITY_MAP = 'https://ns.adobe.com/xdm/context/identitymap';
const DETAILS = 'https://ns.adobe.com/xdm/context/profile-personal-details';
const FULL = 'application/vnd.adobe.xed-full+json; version=1';
const RAW = 'application/vnd.adobe.xed+json; version=1';
const IDS = 'application/vnd.adobe.xed-id+json';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer([schemaRegistry]);
});
afterAll(() => server.close());

const call = (method: string, path: string, body?: unknown, accept = RAW, sandbox = 'prod') =>
  server.call(method, BASE + path, { ...(body === undefined ? {} : { body }), headers: { accept }, sandbox });

const schema = (title: string, ...ids: string[]) => ({
  title,
  type: 'object',
  allOf: ids.map(($ref) => ({ $ref })),
  'meta:immutableTags': ['union'],
});

const fieldGroup = (title: string, type: string) => ({
  title,
  type: 'object',
  'meta:intendedToExtend': [PROFILE],
  properties: { _acme: { type: 'object', properties: { points: { type } } } },
});

const unionPath = (collection: string, id = UNION) => `/tenant/${collection}/${encodeURIComponent(id)}`;

describe('unions', () => {
  it('are none while no schema is enabled for Profile', async () => {
    expect((await call('GET', '/tenant/unions', undefined, IDS)).body).toMatchObject({
      results: [],
      _page: { next: null, count: 0 },
    });
    const missing = await call('GET', unionPath('unions'));
    expect([missing.status, missing.body.type]).toEqual([404, expect.stringMatching(/XDM-1016-404$/)]);
  });

  it('are there for each class of a schema that is enabled', async () => {
    const group = (await call('POST', '/tenant/fieldgroups', fieldGroup('Points', 'integer'))).body.$id;
    const created = await call('POST', '/tenant/schemas', schema('Members', PROFILE, IDENTITY_MAP, group));
    expect(created.status).toBe(201);
    const list = await call('GET', '/tenant/unions', undefined, IDS);
    expect(list.body.results).toEqual([
      {
        $id: UNION,
        'meta:altId': '_xdm.context.profile__union',
        version: '1',
        title: 'XDM Individual Profile',
      },
    ]);
    const raw = await call('GET', unionPath('unions'));
    expect(raw.body).toMatchObject({
      $id: UNION,
      title: `Union object for ${PROFILE}`,
      version: '1.0',
      'meta:class': PROFILE,
      'meta:containerId': 'tenant',
      'meta:resourceType': 'unions',
      'meta:registryMetadata': {},
      allOf: [{ $ref: PROFILE }, { $ref: IDENTITY_MAP }, { $ref: group }],
    });
    for (const id of [UNION, '_xdm.context.profile__union', 'xdm.context.profile__union']) {
      const full = await call('GET', unionPath('unions', id), undefined, FULL);
      expect(full.body.properties).toMatchObject({
        _acme: { properties: { points: { type: 'integer', 'meta:xdmType': 'int' } } },
        identityMap: { 'meta:xdmType': 'map' },
        segmentMembership: { 'meta:xdmType': 'map' },
        timeSeriesEvents: { type: 'array' },
      });
      expect(full.body).not.toHaveProperty('allOf');
    }
    expect((await call('GET', '/tenant/unions', undefined, IDS, 'dev')).body.results).toEqual([]);
  });

  it('need an Accept header as other resources do', async () => {
    expect((await call('GET', unionPath('unions'), undefined, 'application/json')).body.type).toMatch(
      /XDM-1007-400$/,
    );
    expect((await call('GET', '/tenant/unions', undefined, FULL)).body.type).toMatch(/XDM-1006-400$/);
    expect(
      (await call('GET', unionPath('unions'), undefined, 'application/vnd.adobe.xed+json; version=2')).status,
    ).toBe(404);
  });
});

describe('a schema that is enabled for Profile', () => {
  const identity = (sourceSchema: string) => ({
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceSchema': sourceSchema,
    'xdm:sourceProperty': '/personalEmail/address',
    'xdm:namespace': 'Email',
    'xdm:isPrimary': true,
  });

  it('takes a one-to-one relationship only with a reference identity on the same field', async () => {
    const id = (await call('POST', '/tenant/schemas', schema('Hotels', PROFILE, IDENTITY_MAP, DETAILS))).body
      .$id;
    const field = { 'xdm:sourceSchema': id, 'xdm:sourceProperty': '/homeAddress/city' };
    const relationship = { '@type': 'xdm:descriptorOneToOne', ...field, 'xdm:destinationSchema': id };
    const refused = await call('POST', '/tenant/descriptors', relationship);
    expect([refused.status, refused.body.type]).toEqual([400, expect.stringMatching(/XDM-1526-400$/)]);
    const reference = {
      '@type': 'xdm:descriptorReferenceIdentity',
      ...field,
      'xdm:identityNamespace': 'Email',
    };
    const referenceId = (await call('POST', '/tenant/descriptors', reference)).body['@id'];
    expect((await call('POST', '/tenant/descriptors', relationship)).status).toBe(201);
    const deletion = await call('DELETE', `/tenant/descriptors/${referenceId}`);
    expect([deletion.status, deletion.body.detail]).toEqual([409, expect.stringContaining('Hotels')]);
    expect(
      (await call('POST', '/tenant/descriptors', { ...identity(id), 'xdm:namespace': 'Phone' })).body.type,
    ).toMatch(/XDM-1527-400$/);
    expect((await call('POST', '/tenant/descriptors', identity(id))).status).toBe(201);
  });
});
