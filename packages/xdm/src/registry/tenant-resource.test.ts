import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EXPERIENCE_EVENT,
  PERSON_DETAILS,
  PERSONAL_DETAILS,
  PROFILE,
  tenantResource,
} from '../test-resources.ts';
import type { TenantContext } from './envelope.ts';
import type { ResourceLookup } from './resource.ts';
import type { TenantResourceType } from './resource-check.ts';
import { lookupOver, standardLookup } from './standard-library.ts';
import { createTenantResource, newResourceHex } from './tenant-resource.ts';

const CONTEXT: TenantContext = {
  tenantId: 'acme',
  imsOrg: '0123@AcmeOrg',
  sandboxId: 'd9a5f0e0',
  sandboxType: 'production',
  clientId: 'client',
  userId: 'user@acme',
  now: new Date('2026-01-02T03:04:05.678Z'),
};
const RECORD = 'https://ns.adobe.com/xdm/data/record';
const ADHOC = 'https://ns.adobe.com/xdm/data/adhoc';
const countingRandom = (bytes: number) => Uint8Array.from({ length: bytes }, (_, index) => index);
const HEX = '000102030405060708090a0b0c0d0e0f1011121314151617';

function create(type: TenantResourceType, body: unknown, lookup: ResourceLookup = standardLookup) {
  return createTenantResource(type, body, CONTEXT, lookup, countingRandom);
}

function created(type: TenantResourceType, body: unknown, lookup?: ResourceLookup) {
  const outcome = create(type, body, lookup);
  if (!outcome.ok) throw new Error(outcome.problems.map(({ message }) => message).join('\n'));
  return outcome.value;
}

const SCHEMA = {
  type: 'object',
  title: 'Target schema',
  description: '',
  allOf: [{ $ref: PROFILE }, { $ref: PERSON_DETAILS }, { $ref: PERSONAL_DETAILS }],
  'meta:containerId': 'tenant',
  'meta:resourceType': 'schemas',
  'meta:xdmType': 'object',
  'meta:class': PROFILE,
};

const GROUP = {
  type: 'object',
  title: 'Loyalty',
  'meta:intendedToExtend': [PROFILE],
  definitions: {
    loyalty: {
      type: 'object',
      properties: {
        _acme: { type: 'object', properties: { tier: { type: 'string' }, points: { type: 'integer' } } },
      },
    },
  },
  allOf: [{ $ref: '#/definitions/loyalty' }],
};

describe('a schema', () => {
  test('gets the envelope of the registry', () => {
    const { resource, warnings } = created('schemas', SCHEMA);
    expect(resource).toEqual({
      $id: `https://ns.adobe.com/acme/schemas/${HEX}`,
      'meta:altId': `_acme.schemas.${HEX}`,
      'meta:resourceType': 'schemas',
      version: '1.0',
      title: 'Target schema',
      description: '',
      type: 'object',
      allOf: SCHEMA.allOf,
      'meta:xdmType': 'object',
      'meta:class': PROFILE,
      'meta:abstract': false,
      'meta:extensible': false,
      'meta:extends': [
        PROFILE,
        'https://ns.adobe.com/xdm/common/auditable',
        RECORD,
        PERSON_DETAILS,
        PERSONAL_DETAILS,
      ],
      'meta:containerId': 'tenant',
      imsOrg: '0123@AcmeOrg',
      'meta:sandboxId': 'd9a5f0e0',
      'meta:sandboxType': 'production',
      'meta:tenantNamespace': '_acme',
      'meta:registryMetadata': {
        'repo:createdDate': 1_767_323_045_678,
        'repo:lastModifiedDate': 1_767_323_045_678,
        'xdm:createdClientId': 'client',
        'xdm:lastModifiedClientId': 'client',
        'xdm:createdUserId': 'user@acme',
        'xdm:lastModifiedUserId': 'user@acme',
        eTag: expect.stringMatching(/^[0-9a-f]{64}$/),
        'meta:usageCount': 0,
      },
    });
    expect(warnings).toEqual([]);
  });

  test('finds its class when the client leaves it out', () => {
    const { 'meta:class': _class, ...rest } = SCHEMA;
    expect(created('schemas', rest).resource['meta:class']).toBe(PROFILE);
  });

  test('ignores what only the server may say, as in a resource that was read and is posted back', () => {
    const copy = { ...created('schemas', SCHEMA).resource, version: '1.7', 'meta:altId': '_other.schemas.1' };
    expect(created('schemas', copy).resource).toMatchObject({
      version: '1.0',
      'meta:altId': `_acme.schemas.${HEX}`,
    });
  });

  test('may have what editors write beside the values of a map', () => {
    const map = {
      type: 'object',
      'meta:xdmType': 'map',
      additionalProperties: { type: 'integer', 'meta:xdmType': 'int' },
      mapFieldType: 'integer',
      note: '',
      required: [],
    };
    const properties = { _acme: { type: 'object', properties: { counts: map } } };
    const { resource } = created('mixins', {
      type: 'object',
      title: 'Counts',
      'meta:intendedToExtend': [PROFILE],
      definitions: { counts: { type: 'object', properties } },
      allOf: [{ $ref: '#/definitions/counts' }],
    });
    expect(resource).toMatchObject({ definitions: { counts: { properties } } });
  });

  test('is warned of a field group that is meant for other classes', () => {
    const allOf = [{ $ref: EXPERIENCE_EVENT }, { $ref: PERSON_DETAILS }];
    const group = tenantResource('mixins', 'profiles-only', {
      properties: { _acme: { properties: { a: {} } } },
      'meta:intendedToExtend': [PROFILE],
    });
    const body = { title: 'Events', allOf: [...allOf, { $ref: group.$id }] };
    const { warnings } = created('schemas', body, lookupOver([group]));
    expect(warnings).toContainEqual(expect.stringContaining(group.$id));
  });
});

test('a field group gets types on every field and is abstract and extensible', () => {
  expect(created('mixins', GROUP).resource).toMatchObject({
    $id: `https://ns.adobe.com/acme/mixins/${HEX}`,
    'meta:abstract': true,
    'meta:extensible': true,
    'meta:intendedToExtend': [PROFILE],
    definitions: {
      loyalty: {
        properties: {
          _acme: {
            'meta:xdmType': 'object',
            properties: { points: { type: 'integer', 'meta:xdmType': 'int' } },
          },
        },
      },
    },
  });
});

test('a field group may add its fields inside standard objects', () => {
  const person = { properties: { _acme: { properties: { vip: { type: 'boolean' } } } } };
  const body = { title: 'VIP', 'meta:intendedToExtend': [PROFILE], properties: { person } };
  expect(create('mixins', body)).toMatchObject({ ok: true });
});

test('a class names a behaviour', () => {
  const body = {
    title: 'Hotel',
    allOf: [{ $ref: RECORD }, { properties: { _acme: { properties: { stars: {} } } } }],
  };
  expect(created('classes', body).resource).toMatchObject({
    'meta:extends': [RECORD],
    'meta:abstract': true,
  });
});

test('the fields of an ad-hoc class move under a namespace of their own, which its schemas know', () => {
  const body = {
    title: 'Source table',
    allOf: [{ $ref: ADHOC }, { properties: { _adhoc: { properties: { first_name: { type: 'string' } } } } }],
  };
  const { resource } = created('classes', body);
  expect(resource).toMatchObject({
    'meta:datasetNamespace': `_${HEX}`,
    allOf: [{ $ref: ADHOC }, { properties: { [`_${HEX}`]: { properties: { first_name: {} } } } }],
  });
  const schema = { title: 'Source schema', allOf: [{ $ref: resource.$id }] };
  expect(created('schemas', schema, lookupOver([resource])).resource).toMatchObject({
    'meta:class': resource.$id,
    'meta:datasetNamespace': `_${HEX}`,
  });
});

test('a data type needs no namespace', () => {
  const properties = { street: {}, lines: { type: 'array', items: { type: 'string' } } };
  expect(created('datatypes', { title: 'Address', properties }).resource).toMatchObject({
    properties: { street: { type: 'string', 'meta:xdmType': 'string' } },
  });
});

/** Bodies that are refused, with the path of the first problem and a part of its message. */
const mixin = (properties: unknown) => ({ ...GROUP, allOf: undefined, definitions: undefined, properties });
const field = (content: unknown) => mixin({ _acme: { type: 'object', properties: { x: content } } });
const AT_X = '/properties/_acme/properties/x';

test.each<[TenantResourceType, unknown, string, string]>([
  ['schemas', 'text', '', 'JSON object'],
  ['schemas', [], '', 'JSON object'],
  ['schemas', null, '', 'JSON object'],
  ['schemas', { ...SCHEMA, title: undefined }, '/title', 'title is missing'],
  ['schemas', { ...SCHEMA, title: 5 }, '/title', 'title is missing'],
  ['schemas', { ...SCHEMA, title: 'x'.repeat(300) }, '/title', '300 characters'],
  ['schemas', { ...SCHEMA, description: 1 }, '/description', 'must be text'],
  ['schemas', { ...SCHEMA, type: 'string' }, '/type', '"object"'],
  ['schemas', { ...SCHEMA, 'meta:resourceType': 'classes' }, '/meta:resourceType', '"schemas"'],
  ['schemas', { ...SCHEMA, 'meta:containerId': 'global' }, '/meta:containerId', '"tenant"'],
  ['schemas', { ...SCHEMA, allOf: undefined }, '/allOf', 'Name one class'],
  ['schemas', { ...SCHEMA, allOf: [] }, '/allOf', 'at least one'],
  ['schemas', { ...SCHEMA, allOf: PROFILE }, '/allOf', 'array'],
  ['schemas', { ...SCHEMA, allOf: [PROFILE] }, '/allOf/0', 'JSON object'],
  ['schemas', { ...SCHEMA, allOf: [{ $ref: PROFILE }, { properties: {} }] }, '/allOf/1', 'field group'],
  ['schemas', { ...SCHEMA, allOf: [{ $ref: 5 }] }, '/allOf/0/$ref', '$id of a resource'],
  [
    'schemas',
    { ...SCHEMA, allOf: [{ $ref: PERSON_DETAILS }], 'meta:class': undefined },
    '/allOf',
    'no class',
  ],
  ['schemas', { ...SCHEMA, 'meta:class': EXPERIENCE_EVENT }, '/meta:class', EXPERIENCE_EVENT],
  ['schemas', { ...SCHEMA, 'meta:class': 1 }, '/meta:class', '$id of a class'],
  ['schemas', { ...SCHEMA, properties: {} }, '/properties', 'field group'],
  ['schemas', { ...SCHEMA, alOf: [] }, '/alOf', 'Leave it out'],
  ['schemas', { ...SCHEMA, allOf: [{ $ref: PROFILE }, { $ref: 'urn:no' }] }, '', 'urn:no'],
  ['classes', { title: 'C' }, '/allOf', 'behaviour'],
  [
    'classes',
    { title: 'C', allOf: [{ properties: { _acme: { properties: { a: {} } } } }] },
    '/allOf',
    'behaviour',
  ],
  ['mixins', { ...GROUP, 'meta:intendedToExtend': undefined }, '/meta:intendedToExtend', 'needs'],
  ['mixins', { ...GROUP, 'meta:intendedToExtend': PROFILE }, '/meta:intendedToExtend', 'array'],
  ['mixins', { ...GROUP, 'meta:intendedToExtend': ['urn:no'] }, '/meta:intendedToExtend/0', 'does not exist'],
  ['mixins', { ...GROUP, 'meta:intendedToExtend': [PERSON_DETAILS] }, '/meta:intendedToExtend/0', 'no class'],
  ['mixins', { ...GROUP, allOf: undefined }, '/allOf', '#/definitions/'],
  ['mixins', { ...GROUP, allOf: [{ $ref: '#/definitions/lost' }] }, '', '#/definitions/loyalty'],
  ['mixins', mixin({ loyaltyId: { type: 'string' } }), '/loyaltyId', '_acme.loyaltyId'],
  ['mixins', mixin({ person: { properties: { vip: {} } } }), '/person/vip', 'invalid namespace'],
  [
    'mixins',
    mixin({ home: { $ref: 'https://ns.adobe.com/xdm/common/address' } }),
    '/home',
    'invalid namespace',
  ],
  ['mixins', mixin({ _other: { properties: { a: {} } } }), '/_other/a', 'invalid namespace'],
  [
    'mixins',
    mixin({ _acme: { properties: { 'first name': {} } } }),
    '/_acme/first name',
    "cannot be a field's name",
  ],
  ['mixins', mixin({ _acme: { properties: { _hidden: {} } } }), '/_acme/_hidden', "cannot be a field's name"],
  ['mixins', mixin({ _acme: { properties: { email: {}, eMail: {} } } }), '/_acme/eMail', 'only in case'],
  ['mixins', mixin([]), '/properties', 'JSON object'],
  ['mixins', field('string'), AT_X, 'JSON object'],
  ['mixins', field({ type: 'text' }), `${AT_X}/type`, 'one of string'],
  ['mixins', field({ type: ['string', 'null'] }), `${AT_X}/type`, 'one of string'],
  ['mixins', field({ type: 'array' }), AT_X, 'items'],
  ['mixins', field({ type: 'string', properties: {} }), AT_X, 'make this an object'],
  ['mixins', field({ oneOf: [] }), `${AT_X}/oneOf`, 'one type'],
  ['mixins', field({ typ: 'string' }), `${AT_X}/typ`, 'no keyword'],
  ['mixins', field({ pattern: '(' }), `${AT_X}/pattern`, 'regular expression'],
  ['mixins', field({ enum: [] }), `${AT_X}/enum`, 'at least one'],
  ['mixins', field({ enum: ['a', 'a'] }), `${AT_X}/enum`, 'different'],
  ['mixins', field({ type: 'integer', enum: ['1'] }), `${AT_X}/enum`, 'Only strings'],
  ['mixins', field({ minLength: -1 }), `${AT_X}/minLength`, '0 or more'],
  ['mixins', field({ type: 'integer', minimum: '1' }), `${AT_X}/minimum`, 'a number'],
  ['mixins', field({ type: 'integer', minimum: 2, maximum: 1 }), `${AT_X}/minimum`, 'above maximum'],
  ['mixins', field({ type: 'integer', 'meta:xdmType': 'long' }), `${AT_X}/meta:xdmType`, '"int"'],
  [
    'mixins',
    field({ type: 'object', 'meta:xdmType': 'map' }),
    `${AT_X}/meta:xdmType`,
    'additionalProperties',
  ],
  [
    'mixins',
    field({ additionalProperties: { type: 'boolean' } }),
    `${AT_X}/additionalProperties`,
    'custom map',
  ],
  ['mixins', field({ additionalProperties: {}, properties: {} }), AT_X, 'not both'],
  ['mixins', field({ properties: { a: {} }, required: ['b'] }), `${AT_X}/required`, '"b"'],
  ['mixins', field({ $ref: 'urn:no' }), '/_acme/x', 'urn:no'],
  ['datatypes', { title: 'Empty' }, '', 'defines fields'],
])('%s %j is refused at "%s"', (type, body, path, message) => {
  const json = JSON.parse(JSON.stringify(body));
  expect(create(type, json)).toMatchObject({
    ok: false,
    problems: expect.arrayContaining([
      expect.objectContaining({ path, message: expect.stringContaining(message) }),
    ]),
  });
});

test('a custom field outside the namespace has the code of the platform', () => {
  expect(create('mixins', JSON.parse(JSON.stringify(mixin({ loyaltyId: {} }))))).toMatchObject({
    problems: [{ code: 'XDM-1021-400', title: 'Namespace validation error' }],
  });
});

test('a conflict with the class of a schema has the code of the platform', () => {
  const group = tenantResource('mixins', 'conflict', { properties: { personID: { type: 'integer' } } });
  const body = { ...SCHEMA, allOf: [...SCHEMA.allOf, { $ref: group.$id }] };
  expect(create('schemas', body, lookupOver([group]))).toMatchObject({
    problems: [{ code: 'XDM-1413-400', path: '/personID' }],
  });
});

test('a body nested beyond reason is refused, not followed', () => {
  const deep = `${'{"properties":{"a":'.repeat(50_000)}{}${'}}'.repeat(50_000)}`;
  expect(create('datatypes', JSON.parse(`{"title":"Deep","properties":{"a":${deep}}}`))).toMatchObject({
    problems: [{ message: expect.stringContaining('too deeply') }],
  });
});

test('definitions that refer to each other over and over are refused quickly', () => {
  const definitions = Object.fromEntries(
    Array.from({ length: 40 }, (_, level) => {
      const next = { $ref: `#/definitions/d${level + 1}` };
      return [`d${level}`, { properties: { left: next, right: next } }];
    }),
  );
  const body = {
    ...GROUP,
    definitions: { ...definitions, d40: {}, root: { properties: { _acme: definitions.d0 } } },
  };
  expect(create('mixins', { ...body, allOf: [{ $ref: '#/definitions/root' }] })).toMatchObject({
    problems: [{ message: expect.stringContaining('More than') }],
  });
});

test('names of JavaScript objects are names like any other', () => {
  const json = '{"title":"T","properties":{"constructor":{"type":"string"},"toString":{"type":"integer"}}}';
  expect(created('datatypes', JSON.parse(json)).resource.properties).toMatchObject({
    constructor: { 'meta:xdmType': 'string' },
    toString: { 'meta:xdmType': 'int' },
  });
  const proto = JSON.parse('{"title":"T","properties":{"__proto__":{"type":"string"}}}');
  expect(create('datatypes', proto)).toMatchObject({ problems: [{ path: '/__proto__' }] });
});

test('ids are 48 hex digits, never twice the same', () => {
  const ids = new Set(Array.from({ length: 100 }, () => newResourceHex()));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{48}$/);
});

test('any JSON whatever is answered, never thrown at', () => {
  const keywords = [
    'allOf',
    'properties',
    'definitions',
    'required',
    '$ref',
    'items',
    'type',
    'enum',
    'pattern',
  ];
  const values = fc.letrec((tie) => ({
    field: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('string', 'object', 'array', PROFILE, '#/definitions/_acme', '_acme', '__proto__'),
      fc.array(tie('field'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(...keywords, '_acme', 'meta:xdmType', 'additionalProperties'),
        tie('field'),
      ),
    ),
  })).field;
  const bodies = fc.dictionary(fc.constantFrom(...keywords, 'meta:intendedToExtend'), values);
  const types = fc.constantFrom<TenantResourceType>('schemas', 'classes', 'mixins', 'datatypes');
  fc.assert(
    fc.property(types, bodies, (type, body) => {
      const outcome = create(type, { title: 'Anything', ...body });
      expect(outcome.ok || outcome.problems.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});
