import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { composeResource } from './compose/compose.ts';
import type { ObjectNode } from './compose/node.ts';
import {
  assignFieldIds,
  type FieldIdAssignment,
  type IcebergJsonField,
  type IcebergJsonType,
} from './iceberg-schema.ts';
import type { FieldSchema } from './registry/resource.ts';
import { standardLookup, standardResources } from './registry/standard-library.ts';
import {
  EXPERIENCE_EVENT,
  PERSON_DETAILS,
  PERSONAL_DETAILS,
  PROFILE,
  schemaOf,
  tenantResource,
} from './test-resources.ts';

function rootOf(properties: Readonly<Record<string, FieldSchema>>): ObjectNode {
  return resolved(tenantResource('datatypes', 'type', { properties }));
}

function resolved(resource: Parameters<typeof composeResource>[0]): ObjectNode {
  const outcome = composeResource(resource, standardLookup);
  if (!outcome.ok) throw new Error(outcome.problems[0]?.message);
  return outcome.value.root;
}

/** Every id of an assignment by path and type; a column whose type changes is another column. */
function idsByPath({ schema }: FieldIdAssignment): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const visitFields = (fields: readonly IcebergJsonField[], path: string) => {
    for (const { name, id, type } of fields) {
      ids.set(`${path}.${name}`, id);
      visit(type, `${path}.${name}`);
    }
  };
  const visit = (type: IcebergJsonType, path: string) => {
    if (typeof type === 'string') return;
    if (type.type === 'struct') visitFields(type.fields, path);
    if (type.type === 'list') {
      ids.set(`${path}[]`, type['element-id']);
      visit(type.element, `${path}[]`);
    }
    if (type.type === 'map') {
      ids.set(`${path}{key}`, type['key-id']);
      ids.set(`${path}{}`, type['value-id']);
      visit(type.value, `${path}{}`);
    }
  };
  visitFields(schema.fields, '');
  return ids;
}

test('every XDM type has its Iceberg type, and every column is optional', () => {
  const { schema } = assignFieldIds(
    rootOf({
      string: {},
      number: { type: 'number' },
      long: { type: 'integer', maximum: 1e12 },
      int: { type: 'integer' },
      short: { type: 'integer', minimum: 0, maximum: 1_000 },
      byte: { type: 'integer', minimum: 0, maximum: 100 },
      boolean: { type: 'boolean' },
      date: { type: 'string', format: 'date' },
      time: { type: 'string', format: 'date-time' },
    }),
  );
  expect(schema.fields.map(({ name, type }) => [name, type])).toEqual([
    ['string', 'string'],
    ['number', 'double'],
    ['long', 'long'],
    ['int', 'int'],
    ['short', 'int'],
    ['byte', 'int'],
    ['boolean', 'boolean'],
    ['date', 'date'],
    ['time', 'timestamptz'],
  ]);
  expect(schema.fields.every(({ required }) => !required)).toBe(true);
});

test('structs, lists and maps are numbered one level before the next', () => {
  const { schema, lastColumnId } = assignFieldIds(
    rootOf({
      tags: { type: 'array', items: {} },
      totals: { type: 'object', additionalProperties: { type: 'integer' } },
      name: { properties: { first: {}, last: {} } },
    }),
  );
  expect(schema).toEqual({
    type: 'struct',
    'schema-id': 0,
    fields: [
      {
        id: 1,
        name: 'tags',
        required: false,
        type: { type: 'list', 'element-id': 4, element: 'string', 'element-required': false },
      },
      {
        id: 2,
        name: 'totals',
        required: false,
        type: {
          type: 'map',
          'key-id': 5,
          key: 'string',
          'value-id': 6,
          value: 'int',
          'value-required': false,
        },
      },
      {
        id: 3,
        name: 'name',
        required: false,
        type: {
          type: 'struct',
          fields: [
            { id: 7, name: 'first', required: false, type: 'string' },
            { id: 8, name: 'last', required: false, type: 'string' },
          ],
        },
      },
    ],
  });
  expect(lastColumnId).toBe(8);
});

describe('with a previous assignment', () => {
  const first = assignFieldIds(rootOf({ a: {}, n: { type: 'integer' }, o: { properties: { x: {} } } }));

  test('and the same fields, nothing changes', () => {
    const again = assignFieldIds(
      rootOf({ a: {}, n: { type: 'integer' }, o: { properties: { x: {} } } }),
      first,
    );
    expect(again).toEqual(first);
  });

  test('known columns keep their ids wherever they stand, new ones get ids above', () => {
    const next = assignFieldIds(
      rootOf({ o: { properties: { y: {}, x: {} } }, z: {}, n: { type: 'integer' }, a: {} }),
      first,
    );
    expect(Object.fromEntries(idsByPath(next))).toEqual({
      '.a': 1,
      '.n': 2,
      '.o': 3,
      '.o.x': 4,
      '.z': 5,
      '.o.y': 6,
    });
    expect(next.schema['schema-id']).toBe(1);
  });

  test('an integer that widens keeps its id; another type is another column', () => {
    const wider = assignFieldIds(
      rootOf({ n: { type: 'integer', maximum: 1e12 }, a: { type: 'boolean' } }),
      first,
    );
    expect(Object.fromEntries(idsByPath(wider))).toEqual({ '.n': 2, '.a': 5 });
  });

  test('the id of a dropped column is never given out again', () => {
    const dropped = assignFieldIds(rootOf({ a: {} }), first);
    const back = assignFieldIds(rootOf({ a: {}, o: { properties: { x: {} } } }), dropped);
    expect(Object.fromEntries(idsByPath(back))).toEqual({ '.a': 1, '.o': 5, '.o.x': 6 });
  });
});

test('objects that declare nothing are left out, and so is what holds only them', () => {
  const { schema, leftOut } = assignFieldIds(
    rootOf({
      kept: {},
      empty: { type: 'object' },
      holder: { properties: { inner: { type: 'object' } } },
      list: { type: 'array', items: { type: 'object' } },
      mixed: { properties: { kept: {}, gone: { type: 'object' } } },
    }),
  );
  expect(schema.fields.map(({ name }) => name)).toEqual(['kept', 'mixed']);
  expect(leftOut.map(({ path }) => path)).toEqual(['empty', 'holder', 'list[]', 'mixed.gone']);
});

test('of names that differ only in case the deprecated one is left out', () => {
  const { schema, leftOut } = assignFieldIds(
    resolved(schemaOf('https://ns.adobe.com/xdm/context/poi-detail')),
  );
  expect(schema.fields.map(({ name }) => name)).toContain('poiID');
  expect(leftOut).toEqual([{ path: 'POIID', reason: 'name-differs-only-in-case' }]);
});

test('no id is given out twice in the largest schema there is', () => {
  const groups = standardResources('mixins').filter((group) =>
    group['meta:intendedToExtend']?.includes(EXPERIENCE_EVENT),
  );
  const assignment = assignFieldIds(resolved(schemaOf(EXPERIENCE_EVENT, ...groups.map(({ $id }) => $id))));
  const ids = [...idsByPath(assignment).values()];
  expect(new Set(ids).size).toBe(ids.length);
  expect(Math.max(...ids)).toBe(assignment.lastColumnId);
});

test('adding groups never changes an id', () => {
  const groups = standardResources('mixins')
    .filter((group) => group['meta:intendedToExtend']?.includes(PROFILE))
    .map(({ $id }) => $id);
  fc.assert(
    fc.property(
      fc.subarray(groups, { maxLength: 8 }),
      fc.subarray(groups, { maxLength: 8 }),
      (before, added) => {
        const first = assignFieldIds(resolved(schemaOf(PROFILE, PERSON_DETAILS, ...before)));
        const next = assignFieldIds(
          resolved(schemaOf(...added, PERSONAL_DETAILS, ...before, PERSON_DETAILS, PROFILE)),
          first,
        );
        const ids = idsByPath(next);
        for (const [path, id] of idsByPath(first)) expect(ids.get(path), path).toBe(id);
        expect(new Set(ids.values()).size).toBe(ids.size);
      },
    ),
    { numRuns: 40 },
  );
});
