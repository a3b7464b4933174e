import { describe, expect, it } from 'vitest';
import { composeSchema, type ResolvedSchema } from '../compose/compose.ts';
import { lookupOver } from '../registry/standard-library.ts';
import {
  EXPERIENCE_EVENT,
  idOf,
  PERSON_DETAILS,
  PERSONAL_DETAILS,
  PROFILE,
  schemaOf,
  tenantResource,
} from '../test-resources.ts';
import { type Descriptor, parseDescriptor } from './descriptor.ts';
import { descriptorProblems } from './descriptor-check.ts';
import { DESCRIPTOR_TYPES } from './descriptor-types.ts';

const SCHEMA = idOf('schemas', 'schema');
const identity = {
  '@type': 'xdm:descriptorIdentity',
  'xdm:sourceSchema': SCHEMA,
  'xdm:sourceVersion': 1,
  'xdm:sourceProperty': '/personalEmail/address',
  'xdm:namespace': 'Email',
  'xdm:property': 'xdm:code',
  'xdm:isPrimary': false,
};

const ownFields = tenantResource('mixins', 'own', {
  'meta:intendedToExtend': [PROFILE],
  required: ['_acme'],
  properties: {
    _acme: {
      type: 'object',
      required: ['changedAt', 'revision'],
      properties: {
        loyaltyId: { type: 'string' },
        points: { type: 'integer' },
        changedAt: { type: 'string', format: 'date-time' },
        revision: { type: 'integer' },
        seenAt: { type: 'string', format: 'date-time' },
        orders: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
        tags: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  },
});

function resolved(...ids: readonly string[]): ResolvedSchema {
  const composed = composeSchema(schemaOf(...ids), lookupOver([ownFields]));
  if (!composed.ok) throw new Error(composed.problems[0]?.message);
  return composed.value;
}

const profile = resolved(PROFILE, PERSON_DETAILS, PERSONAL_DETAILS, ownFields.$id);
const event = resolved(EXPERIENCE_EVENT);

function parsed(body: unknown): Descriptor {
  const outcome = parseDescriptor(body);
  if (!outcome.ok) throw new Error(outcome.problems.map(({ message }) => message).join(' '));
  return outcome.value;
}

function messages(
  body: unknown,
  {
    schema = profile,
    others = [],
    destination,
  }: { schema?: ResolvedSchema; others?: readonly Descriptor[]; destination?: ResolvedSchema } = {},
): readonly string[] {
  const surroundings = { schema, others, destination, tenantNamespace: '_acme' };
  return descriptorProblems(parsed(body), surroundings).map(({ message }) => message);
}

function faults(body: unknown): readonly string[] {
  const outcome = parseDescriptor(body);
  return outcome.ok ? [] : outcome.problems.map(({ path, message }) => `${path} ${message}`);
}

describe('the body of a descriptor', () => {
  it('is kept with its defaults and without what the registry makes itself', () => {
    const {
      'xdm:property': _property,
      'xdm:isPrimary': _primary,
      'xdm:sourceVersion': _v,
      ...rest
    } = identity;
    expect(parsed({ ...rest, created: 1, imsOrg: 'x', '@id': 'y' })).toEqual(identity);
  });

  it('names fields as the registry does', () => {
    const body = { ...identity, '@type': 'xdm:descriptorDeprecated', 'xdm:sourceProperty': '/xdm:eventType' };
    const { 'xdm:namespace': _n, 'xdm:property': _p, 'xdm:isPrimary': _i, ...deprecated } = body;
    expect(parsed(deprecated)['xdm:sourceProperty']).toBe('/eventType');
  });

  it('takes the names and the empty texts that clients send', () => {
    const base = { 'xdm:sourceSchema': SCHEMA, 'xdm:sourceProperty': '/a' };
    expect(parsed({ ...base, '@type': 'xdm:descriptorLabel', 'xdm:label': ['C1'] })['xdm:labels']).toEqual([
      'C1',
    ]);
    const named = { ...base, '@type': 'xdm:alternateDisplayInfo', 'xdm:title': { en_us: '' } };
    expect(parsed({ ...named, 'xdm:excludeMetaEnum': '' })['xdm:excludeMetaEnum']).toBeUndefined();
    expect(parsed({ ...named, 'meta:excludeMetaEnum': { a: 'A' } })['xdm:excludeMetaEnum']).toEqual({
      a: 'A',
    });
  });

  it.each([
    ['no object', [], ' The body must be'],
    [
      'an unknown type',
      { ...identity, '@type': 'xdm:descriptorIdentify' },
      '@type is no type of descriptor: xdm:descriptorIdentify. Did you mean xdm:descriptorIdentity',
    ],
    ['a type of every object', { ...identity, '@type': 'constructor' }, '@type is no type'],
    ['no schema', { ...identity, 'xdm:sourceSchema': undefined }, 'xdm:sourceSchema is missing'],
    ['no path', { ...identity, 'xdm:sourceProperty': undefined }, 'xdm:sourceProperty is missing'],
    [
      'a path without a slash',
      { ...identity, 'xdm:sourceProperty': 'a/b' },
      'xdm:sourceProperty must be a path',
    ],
    ['a path that ends in a slash', { ...identity, 'xdm:sourceProperty': '/a/' }, 'must be a path'],
    ['several paths', { ...identity, 'xdm:sourceProperty': ['/a', '/b'] }, 'must be one path'],
    ['another version', { ...identity, 'xdm:sourceVersion': 2 }, 'xdm:sourceVersion must be 1'],
    ['no namespace', { ...identity, 'xdm:namespace': ' ' }, 'xdm:namespace must be the code or id'],
    ['a flag as text', { ...identity, 'xdm:isPrimary': 'true' }, 'xdm:isPrimary must be true or false'],
    [
      'a misspelt field',
      { ...identity, 'xdm:isPrimry': true },
      'has no field xdm:isPrimry. Did you mean xdm:isPrimary',
    ],
    [
      'another property',
      { ...identity, 'xdm:property': 'code' },
      'xdm:property must be one of xdm:code, xdm:id',
    ],
  ])('is refused with %s', (_what, body, message) => {
    expect(faults(body).join('\n')).toContain(message);
  });

  it('is refused with long names, unknown cardinalities and time zones', () => {
    const base = { 'xdm:sourceSchema': SCHEMA, 'xdm:sourceProperty': '/a', 'xdm:destinationSchema': SCHEMA };
    const relationship = { ...base, '@type': 'xdm:descriptorRelationship' };
    expect(faults({ ...relationship, 'xdm:cardinality': '1:M' })).toHaveLength(1);
    expect(faults({ ...relationship, 'xdm:sourceToDestinationTitle': 'x'.repeat(36) })).toHaveLength(1);
    const granularity = { '@type': 'xdm:descriptorTimeSeriesGranularity', 'xdm:sourceSchema': SCHEMA };
    expect(faults({ ...granularity, 'xdm:ianaTimezone': 'Mars/Olympus' })).toHaveLength(1);
    expect(parsed(granularity)).toMatchObject({ 'xdm:granularity': 'day', 'xdm:ianaTimezone': 'UTC' });
  });

  it('of every type needs its required fields and nothing else', () => {
    for (const [type, { fields, sourceProperty }] of Object.entries(DESCRIPTOR_TYPES)) {
      const body = {
        '@type': type,
        'xdm:sourceSchema': SCHEMA,
        ...(sourceProperty === 'none' ? {} : { 'xdm:sourceProperty': '/a' }),
      };
      const required = Object.keys(fields).filter((name) => fields[name]?.required);
      expect(faults(body)).toHaveLength(required.length);
    }
  });
});

describe('a descriptor on a schema', () => {
  it('may stand on a field of the right kind', () => {
    expect(messages(identity)).toEqual([]);
    expect(
      messages({ ...identity, 'xdm:sourceProperty': '/_acme/loyaltyId', 'xdm:isPrimary': true }),
    ).toEqual([]);
  });

  it.each([
    ['/personalEmial/address', 'Did you mean "/personalEmail"?'],
    ['/personalEmail/address/x', '"/personalEmail/address" has no field "x"'],
    ['/person', 'is of type object; name a field that has a value'],
    ['/_acme', 'holds all custom fields'],
    ['/_acme/points', 'is of type int; it must be string'],
    ['/_acme/orders[*]/sku', 'stands in an array or a map'],
    ['/_acme/orders/sku', 'stands in an array or a map'],
    ['/_acme/tags/x', 'stands in an array or a map'],
  ])('cannot make %s an identity', (path, message) => {
    expect(messages({ ...identity, 'xdm:sourceProperty': path })).toEqual([expect.stringContaining(message)]);
  });

  it('gives a schema one primary identity, and a field one identity', () => {
    const first = parsed({ ...identity, 'xdm:isPrimary': true });
    const second = { ...identity, 'xdm:sourceProperty': '/_acme/loyaltyId', 'xdm:isPrimary': true };
    expect(messages(second, { others: [first] })).toEqual([
      expect.stringContaining('has a primary identity already'),
    ]);
    expect(messages(identity, { others: [first] })).toEqual([expect.stringContaining('already')]);
    expect(messages({ ...second, 'xdm:isPrimary': false }, { others: [first] })).toEqual([]);
  });

  it('cannot make the id of an event an identity', () => {
    expect(messages({ ...identity, 'xdm:sourceProperty': '/_id' }, { schema: event })).toHaveLength(1);
  });

  it('keys events with their time', () => {
    const key = { '@type': 'xdm:descriptorPrimaryKey', 'xdm:sourceSchema': SCHEMA };
    expect(messages({ ...key, 'xdm:sourceProperty': ['/_id'] }, { schema: event })).toHaveLength(1);
    expect(messages({ ...key, 'xdm:sourceProperty': ['/_id', '/timestamp'] }, { schema: event })).toEqual([]);
  });

  it.each([
    ['xdm:descriptorVersion', '/_acme/revision', '/_acme/points'],
    ['xdm:descriptorTimestamp', '/_acme/changedAt', '/_acme/seenAt'],
  ])('of type %s stands on a required field', (type, good, bad) => {
    const body = { '@type': type, 'xdm:sourceSchema': SCHEMA };
    expect(messages({ ...body, 'xdm:sourceProperty': good })).toEqual([]);
    expect(messages({ ...body, 'xdm:sourceProperty': bad })).toEqual([
      expect.stringContaining('must be required'),
    ]);
  });

  it('suggests values for texts only', () => {
    const named = {
      '@type': 'xdm:alternateDisplayInfo',
      'xdm:sourceSchema': SCHEMA,
      'meta:enum': { a: 'A' },
    };
    expect(messages({ ...named, 'xdm:sourceProperty': '/_acme/loyaltyId' })).toEqual([]);
    expect(messages({ ...named, 'xdm:sourceProperty': '/_acme/points' })).toHaveLength(1);
  });
});

describe('a relationship', () => {
  const relationship = {
    '@type': 'xdm:descriptorOneToOne',
    'xdm:sourceSchema': SCHEMA,
    'xdm:sourceProperty': '/_acme/loyaltyId',
    'xdm:destinationSchema': idOf('schemas', 'other'),
    'xdm:destinationProperty': '/personalEmail/address',
  };

  it('leads to a field whose values can be equal', () => {
    expect(messages(relationship, { destination: profile })).toEqual([]);
    const inArray = { ...relationship, 'xdm:sourceProperty': '/_acme/orders[*]/sku' };
    expect(messages(inArray, { destination: profile })).toEqual([]);
  });

  it.each([
    [{ 'xdm:destinationProperty': '/personalEmail/adress' }, 'leads to no field'],
    [{ 'xdm:destinationProperty': '/personalEmail' }, 'is of type object'],
    [{ 'xdm:sourceProperty': '/_acme/points' }, 'are never equal'],
  ])('is refused with %j', (change, message) => {
    expect(messages({ ...relationship, ...change }, { destination: profile })).toEqual([
      expect.stringContaining(message),
    ]);
  });

  it('does not start at the primary identity', () => {
    const primary = parsed({ ...identity, 'xdm:sourceProperty': '/_acme/loyaltyId', 'xdm:isPrimary': true });
    expect(messages(relationship, { others: [primary], destination: profile })).toHaveLength(1);
  });
});
