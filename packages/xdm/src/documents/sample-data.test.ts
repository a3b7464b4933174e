import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeSchema } from '../compose/compose.ts';
import type { Constraints, ObjectNode, XdmNode } from '../compose/node.ts';
import { standardLookup, standardResources } from '../registry/standard-library.ts';
import { sampleRecord } from './sample-data.ts';
import { validateDocument } from './validate-document.ts';

/** A schema of one field. */
const rootOf = (field: XdmNode): ObjectNode => ({
  kind: 'object',
  properties: new Map([['f', field]]),
  required: new Set(['f']),
});
const text = (constraints: Constraints): XdmNode => ({ kind: 'scalar', xdmType: 'string', constraints });

describe('a sample record', () => {
  it.each(standardResources('schemas').map(({ $id }) => $id))('of %s keeps to its schema', (id) => {
    const composed = composeSchema(id, standardLookup);
    if (!composed.ok) throw new Error(composed.problems[0]?.message);
    const sample = sampleRecord(composed.value.root);
    expect(validateDocument(composed.value.root, sample)).toEqual([]);
    expect(Object.keys(sample).length).toBeGreaterThan(0);
  });

  it('keeps to whatever constraints a field has', () => {
    const node = fc.record(
      {
        minLength: fc.nat(20),
        maxLength: fc.integer({ min: 20, max: 40 }),
        pattern: fc.constantFrom(
          '^[A-Z]{2}-\\d+$',
          '(ab|cd)*',
          '^x?[^a-z]+$',
          '\\w+@\\w+',
          '^(?:\\.|[\\]^-])+$',
          '^\\u0041{1,50}$',
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(node, (constraints) => {
        const root = rootOf(text(constraints));
        expect(validateDocument(root, sampleRecord(root))).toEqual([]);
      }),
    );
  });

  it('keeps to bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: 2, max: 50 }),
        fc.boolean(),
        (low, width, isWhole) => {
          const constraints = { exclusiveMinimum: low, exclusiveMaximum: low + width };
          const field = { kind: 'scalar', xdmType: isWhole ? 'int' : 'number', constraints } as const;
          const root = rootOf(field);
          expect(validateDocument(root, sampleRecord(root))).toEqual([]);
        },
      ),
    );
  });

  it.each<[string, XdmNode]>([
    ['a text as long as a book', text({ minLength: 900_000_000 })],
    ['a long text of a pattern', text({ pattern: '^x', minLength: 600_000_000 })],
    [
      'a pattern that grows without end and never to the length',
      text({ pattern: '^((((a+)+)+)+)+b$', minLength: 500_000, maxLength: 500_001 }),
    ],
    [
      'a long list of values that are all too short',
      text({ enum: Array.from({ length: 50_000 }, (_, index) => `${index}`), minLength: 100 }),
    ],
    [
      'lists of lists of lists',
      Array.from({ length: 40 }).reduce<XdmNode>(
        (items) => ({ kind: 'array', items, constraints: { minItems: 10 } }),
        text({}),
      ),
    ],
    ['a list that is too long to show', { kind: 'array', items: text({}), constraints: { minItems: 1e15 } }],
  ])('leaves out %s', (_, field) => {
    expect(sampleRecord(rootOf(field))).toEqual({});
  });
});
