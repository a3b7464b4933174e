import { describe, expect, test } from 'vitest';
import type { FieldSchema, RegistryResource } from '../registry/resource.ts';
import { lookupOver, standardLookup, standardResources } from '../registry/standard-library.ts';
import {
  EXPERIENCE_EVENT,
  idOf,
  PERSON_DETAILS,
  PROFILE,
  schemaOf,
  tenantResource,
} from '../test-resources.ts';
import { composeResource, composeSchema } from './compose.ts';
import { leafTypes } from './leaves.test-kit.ts';

const IDENTITY_MAP = 'https://ns.adobe.com/xdm/context/identitymap';

const line = tenantResource('datatypes', 'line', { properties: { text: {}, number: { type: 'integer' } } });
const address = tenantResource('datatypes', 'address', {
  properties: { lines: { type: 'array', items: { $ref: line.$id } }, main: { $ref: line.$id } },
});
const base = tenantResource('mixins', 'base', {
  properties: { _acme: { properties: { base: { type: 'boolean' } } } },
});

function group(properties: Readonly<Record<string, FieldSchema>>, more: FieldSchema = {}): RegistryResource {
  return tenantResource('mixins', 'group', { properties, ...more });
}

const own = (properties: Readonly<Record<string, FieldSchema>>) =>
  group({ _acme: { type: 'object', properties } });

/** Leaves of a schema of profiles with one group, without those of the class. */
function addedLeaves(added: RegistryResource, ...ids: readonly string[]): Record<string, string> {
  const leavesWith = (schema: RegistryResource) => {
    const composed = composeSchema(schema, lookupOver([line, address, base, added]));
    if (!composed.ok) throw new Error(composed.problems.map(({ message }) => message).join('\n'));
    return leafTypes(composed.value.root);
  };
  const without = leavesWith(schemaOf(PROFILE, ...ids));
  const all = leavesWith(schemaOf(PROFILE, ...ids, added.$id));
  return Object.fromEntries([...all].filter(([path]) => !without.has(path)));
}

const whole = (minimum?: number, maximum?: number, more: FieldSchema = {}): FieldSchema => ({
  type: 'integer',
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
  ...more,
});

describe('a field becomes', () => {
  test.each<[string, FieldSchema, Record<string, string>]>([
    ['a text without a type', {}, { f: 'string' }],
    ['a text with any other format', { type: 'string', format: 'uri-reference' }, { f: 'string' }],
    ['a date', { type: 'string', format: 'date' }, { f: 'date' }],
    ['a point in time', { type: 'string', format: 'date-time' }, { f: 'date-time' }],
    ['a number whatever its bounds', { type: 'number', minimum: 0, maximum: 1 }, { f: 'number' }],
    ['a byte', whole(-128, 127), { f: 'byte' }],
    ['a byte with the bound printed as 128', whole(-128, 128), { f: 'byte' }],
    ['a short', whole(0, 129), { f: 'short' }],
    ['a short with the bound printed as 32768', whole(-32_768, 32_768), { f: 'short' }],
    ['an int with one narrow bound', whole(1), { f: 'int' }],
    ['an int with the other narrow bound', whole(undefined, 5), { f: 'int' }],
    ['an int', whole(-2_147_483_648, 2_147_483_648), { f: 'int' }],
    ['a long by one bound', whole(undefined, 100_000_000_000), { f: 'long' }],
    ['a long', whole(-9_007_199_254_740_991, 9_007_199_254_740_991), { f: 'long' }],
    ['a long beyond safe integers', whole(-(2 ** 63), 2 ** 63), { f: 'long' }],
    [
      'a byte by excluded bounds',
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { f: 'byte' },
    ],
    ['a list', { type: 'array', items: {} }, { 'f[]': 'string' }],
    ['a list of lists', { type: 'array', items: { type: 'array', items: whole() } }, { 'f[][]': 'int' }],
    ['a map', { type: 'object', additionalProperties: whole() }, { 'f{}': 'int' }],
    ['an object that declares nothing', { type: 'object' }, { f: 'object' }],
    [
      'a data type, nested in another one and in a list',
      { type: 'array', items: { $ref: address.$id } },
      {
        'f[].lines[].text': 'string',
        'f[].lines[].number': 'int',
        'f[].main.text': 'string',
        'f[].main.number': 'int',
      },
    ],
    [
      'a data type with fields beside it',
      { allOf: [{ $ref: line.$id }, { properties: { more: whole(0, 1) } }] },
      { 'f.text': 'string', 'f.number': 'int', 'f.more': 'byte' },
    ],
  ])('%s', (_name, field, expected) => {
    const named = Object.entries(expected).map(([path, type]) => [`_acme.${path}`, type]);
    expect(addedLeaves(own({ f: field }))).toEqual(Object.fromEntries(named));
  });
});

describe('a field group', () => {
  test('adds its fields inside standard objects, in the tenant’s own namespace', () => {
    const added = group({ person: { properties: { _acme: { properties: { tier: {} } } } } });
    expect(addedLeaves(added, PERSON_DETAILS)).toEqual({ 'person._acme.tier': 'string' });
  });

  test('brings the fields of a group that it names', () => {
    const added = group({ _acme: { properties: { own: {} } } }, { allOf: [{ $ref: base.$id }] });
    expect(addedLeaves(added)).toEqual({ '_acme.base': 'boolean', '_acme.own': 'string' });
  });

  test('may bring what the class has already, of the same type', () => {
    const composed = composeSchema(schemaOf(EXPERIENCE_EVENT, IDENTITY_MAP), standardLookup);
    const alone = composeSchema(schemaOf(EXPERIENCE_EVENT), standardLookup);
    if (!composed.ok || !alone.ok) throw new Error('both compose');
    expect(leafTypes(composed.value.root)).toEqual(leafTypes(alone.value.root));
  });

  test('that differs from another part is told by path, with both types', () => {
    const composed = composeSchema(
      schemaOf(PROFILE, base.$id, idOf('mixins', 'group')),
      lookupOver([base, own({ base: { type: 'array', items: {} } })]),
    );
    expect(composed).toMatchObject({
      ok: false,
      problems: [
        {
          code: 'XDM-1413-400',
          path: '/_acme/base',
          message: expect.stringContaining('Types: boolean, array'),
        },
      ],
    });
  });

  test('with a name that differs from another part’s only in case is refused by path', () => {
    const composed = composeSchema(
      schemaOf(PROFILE, base.$id, idOf('mixins', 'group')),
      lookupOver([base, own({ Base: { type: 'boolean' } })]),
    );
    expect(composed).toMatchObject({ ok: false, problems: [{ code: 'XDM-1413-400', path: '/_acme/Base' }] });
  });
});

describe('the standard library', () => {
  test.each(standardResources('schemas').map((schema) => [schema.title, schema] as const))(
    'has a ready schema %s that composes',
    (_title, schema) => {
      const composed = composeSchema(schema, standardLookup);
      expect(composed.ok && leafTypes(composed.value.root).size).toBeGreaterThan(0);
    },
  );

  test('has field groups that each fit with the classes that they are meant for', () => {
    const conflicts = standardResources('mixins').flatMap((mixin) =>
      (mixin['meta:intendedToExtend'] ?? []).flatMap((classId) => {
        if (standardLookup.find(classId)?.['meta:resourceType'] !== 'classes') return [];
        const composed = composeSchema(schemaOf(classId, mixin.$id), standardLookup);
        return composed.ok ? [] : [`${classId} ${mixin.$id}`];
      }),
    );
    expect(conflicts).toEqual([]);
  });
});

test('a composition is kept by its content: another part with other fields is another composition', () => {
  const stored = (resource: RegistryResource, eTag: string): RegistryResource => ({
    ...resource,
    'meta:registryMetadata': { eTag },
  });
  const schema = stored(schemaOf(PROFILE, idOf('mixins', 'group')), 'schema');
  const composed = (added: RegistryResource) => {
    const outcome = composeResource(schema, lookupOver([added]));
    if (!outcome.ok) throw new Error(outcome.problems[0]?.message);
    return outcome.value;
  };
  const first = composed(stored(own({ a: {} }), 'a'));
  expect(composed(stored(own({ a: {} }), 'a'))).toBe(first);
  expect(leafTypes(composed(stored(own({ b: {} }), 'b')).root).has('_acme.b')).toBe(true);
  expect(composed(stored(own({ a: {} }), 'a'))).toBe(first);
});
