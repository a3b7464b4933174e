import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FieldSchema, RegistryResource } from '../registry/resource.ts';
import { lookupOver, standardLookup, standardResources } from '../registry/standard-library.ts';
import {
  EXPERIENCE_EVENT,
  idOf,
  PERSON_DETAILS,
  PERSONAL_DETAILS,
  PROFILE,
  schemaOf,
  tenantResource,
} from '../test-resources.ts';
import { composeSchema, type ResolvedSchema } from './compose.ts';
import { leafTypes } from './leaves.test-kit.ts';
import { nodeAt } from './node-path.ts';

function composed(schema: RegistryResource, ...tenant: readonly RegistryResource[]): ResolvedSchema {
  const outcome = composeSchema(schema, lookupOver(tenant));
  if (!outcome.ok) throw new Error(outcome.problems.map(({ message }) => message).join('\n'));
  return outcome.value;
}

function problemsOf(schema: RegistryResource, ...tenant: readonly RegistryResource[]) {
  const outcome = composeSchema(schema, lookupOver(tenant));
  return outcome.ok ? [] : outcome.problems;
}

function group(name: string, properties: Readonly<Record<string, FieldSchema>>): RegistryResource {
  return tenantResource('mixins', name, { properties });
}

describe('a schema of profile, person details and personal details', () => {
  const schema = composed(schemaOf(PROFILE, PERSON_DETAILS, PERSONAL_DETAILS));

  test('has exactly the leaves that the platform gives it', () => {
    const url = new URL('./profile-with-details.leaves.json', import.meta.url);
    const { leaves } = JSON.parse(readFileSync(url, 'utf8'));
    expect(Object.fromEntries(leafTypes(schema.root))).toEqual(leaves);
  });

  test('knows its class, behaviour and everything it extends', () => {
    expect(schema).toMatchObject({
      classId: PROFILE,
      behavior: 'https://ns.adobe.com/xdm/data/record',
      extends: [
        PROFILE,
        'https://ns.adobe.com/xdm/common/auditable',
        'https://ns.adobe.com/xdm/data/record',
        PERSON_DETAILS,
        PERSONAL_DETAILS,
      ],
    });
  });

  test('carries constraints, titles and JSON-LD names to the leaves', () => {
    expect(nodeAt(schema.root, ['person', 'birthYear'])).toMatchObject({
      node: { xdmType: 'short', constraints: { minimum: 1, maximum: 32_767 } },
    });
    expect(nodeAt(schema.root, ['_repo', 'createDate'])).toMatchObject({
      node: { annotations: { 'meta:xdmField': 'repo:createDate' } },
    });
    expect(nodeAt(schema.root, ['homeAddress'])).toMatchObject({ node: { title: 'Home Address' } });
  });
});

test('arrays and maps show in the paths of leaves', () => {
  const leaves = leafTypes(composed(schemaOf(EXPERIENCE_EVENT)).root);
  expect(leaves.get('identityMap{}[].id')).toBe('string');
  expect(leaves.get('timestamp')).toBe('date-time');
});

test('required fields come from class and behaviour', () => {
  const { root } = composed(schemaOf(EXPERIENCE_EVENT));
  expect(root.required).toEqual(new Set(['_id', 'timestamp']));
});

test('a name that is required but defined nowhere is not required in the end', () => {
  const loose = tenantResource('mixins', 'loose', {
    properties: { _acme: { type: 'object', properties: { a: {} }, required: ['a', 'ghost'] } },
    required: ['_acme', 'personID', 'ghost'],
  });
  const { root } = composed(schemaOf(PROFILE, loose.$id), loose);
  expect(root.required).toEqual(new Set(['_acme', 'personID']));
  expect(nodeAt(root, ['_acme'])).toMatchObject({ node: { required: new Set(['a']) } });
});

test('groups add to each other and to standard objects at any depth', () => {
  const one = group('one', { person: { properties: { _acme: { properties: { tier: {} } } } } });
  const two = group('two', {
    person: { properties: { _acme: { properties: { points: { type: 'integer' } } } } },
  });
  const leaves = leafTypes(composed(schemaOf(PROFILE, PERSON_DETAILS, one.$id, two.$id), one, two).root);
  expect(leaves.get('person._acme.tier')).toBe('string');
  expect(leaves.get('person._acme.points')).toBe('int');
  expect(leaves.get('person.name.firstName')).toBe('string');
});

test('constraints that two parts give to one field hold both', () => {
  const one = group('one', {
    _acme: { properties: { code: { enum: ['a', 'b'], minLength: 1, maxLength: 9 } } },
  });
  const two = group('two', { _acme: { properties: { code: { enum: ['b', 'c'], minLength: 2 } } } });
  const { root } = composed(schemaOf(PROFILE, one.$id, two.$id), one, two);
  expect(nodeAt(root, ['_acme', 'code'])).toMatchObject({
    node: { constraints: { enum: ['b'], minLength: 2, maxLength: 9 } },
  });
});

describe('a data type', () => {
  const contact = tenantResource('datatypes', 'contact', {
    definitions: { channel: { enum: ['mail', 'phone'] } },
    properties: {
      channel: { $ref: '#/definitions/channel' },
      address: { $ref: 'https://ns.adobe.com/xdm/common/address' },
    },
  });

  test('is followed from fields, list elements and map values, and reads its own definitions', () => {
    const uses = group('uses', {
      _acme: {
        properties: {
          one: { $ref: contact.$id },
          many: { type: 'array', items: { $ref: contact.$id } },
          named: { type: 'object', additionalProperties: { $ref: contact.$id } },
        },
      },
    });
    const leaves = leafTypes(composed(schemaOf(PROFILE, uses.$id), contact, uses).root);
    for (const path of ['_acme.one', '_acme.many[]', '_acme.named{}']) {
      expect(leaves.get(`${path}.channel`)).toBe('string');
      expect(leaves.get(`${path}.address._schema.latitude`)).toBe('number');
    }
  });

  test('inside itself is refused where it comes again', () => {
    const id = idOf('datatypes', 'employee');
    const employee = tenantResource('datatypes', 'employee', {
      properties: { name: {}, manager: { $ref: id }, reports: { type: 'array', items: { $ref: id } } },
    });
    const uses = group('uses', { _acme: { properties: { employee: { $ref: id } } } });
    const outcome = composeSchema(schemaOf(PROFILE, uses.$id), lookupOver([employee, uses]));
    const problems = outcome.ok ? [] : outcome.problems;
    expect(problems.map(({ path }) => path)).toEqual([
      '/_acme/employee/manager',
      '/_acme/employee/reports[]',
    ]);
    for (const { message } of problems) expect(message).toContain(`${id} contains itself`);
  });
});

describe('a schema is refused', () => {
  test('with an unknown reference, naming it and the field', () => {
    const broken = group('broken', { _acme: { properties: { x: { $ref: 'urn:nowhere' } } } });
    expect(problemsOf(schemaOf(PROFILE, broken.$id, 'urn:lost'), broken)).toMatchObject([
      { code: 'XDM-1000-400', path: '/_acme/x', message: expect.stringContaining('urn:nowhere') },
      { code: 'XDM-1000-400', path: '', message: expect.stringContaining('urn:lost') },
    ]);
  });

  test('without a class', () => {
    expect(problemsOf(schemaOf(PERSON_DETAILS))).toMatchObject([
      { path: '/allOf', message: expect.stringContaining('no class') },
    ]);
  });

  test('with two classes, naming both', () => {
    const [problem] = problemsOf(schemaOf(PROFILE, EXPERIENCE_EVENT));
    expect(problem?.message).toContain(PROFILE);
    expect(problem?.message).toContain(EXPERIENCE_EVENT);
  });

  test('with a data type or another schema among its parts', () => {
    const other = tenantResource('schemas', 'other', { allOf: [{ $ref: PROFILE }] });
    const address = 'https://ns.adobe.com/xdm/common/address';
    expect(problemsOf(schemaOf(PROFILE, address, other.$id), other)).toMatchObject([
      { path: '/allOf/1/$ref', message: expect.stringContaining('data type') },
      { path: '/allOf/2/$ref', message: expect.stringContaining('schema') },
    ]);
  });

  test('with two types at one path, naming the path and both types', () => {
    const one = group('one', { person: { properties: { name: { type: 'string' } } } });
    expect(problemsOf(schemaOf(PROFILE, PERSON_DETAILS, one.$id), one)).toMatchObject([
      {
        code: 'XDM-1413-400',
        path: '/person/name',
        message: expect.stringMatching(/object.*string.*Types: object, string/),
      },
    ]);
  });

  test('with two integer types at one path inside a list', () => {
    const one = group('one', { _acme: { properties: { l: { type: 'array', items: { type: 'integer' } } } } });
    const two = group('two', {
      _acme: { properties: { l: { type: 'array', items: { type: 'integer', maximum: 1e12 } } } },
    });
    expect(problemsOf(schemaOf(PROFILE, one.$id, two.$id), one, two)).toMatchObject([
      { code: 'XDM-1413-400', path: '/_acme/l[]', message: expect.stringContaining('int, long') },
    ]);
  });

  test('with names that differ only in case', () => {
    const one = group('one', { _acme: { properties: { email: {} } } });
    const two = group('two', { _acme: { properties: { eMail: {} } } });
    expect(problemsOf(schemaOf(PROFILE, one.$id, two.$id), one, two)).toMatchObject([
      { code: 'XDM-1413-400', path: '/_acme/eMail', message: expect.stringContaining('only in case') },
    ]);
  });

  test('with lists of values that have none in common', () => {
    const one = group('one', { _acme: { properties: { size: { enum: ['s'] } } } });
    const two = group('two', { _acme: { properties: { size: { enum: ['xl'] } } } });
    expect(problemsOf(schemaOf(PROFILE, one.$id, two.$id), one, two)).toMatchObject([
      { code: 'XDM-1413-400', path: '/_acme/size' },
    ]);
  });

  test.each([
    ['numbers', { type: 'integer', minimum: 1, maximum: 2 }, { type: 'integer', minimum: 3, maximum: 4 }],
    ['lengths of texts', { maxLength: 2 }, { minLength: 3 }],
    [
      'lengths of lists',
      { type: 'array', items: {}, maxItems: 2 },
      { type: 'array', items: {}, minItems: 3 },
    ],
  ])('with limits that no value satisfies: %s', (_name, left, right) => {
    const [one, two] = [
      group('one', { _acme: { properties: { f: left } } }),
      group('two', { _acme: { properties: { f: right } } }),
    ];
    expect(composeSchema(schemaOf(PROFILE, one.$id, two.$id), lookupOver([one, two]))).toMatchObject({
      problems: [
        { code: 'XDM-1413-400', path: '/_acme/f', message: expect.stringContaining('No value of /_acme/f') },
      ],
    });
  });

  test('that multiplies beyond measure, quickly', () => {
    const levels = Array.from({ length: 60 }, (_, level) => {
      const next = { $ref: idOf('datatypes', `level${level + 1}`) };
      return tenantResource('datatypes', `level${level}`, { properties: { left: next, right: next } });
    });
    const end = tenantResource('datatypes', 'level60', { properties: { leaf: {} } });
    const bomb = group('bomb', { _acme: { properties: { bomb: { $ref: idOf('datatypes', 'level0') } } } });
    const problems = problemsOf(schemaOf(PROFILE, bomb.$id), bomb, end, ...levels);
    expect(problems.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/More than .* fields/),
    );
  });

  test('that does not exist', () => {
    expect(composeSchema('urn:nowhere', standardLookup)).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining('urn:nowhere') }],
    });
  });
});

test('the order of field groups does not change the leaves', () => {
  const groups = standardResources('mixins')
    .filter((resource) => resource['meta:intendedToExtend']?.includes(EXPERIENCE_EVENT))
    .map((resource) => resource.$id);
  const orders = fc
    .subarray(groups, { minLength: 1, maxLength: 12 })
    .chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })));
  fc.assert(
    fc.property(orders, ([some, shuffled]) => {
      const leaves = leafTypes(composed(schemaOf(EXPERIENCE_EVENT, ...some)).root);
      const others = leafTypes(composed(schemaOf(...shuffled, EXPERIENCE_EVENT)).root);
      expect(new Map([...others].sort())).toEqual(new Map([...leaves].sort()));
    }),
    { numRuns: 30 },
  );
});
