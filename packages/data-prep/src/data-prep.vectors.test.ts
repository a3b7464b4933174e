import type { SourceColumn } from '@tributary/xdm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFunction, functionTable, unavailableFunctions } from './functions/table.ts';
import { Evaluator } from './testing/evaluate.ts';
import {
  columnsOfVector,
  comparable,
  expressionVectors,
  isDoubtful,
  jsonColumnsOfVector,
  mappingVectors,
  type Vector,
  vectors,
} from './testing/vectors.ts';
import { planExpression } from './validate.ts';

const certain = expressionVectors.filter((vector) => !isDoubtful(vector) && !isUnavailable(vector));
const doubtful = expressionVectors.filter(isDoubtful);

function isUnavailable({ function: name }: Vector): boolean {
  return unavailableFunctions.has(name);
}

describe('vectors of the documentation', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  async function evaluate(vector: Vector, columns: readonly SourceColumn[]): Promise<unknown> {
    const { expression, input, target } = vector;
    const planned = planExpression(expression, columns);
    if (!planned.ok) throw new Error(planned.errors.map(({ message }) => message).join('\n'));
    const { value } = await evaluator.evaluatePlan(planned.expression, input, columns, target);
    return comparable(value, vector);
  }

  it('name every function of the table, and none that it lacks', () => {
    const inTable = functionTable.flatMap(({ name, aliases }) => [name, ...aliases]);
    const named = new Set(vectors.map((vector) => vector.function));
    expect(inTable.filter((name) => !named.has(name) && name !== 'get')).toEqual([]);
    const missing = [...named].filter((name) => /^\w/.test(name) && findFunction(name) === undefined);
    expect(missing).toEqual([...unavailableFunctions.keys()]);
  });

  for (const vector of certain) {
    const { expression, input, target } = vector;
    it(`${expression} over ${JSON.stringify(input)}${target === undefined ? '' : ` to ${target}`}`, async () => {
      const expected = comparable(vector.expected, vector);
      expect(await evaluate(vector, columnsOfVector(vector))).toEqual(expected);
      expect(await evaluate(vector, jsonColumnsOfVector(vector)), 'of unknown structure').toEqual(expected);
    });
  }

  it('that the documentation leaves in doubt are reported', async () => {
    const outcomes: string[] = [];
    for (const vector of doubtful) {
      const value = await evaluate(vector, columnsOfVector(vector)).catch((error: unknown) => String(error));
      const isEqual = JSON.stringify(value) === JSON.stringify(comparable(vector.expected, vector));
      outcomes.push(`${isEqual ? 'holds' : `gives ${JSON.stringify(value)}`}: ${vector.expression}`);
    }
    const whole = `${mappingVectors.length} whole mappings run in the engine`;
    process.stdout.write(
      `${certain.length} vectors of ${vectors.length} ran, ${whole}; in doubt:\n${outcomes.join('\n')}\n`,
    );
  });

  it('of functions that are not available are answered with the reason', () => {
    for (const { expression } of expressionVectors.filter(isUnavailable)) {
      expect(planExpression(expression, 'unknown')).toMatchObject({
        ok: false,
        errors: [{ code: 'unsupported' }],
      });
    }
  });
});
