import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emitExpression } from '../emit.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { Evaluator, NOW } from '../testing/evaluate.ts';
import { planExpression } from '../validate.ts';
import namesElsewhere from './names-elsewhere.json' with { type: 'json' };
import { operatorTable } from './operators.ts';
import { findFunction, functionTable } from './table.ts';

/** Their examples show some moment in time. */
const clocks = ['now', 'timestamp'];

describe('the function table', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  it('has no name twice', () => {
    const names = functionTable.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(operatorTable.map(({ name }) => name)).size).toBe(operatorTable.length);
  });

  for (const { name, example } of functionTable.filter((entry) => !clocks.includes(entry.name))) {
    it(`documents ${name} by an example that holds: ${example.expression}`, async () => {
      const outcome = await evaluator.evaluate({ text: example.expression });
      const isDate = /^\d{4}-/.test(example.result);
      const expected = isDate ? new Date(example.result).toISOString() : JSON.parse(example.result);
      expect(outcome).toEqual({ value: expected, fails: false });
    });
  }

  it('has each function that names of other languages lead to, and none of those names', () => {
    for (const [name, elsewhere] of Object.entries(namesElsewhere)) {
      expect(findFunction(name)?.name).toBe(name);
      expect(elsewhere.split(' ').filter((other) => findFunction(other) !== undefined)).toEqual([]);
    }
    const others = Object.values(namesElsewhere).flatMap((elsewhere) => elsewhere.split(' '));
    expect(others.filter((other, index) => others.indexOf(other) !== index)).toEqual([]);
  });

  it('uses none of DuckDB’s macros, which would repeat their arguments at each level of nesting', async () => {
    const listed = await evaluator.run({
      value: `(SELECT list(DISTINCT function_name) FROM duckdb_functions() WHERE function_type = 'macro')`,
      fails: undefined,
    });
    const macros = new Set(Array.isArray(listed.value) ? listed.value : []);
    expect(macros).toContain('nullif');
    for (const { example } of functionTable) {
      const planned = planExpression(example.expression, []);
      if (!planned.ok) throw new Error(`${example.expression} must be valid`);
      const { value } = emitExpression(planned.expression, { column: quoteIdentifier, now: NOW });
      const called = [...value.matchAll(/([a-z_]\w*)\(/g)].map(([, name = '']) => name);
      const repeated = called.filter((name) => macros.has(name) && name !== 'nullif');
      expect(repeated, example.expression).toEqual([]);
    }
  });
});
