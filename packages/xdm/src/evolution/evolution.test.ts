import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { composeResource } from '../compose/compose.ts';
import type { FieldSchema, RegistryResource } from '../registry/resource.ts';
import { lookupOver } from '../registry/standard-library.ts';
import { idOf, PERSON_DETAILS, PROFILE, schemaOf, tenantResource } from '../test-resources.ts';
import { type BreakingChange, breakingChanges } from './evolution.ts';
import { breakingPartChanges, removedTags } from './evolution-parts.ts';

const contact = tenantResource('datatypes', 'contact', { properties: { phone: {}, mail: {} } });
const person = tenantResource('datatypes', 'person', { properties: { phone: {}, mail: {} } });

function group(properties: Readonly<Record<string, FieldSchema>>): RegistryResource {
  return tenantResource('mixins', 'group', { properties: { _acme: { type: 'object', properties } } });
}

function rootOf(resource: RegistryResource) {
  const composed = composeResource(resource, lookupOver([contact, person]));
  if (!composed.ok) throw new Error(composed.problems[0]?.message);
  return composed.value.root;
}

/** What changes when a field named x, beside others, changes so. */
function changesOf(
  before: FieldSchema | undefined,
  after: FieldSchema | undefined,
): readonly BreakingChange[] {
  const properties = (field: FieldSchema | undefined) => ({ other: {}, ...(field && { x: field }) });
  return breakingChanges(rootOf(group(properties(before))), rootOf(group(properties(after))));
}

const integer = (minimum?: number, maximum?: number): FieldSchema => ({
  type: 'integer',
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
});
const object = (properties: Readonly<Record<string, FieldSchema>>, required?: string[]): FieldSchema => ({
  type: 'object',
  properties,
  ...(required && { required }),
});
const list = (items: FieldSchema, more: FieldSchema = {}): FieldSchema => ({ type: 'array', items, ...more });
const map = (values: FieldSchema): FieldSchema => ({ type: 'object', additionalProperties: values });

describe('a change is refused', () => {
  test.each<[string, FieldSchema, FieldSchema | undefined, Omit<BreakingChange, 'path'> & { path?: string }]>(
    [
      ['removing a field', {}, undefined, { rule: 'field removed', before: 'string', after: 'nothing' }],
      [
        'removing a field of an object',
        object({ a: {}, b: {} }),
        object({ a: {} }),
        { rule: 'field removed', path: '/_acme/x/b', before: 'string', after: 'nothing' },
      ],
      [
        'a field that has to be there from now on',
        object({ a: {} }),
        object({ a: {} }, ['a']),
        { rule: 'made required', path: '/_acme/x/a', before: 'string, optional', after: 'required' },
      ],
      [
        'a new field that has to be there',
        object({ a: {} }),
        object({ a: {}, b: {} }, ['b']),
        { rule: 'made required', path: '/_acme/x/b', before: 'nothing', after: 'required' },
      ],
      ['another type', {}, { type: 'boolean' }, { rule: 'type changed', before: 'string', after: 'boolean' }],
      [
        'a text that becomes a date',
        {},
        { type: 'string', format: 'date' },
        { rule: 'type changed', before: 'string', after: 'date' },
      ],
      [
        'a date that becomes a point in time',
        { type: 'string', format: 'date' },
        { type: 'string', format: 'date-time' },
        { rule: 'type changed', before: 'date', after: 'date-time' },
      ],
      [
        'an object that becomes a map',
        object({ a: {} }),
        map({ type: 'string' }),
        { rule: 'type changed', before: 'object', after: 'map' },
      ],
      [
        'other items',
        list({}),
        list({ type: 'number' }),
        { rule: 'type changed', path: '/_acme/x[]', before: 'string', after: 'number' },
      ],
      [
        'other values of a map',
        map({ type: 'string' }),
        map({ type: 'integer' }),
        { rule: 'type changed', path: '/_acme/x{}', before: 'string', after: 'int' },
      ],
      [
        'a bound that widens the type',
        integer(0, 100),
        integer(0, 1_000),
        { rule: 'type changed', before: 'byte', after: 'short' },
      ],
      [
        'bounds that are dropped and with them the type',
        integer(0, 100),
        integer(),
        { rule: 'type changed', before: 'byte', after: 'int' },
      ],
      [
        'another format',
        { format: 'email' },
        { format: 'uri' },
        { rule: 'format changed', before: 'email', after: 'uri' },
      ],
      [
        'a format that is dropped',
        { format: 'email' },
        {},
        { rule: 'format changed', before: 'email', after: 'none' },
      ],
      [
        'a value that is allowed no more',
        { enum: ['a', 'b'] },
        { enum: ['a', 'c'] },
        { rule: 'values restricted', before: 'a, b', after: 'without b' },
      ],
      [
        'values for a free text',
        {},
        { enum: ['a'] },
        { rule: 'values restricted', before: 'any text', after: 'only a' },
      ],
      ['a pattern', {}, { pattern: '^a' }, { rule: 'pattern narrowed', before: 'none', after: '^a' }],
      [
        'another pattern',
        { pattern: '^a' },
        { pattern: '^ab' },
        { rule: 'pattern narrowed', before: '^a', after: '^ab' },
      ],
      [
        'a longer least length',
        { minLength: 1 },
        { minLength: 2 },
        { rule: 'length narrowed', before: 'minLength 1', after: 'minLength 2' },
      ],
      [
        'a greatest length',
        {},
        { maxLength: 9 },
        { rule: 'length narrowed', before: 'no limit', after: 'maxLength 9' },
      ],
      [
        'a higher minimum',
        integer(0),
        integer(1),
        { rule: 'bounds narrowed', before: 'minimum 0', after: 'minimum 1' },
      ],
      [
        'a lower maximum',
        integer(0, 100),
        integer(0, 99),
        { rule: 'bounds narrowed', before: 'maximum 100', after: 'maximum 99' },
      ],
      [
        'a minimum that is excluded from now on',
        { type: 'number', minimum: 0 },
        { type: 'number', exclusiveMinimum: 0 },
        { rule: 'bounds narrowed', before: 'minimum 0', after: 'exclusiveMinimum 0' },
      ],
      [
        'fewer items',
        list({}, { maxItems: 3 }),
        list({}, { maxItems: 2 }),
        { rule: 'items narrowed', before: 'maxItems 3', after: 'maxItems 2' },
      ],
      [
        'items that may repeat no more',
        list({}),
        list({}, { uniqueItems: true }),
        { rule: 'items narrowed', before: 'items may repeat', after: 'items are unique' },
      ],
    ],
  )('%s', (_name, before, after, expected) => {
    expect(changesOf(before, after)).toEqual([{ path: '/_acme/x', ...expected }]);
  });

  test('for every reason that there is, each with its path', () => {
    const before = object({ a: {}, b: list(object({ c: { enum: ['x'] } })), d: { type: 'boolean' } });
    const after = object({ b: list(object({ c: { enum: ['y'] } })), d: { type: 'number' } });
    expect(changesOf(before, after).map(({ rule, path }) => [rule, path])).toEqual([
      ['field removed', '/_acme/x/a'],
      ['values restricted', '/_acme/x/b[]/c'],
      ['type changed', '/_acme/x/d'],
    ]);
  });
});

describe('a change is accepted', () => {
  test.each<[string, FieldSchema | undefined, FieldSchema]>([
    ['a new field', undefined, {}],
    ['a new field of an object', object({ a: {} }), object({ a: {}, b: object({ c: {} }) })],
    ['a field that need not be there any more', object({ a: {} }, ['a']), object({ a: {} })],
    ['a new object whose own field must be there', undefined, object({ a: {} }, ['a'])],
    ['another title and description', { title: 'A' }, { title: 'B', description: 'b' }],
    ['more values', { enum: ['a'] }, { enum: ['b', 'a'] }],
    ['any value', { enum: ['a'] }, {}],
    ['labels', {}, { 'meta:enum': { a: 'A' } }],
    ['a field that is deprecated', {}, { 'meta:status': 'deprecated' }],
    ['a pattern that is dropped', { pattern: '^a' }, {}],
    ['wider lengths', { minLength: 2, maxLength: 3 }, { minLength: 1, maxLength: 4 }],
    ['a raised maximum of the same type', integer(0, 100), integer(0, 120)],
    ['a lowered minimum of the same type', integer(0, 100), integer(-100, 100)],
    [
      'a minimum that is included from now on',
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'number', minimum: 0 },
    ],
    ['bounds beyond safe integers, written otherwise', integer(-1e19, 1e19), integer(-9e18, 9e18)],
    ['more items', list({}, { minItems: 2 }), list({}, { minItems: 1 })],
  ])('%s', (_name, before, after) => {
    expect(changesOf(before, after)).toEqual([]);
  });

  test('to the same fields in another order, whatever they are', () => {
    const field = fc.oneof(
      fc.constant<FieldSchema>({ type: 'string' }),
      fc.integer({ min: 0, max: 500 }).map((maximum) => integer(0, maximum)),
      fc.constant(list(object({ a: {} }))),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), field), (fields) => {
        const reversed = Object.fromEntries(Object.entries(fields).reverse());
        expect(changesOf(object(fields), object(reversed))).toEqual([]);
      }),
    );
  });
});

describe('of a resource’s own parts', () => {
  test('a reference to another data type of the same fields is a change', () => {
    const field = (id: string): FieldSchema => ({ type: 'array', items: { $ref: id } });
    const [before, after] = [group({ x: field(contact.$id) }), group({ x: field(person.$id) })];
    expect(breakingChanges(rootOf(before), rootOf(after))).toEqual([]);
    expect(breakingPartChanges(before, after)).toEqual([
      { rule: 'reference changed', path: '/_acme/x[]', before: contact.$id, after: person.$id },
    ]);
  });

  test('a reference in a definition that refers to itself is found', () => {
    const tree = (id: string) =>
      tenantResource('datatypes', 'tree', {
        definitions: { node: { properties: { next: { $ref: '#/definitions/node' }, by: { $ref: id } } } },
        allOf: [{ $ref: '#/definitions/node' }],
      });
    expect(breakingPartChanges(tree(contact.$id), tree(person.$id))).toMatchObject([
      { rule: 'reference changed', path: '/by' },
    ]);
    expect(breakingPartChanges(tree(contact.$id), tree(contact.$id))).toEqual([]);
  });

  test('a field group that is left out, and another class, are changes; one more group is none', () => {
    const before = { ...schemaOf(PROFILE, PERSON_DETAILS), 'meta:class': PROFILE };
    const other = idOf('classes', 'other');
    expect(breakingPartChanges(before, { ...schemaOf(other), 'meta:class': other })).toEqual([
      { rule: 'class changed', path: '/meta:class', before: PROFILE, after: other },
      { rule: 'part removed', path: '/allOf', before: PERSON_DETAILS, after: 'nothing' },
    ]);
    const more = { ...schemaOf(PERSON_DETAILS, PROFILE, idOf('mixins', 'more')), 'meta:class': PROFILE };
    expect(breakingPartChanges(before, more)).toEqual([]);
  });

  test('a tag may come and not go', () => {
    const tagged = { ...schemaOf(PROFILE), 'meta:immutableTags': ['union'] };
    expect(removedTags(schemaOf(PROFILE), tagged)).toEqual([]);
    expect(removedTags(tagged, schemaOf(PROFILE))).toEqual([
      { rule: 'tag removed', path: '/meta:immutableTags', before: 'union', after: 'nothing' },
    ]);
  });
});
