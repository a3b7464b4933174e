import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeResource } from './compose/compose.ts';
import type { Constraints, ObjectNode } from './compose/node.ts';
import { breakingChanges } from './evolution/evolution.ts';
import { decimalDigits, decimalField, MAX_PRECISION, MAX_SCALE, scaleOf } from './exact-decimals.ts';
import { assignFieldIds } from './iceberg-schema.ts';
import { fieldProblems } from './registry/field-check.ts';
import type { FieldSchema } from './registry/resource.ts';
import { standardLookup } from './registry/standard-library.ts';
import { tenantResource } from './test-resources.ts';

const CENTS: FieldSchema = { type: 'number', multipleOf: 0.01 };

function rootOf(amount: FieldSchema): ObjectNode {
  const outcome = composeResource(
    tenantResource('datatypes', 'type', { properties: { amount } }),
    standardLookup,
  );
  if (!outcome.ok) throw new Error(outcome.problems[0]?.message);
  return outcome.value.root;
}

function constraintsOf(field: FieldSchema): Constraints {
  const node = rootOf(field).properties.get('amount');
  return node?.kind === 'scalar' ? node.constraints : {};
}

const columnOf = (field: FieldSchema, previous?: ReturnType<typeof assignFieldIds>) =>
  assignFieldIds(rootOf(field), previous);

describe('a number that is a multiple of a power of ten', () => {
  it.each<[FieldSchema, string]>([
    [{ type: 'number' }, 'double'],
    [CENTS, 'decimal(38, 2)'],
    [{ type: 'number', multipleOf: 1 }, 'decimal(38, 0)'],
    [{ type: 'number', multipleOf: 1e-18 }, 'decimal(38, 18)'],
    [{ ...CENTS, minimum: 0 }, 'decimal(38, 2)'],
    [{ ...CENTS, minimum: 0, maximum: 100 }, 'decimal(5, 2)'],
    [{ ...CENTS, minimum: 0, exclusiveMaximum: 100 }, 'decimal(4, 2)'],
    [{ ...CENTS, minimum: -1000, maximum: 9.5 }, 'decimal(6, 2)'],
    [{ ...CENTS, minimum: 0, exclusiveMaximum: 0.5 }, 'decimal(2, 2)'],
    [{ ...CENTS, exclusiveMinimum: -1e16, exclusiveMaximum: 1e16 }, 'decimal(18, 2)'],
    [{ ...CENTS, minimum: -1e300, maximum: 1e300 }, 'decimal(38, 2)'],
    [{ type: 'number', multipleOf: 1, minimum: 0, maximum: 0 }, 'decimal(1, 0)'],
  ])('%j has a column of type %s', (field, type) => {
    expect(fieldProblems(field, '')).toEqual([]);
    expect(columnOf(field).schema.fields).toMatchObject([{ name: 'amount', type }]);
  });

  it('is the only one that may say so', () => {
    const refused = [0.05, 10, 0, -0.01, 1e-19, '0.01', null];
    for (const multipleOf of refused) {
      expect(fieldProblems({ type: 'number', multipleOf }, '')).toMatchObject([
        { path: '/multipleOf', message: expect.stringContaining('power of ten') },
      ]);
    }
    for (const type of ['integer', 'string', undefined]) {
      expect(fieldProblems({ ...(type && { type }), multipleOf: 0.01 }, '')).toMatchObject([
        { path: '/multipleOf', message: expect.stringContaining('Only fields of type number') },
      ]);
    }
  });

  it('of two parts that say so keeps to both', () => {
    const parts = [0.001, 0.1].map((multipleOf, index) =>
      tenantResource('datatypes', `part${index}`, { properties: { x: { type: 'number', multipleOf } } }),
    );
    const whole = tenantResource('datatypes', 'whole', { allOf: parts.map(({ $id }) => ({ $ref: $id })) });
    const find = (id: string) => parts.find(({ $id }) => $id === id) ?? standardLookup.find(id);
    const outcome = composeResource(whole, { find });
    expect(outcome.ok && outcome.value.root.properties.get('x')).toMatchObject({
      constraints: { multipleOf: 0.1 },
    });
  });
});

describe('the field of a source’s decimals', () => {
  it('has room for all of them and no more, whatever their digits', () => {
    const digits = fc
      .record({
        precision: fc.integer({ min: 1, max: MAX_PRECISION }),
        scale: fc.integer({ min: 0, max: MAX_SCALE }),
      })
      .filter(({ precision, scale }) => scale <= precision);
    fc.assert(
      fc.property(digits, (wanted) => {
        const field = decimalField(wanted);
        expect(fieldProblems(JSON.parse(JSON.stringify(field)), '')).toEqual([]);
        expect(scaleOf(field.multipleOf)).toBe(wanted.scale);
        const made = decimalDigits(constraintsOf(field));
        // Beyond 10^22 doubles hold no longer every power of ten, so that there are no bounds.
        const isBounded = wanted.precision - wanted.scale <= 22 && wanted.precision < MAX_PRECISION;
        expect(made).toEqual(isBounded ? wanted : { ...wanted, precision: MAX_PRECISION });
      }),
    );
  });

  it('has no bounds where a source has more digits than any table', () => {
    expect(decimalField({ precision: 65, scale: 2 })).toEqual(CENTS);
  });

  it('is a plain number where they have more places than any mapping keeps', () => {
    expect(decimalField({ precision: 30, scale: 20 })).toEqual({ type: 'number' });
    expect(decimalField({ precision: 5, scale: -2 })).toEqual({ type: 'number' });
  });
});

describe('once it is used', () => {
  it.each<[FieldSchema, FieldSchema]>([
    [CENTS, { type: 'number' }],
    [{ type: 'number' }, CENTS],
    [CENTS, { ...CENTS, multipleOf: 0.001 }],
  ])('%j may not become %j', (before, after) => {
    expect(breakingChanges(rootOf(before), rootOf(after))).toMatchObject([
      { rule: 'scale changed', path: '/amount' },
    ]);
  });

  it('may have wider bounds, and its column keeps its id', () => {
    const before = { ...CENTS, exclusiveMinimum: -1e4, exclusiveMaximum: 1e4 };
    const after = { ...CENTS, exclusiveMinimum: -1e6, exclusiveMaximum: 1e6 };
    expect(breakingChanges(rootOf(before), rootOf(after))).toEqual([]);
    const [narrow, wide] = [columnOf(before), columnOf(after, columnOf(before))];
    expect(narrow.schema.fields).toMatchObject([{ id: 1, type: 'decimal(6, 2)' }]);
    expect(wide.schema.fields).toMatchObject([{ id: 1, type: 'decimal(8, 2)' }]);
    expect(columnOf(before, wide)).toEqual(wide);
  });

  it('keeps a column of doubles that was made before it had a scale', () => {
    const doubles = columnOf({ type: 'number' });
    expect(columnOf(CENTS, doubles)).toEqual(doubles);
  });

  it('with another scale, or none, is another column', () => {
    const cents = columnOf(CENTS);
    expect(columnOf({ type: 'number', multipleOf: 0.1 }, cents).schema.fields).toMatchObject([
      { id: 2, type: 'decimal(38, 1)' },
    ]);
    expect(columnOf({ type: 'number' }, cents).schema.fields).toMatchObject([{ id: 2, type: 'double' }]);
  });
});
