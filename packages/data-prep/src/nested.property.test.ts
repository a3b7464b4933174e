import type { SourceType } from '@tributary/xdm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canConvert } from './sql/conversion.ts';
import { Evaluator } from './testing/evaluate.ts';
import { planExpression } from './validate.ts';

const object = (fields: Readonly<Record<string, SourceType>>): SourceType => {
  return { kind: 'object', fields: Object.entries(fields).map(([name, type]) => ({ name, type })) };
};
const types: Readonly<Record<string, SourceType>> = {
  s: 'string',
  n: 'long',
  d: 'date-time',
  j: 'json',
  o: object({ k: 'string', v: 'long', in: object({ at: 'date-time' }) }),
  os: { kind: 'array', items: object({ k: 'string', v: 'number' }) },
  xs: { kind: 'array', items: 'long' },
  m: { kind: 'map', values: 'decimal' },
};
const columns = Object.entries(types).map(([name, type]) => ({ name, type }));

const shapes = [
  ...[
    'A == B',
    'A < B',
    'A + B',
    'A ?? B',
    'A ?: B',
    'iif(A, B, A)',
    'A ? B : null',
    'A && B',
    '-A',
    'A * B',
  ],
  ...[
    'coalesce(A, B)',
    'coalesce(A)',
    'first(A)',
    'last(A, B)',
    'decode(A, B, A, "x")',
    'min(A, B)',
    'size_of(A)',
  ],
  ...[
    '[A, B]',
    '[A]',
    '{"k": A, "v": B}',
    '{A: B}',
    'to_object("k", A, "v", B)',
    'to_object(A, B)',
    'is_empty(A)',
  ],
  ...['A.k', 'A.in.at', 'A["k"]', 'A[0]', 'A[B]', 'A.get(B)', 'A.get("k")', 'contains_key("o.in.at")'],
  ...[
    'add_to_map(A, B)',
    'map_get_values(A, B)',
    'map_get_values(A, ["k", B])',
    'map_has_keys(A, B)',
    'get_keys(A)',
  ],
  ...[
    'array_to_map(A, "k")',
    'object_to_map(A, k)',
    'object_to_map(A)',
    'to_map("k", A, B, B)',
    'join(A, B)',
  ],
  ...['filterArray(A, e -> e.k == B)', 'filterArray(A, e -> e > B)', 'transformArray(A, e -> [e, B])'],
  ...[
    'transformArray(A, e -> transformArray(B, s -> concat(e, s)))',
    'transformArray(A, e -> to_integer(e))',
  ],
  ...[
    'flattenArray([A, B])',
    'flattenArray(A)',
    'array_to_string(A, [B, A])',
    'add_to_array(A, B)',
    'join_arrays(A, B)',
  ],
  ...[
    'to_array(A, B, null)',
    'arrays_to_object("k", A, "v", B)',
    'arrays_to_object(A, B)',
    'json_to_object(A)',
  ],
  ...[
    'str_to_object(A, B)',
    'get_values(A, B, ":")',
    'upsert_array_append(A)',
    'concat(A, B)',
    'upper(A)',
    'to_decimal(A)',
  ],
  ...[
    'aa_get_event_id(A, B)',
    'aa_get_product_names(A)',
    'aa_get_product_event_values(A, B)',
    'format(A, "yyyy")',
  ],
];
const leaf = fc.constantFrom(
  's',
  'n',
  'd',
  'j',
  'o',
  'os',
  'xs',
  'm',
  'o.in',
  'os.k',
  'null',
  '"k"',
  '1',
  '[]',
  '{:}',
  'true',
);
const expression = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(fc.constantFrom(...shapes), tie('expression'), tie('expression')).map(([shape, one, other]) => {
      return `(${shape.replaceAll(/\b[AB]\b/g, (letter) => (letter === 'A' ? one : other))})`;
    }),
  ),
})).expression;

const row = fc.record({
  s: fc.option(fc.constantFrom('k', '', 'a:1,b', '{"k": [1]}', '7', 'k;n;1;2;e=1:x')),
  n: fc.option(fc.constantFrom(0, 1, -3)),
  d: fc.option(fc.constant('2020-01-05T03:04:05Z')),
  j: fc.option(fc.jsonValue({ maxDepth: 2 })),
  o: fc.option(fc.constantFrom({ k: 'a', v: 1, in: { at: null } }, { k: null, v: null, in: null })),
  os: fc.option(
    fc.constantFrom(
      [],
      [null],
      [
        { k: 'k', v: 1.5 },
        { k: null, v: null },
        { k: 'k', v: 2 },
      ],
    ),
  ),
  xs: fc.option(fc.constantFrom([], [null], [3, 1, 2])),
  m: fc.option(fc.constantFrom({}, { k: 1.25 }, { k: null, b: 2 })),
});

let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await Evaluator.start();
});
afterAll(() => evaluator.stop());

it('no valid expression over nested values raises, whatever the row', async () => {
  let evaluated = 0;
  await fc.assert(
    fc.asyncProperty(expression, row, async (text, values) => {
      const planned = planExpression(text, columns);
      if (!planned.ok) return;
      evaluated++;
      const { value, fails } = await evaluator.evaluatePlan(planned.expression, values, columns, undefined);
      if (fails) expect(value).toBeNull();
    }),
    { numRuns: Number(process.env.FUZZ ?? 300) },
  );
  expect(evaluated).toBeGreaterThan(50);
});

it('no conversion raises, and each gives null or fails where it has no value', async () => {
  const type = fc.constantFrom(...Object.values(types), 'date', 'boolean', 'integer');
  const goal = fc.constantFrom(...Object.values(types), 'date' as const, 'byte' as const, 'time' as const);
  await fc.assert(
    fc.asyncProperty(type, goal, row, async (from, to, values) => {
      const name = Object.keys(types).find((key) => types[key] === from);
      if (!canConvert(from, to)) return;
      const value = name === undefined ? null : values[name as keyof typeof values]; // a key of both
      const outcome = await evaluator.convert(value, from, to);
      if (outcome.fails) expect(outcome.value).toBeNull();
      if (value === null) expect(outcome).toEqual({ value: null, fails: false });
    }),
    { numRuns: 200 },
  );
});
