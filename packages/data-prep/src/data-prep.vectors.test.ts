import type { XdmScalarType } from '@tributary/xdm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fixture from './data-prep.vectors.json' with { type: 'json' };
import { findFunction, functionTable } from './functions/table.ts';
import { Evaluator, type Row } from './testing/evaluate.ts';

interface Vector {
  readonly function: string;
  readonly expression: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: unknown;
  readonly note?: string;
  readonly target?: XdmScalarType;
  readonly destination?: string;
  readonly sourceType?: string;
}

const vectors: readonly Vector[] = fixture as readonly Vector[]; // JSON widens the target to string

/** Functions that this language does not have, as the vectors call them; `(…)` test the language itself. */
function missingFunctions({ expression }: Vector): readonly string[] {
  const called = [
    ...expression.replaceAll(/"(?:\\.|[^"])*"|'(?:\\.|[^'])*'/g, '').matchAll(/([A-Za-z_]\w*)\s*\(/g),
  ];
  return called
    .map(([, name = '']) => name)
    .filter((name) => findFunction(name) === undefined && name !== 'not');
}

/** Source columns hold single values: a nested field is a column with dots in its name, and arrays are out of reach. */
function flatten(value: unknown, prefix: readonly string[] = []): Row | undefined {
  if (Array.isArray(value)) return undefined;
  if (typeof value !== 'object' || value === null) {
    const isScalar = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    return isScalar ? ({ [prefix.join('.')]: value } as Row) : undefined; // checked in the line before
  }
  const parts = Object.entries(value).map(([name, child]) => flatten(child, [...prefix, name]));
  return parts.includes(undefined) ? undefined : Object.assign({}, ...parts);
}

const testable = vectors.filter((vector) => missingFunctions(vector).length === 0);
/** Those whose expectation the documentation itself leaves in doubt prove nothing. */
const flat = testable.filter(
  ({ destination, input, note }) =>
    destination === undefined && flatten(input) !== undefined && !note?.startsWith('doubtful'),
);

describe('vectors of the documentation', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(async () => {
    await evaluator.stop();
    const missing = [...new Set(vectors.flatMap(missingFunctions))].sort();
    process.stdout.write(
      `${flat.length} of ${vectors.length} vectors ran; functions without an entry yet: ${missing.join(', ')}\n`,
    );
  });

  it('name every function of the table', () => {
    const inTable = functionTable.flatMap(({ name, aliases }) => [name, ...aliases]);
    const named = new Set(vectors.map((vector) => vector.function));
    expect(inTable.filter((name) => !named.has(name))).toEqual([]);
  });

  for (const vector of flat) {
    const { expression, expected, target } = vector;
    const row = flatten(vector.input) ?? {};
    it(`${expression} over ${JSON.stringify(vector.input)}${target === undefined ? '' : ` to ${target}`}`, async () => {
      const outcome = await evaluator.evaluate({
        text: expression,
        row: withAbsentNames(row, expression),
        ...(target === undefined ? {} : { target }),
      });
      expect(comparable(outcome.value)).toEqual(comparable(expected));
    });
  }
});

/** A field that a vector's row lacks reads as null. */
function withAbsentNames(row: Row, expression: string): Row {
  return /^\w+$/.test(expression) && !['null', 'true', 'false'].includes(expression)
    ? { [expression]: null, ...row }
    : row;
}

/** Dates compare as instants. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value)) return value;
  return new Date(value).toISOString();
}
