import type { SourceType } from '@tributary/xdm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExpressionType } from '../plan.ts';
import { Evaluator } from '../testing/evaluate.ts';
import { arrayOf, mapOf } from '../types.ts';
import { canConvert } from './conversion.ts';
import type { Goal } from './types.ts';

function object(fields: Readonly<Record<string, SourceType>>) {
  return { kind: 'object' as const, fields: Object.entries(fields).map(([name, type]) => ({ name, type })) };
}

const person = object({ name: 'string', age: 'string' });
const wanted = object({ age: 'integer', name: 'string', city: 'string' });
const people: SourceType = { kind: 'array', items: person };
const texts: SourceType = { kind: 'map', values: 'string' };

describe('conversion of nested values', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  it.each<[unknown, SourceType, Goal, unknown]>([
    [{ name: 'Ana', age: '7' }, person, wanted, { age: 7, name: 'Ana', city: null }],
    [{ name: 'Ana', age: 'seven' }, person, wanted, 'fails'],
    [{ name: null, age: null }, person, wanted, { age: null, name: null, city: null }],
    [null, person, wanted, null],
    [[{ age: '1' }, null], people, arrayOf(wanted), [{ age: 1, name: null, city: null }, null]],
    [[{ age: '1' }, { age: 'x' }], people, arrayOf(wanted), 'fails'],
    [[], people, arrayOf(wanted), []],
    [{ name: 'Ana', age: '7' }, person, arrayOf(wanted), [{ age: 7, name: 'Ana', city: null }]],
    [{ name: 'Ana', age: null }, person, mapOf('string'), { name: 'Ana' }],
    [null, person, mapOf('string'), null],
    [{ name: '1', age: 'x' }, person, mapOf('integer'), 'fails'],
    [{ a: '1', b: null }, texts, mapOf('integer'), { a: 1, b: null }],
    [{ a: '1', b: 'x' }, texts, mapOf('integer'), 'fails'],
    [{}, texts, mapOf('integer'), {}],
    [{ age: '7', other: 'x' }, texts, wanted, { age: 7, name: null, city: null }],
    [{ age: 'x' }, texts, wanted, 'fails'],
    ['a', 'string', arrayOf('string'), ['a']],
    [null, 'string', arrayOf('string'), null],
    ['x', 'string', arrayOf('integer'), 'fails'],
    [{ age: 7, name: ['a'], extra: 1 }, 'json', wanted, { age: 7, name: '["a"]', city: null }],
    [{ age: true }, 'json', wanted, 'fails'],
    [{ age: null }, 'json', wanted, { age: null, name: null, city: null }],
    [{ 'a"/~\'b': 1 }, 'json', object({ 'a"/~\'b': 'long' }), { 'a"/~\'b': 1 }],
    [[1], 'json', wanted, 'fails'],
    ['text', 'json', wanted, 'fails'],
    [null, 'json', wanted, null],
    [[1, '2', null], 'json', arrayOf('integer'), [1, 2, null]],
    [[1, 'x'], 'json', arrayOf('integer'), 'fails'],
    [5, 'json', arrayOf('integer'), [5]],
    [[[1], [2]], 'json', arrayOf(arrayOf('integer')), [[1], [2]]],
    [{ a: 1, b: null }, 'json', mapOf('string'), { a: '1', b: null }],
    [[1], 'json', mapOf('string'), 'fails'],
    [20.0, 'json', 'string', '20'],
    [1.5, 'json', 'string', '1.5'],
    [true, 'json', 'string', 'true'],
    [{ a: [1] }, 'json', 'string', '{"a":[1]}'],
    ['yes', 'json', 'boolean', true],
    [false, 'json', 'boolean', false],
    [1, 'json', 'boolean', 'fails'],
    [12, 'json', 'integer', 12],
    [12.5, 'json', 'integer', 'fails'],
    [1e3, 'json', 'integer', 1000],
    [3_000_000_000, 'json', 'integer', 'fails'],
    [128, 'json', 'byte', 'fails'],
    [12, 'json', 'decimal', 12],
    ['1.25', 'json', 'number', 1.25],
    [2 ** 70, 'json', 'number', 2 ** 70],
    [2 ** 70, 'json', 'long', 'fails'],
    ['2020-01-31', 'json', 'date', '2020-01-31'],
    [0, 'json', 'date-time', '1970-01-01T00:00:00.000Z'],
    [[1], 'json', 'long', 'fails'],
    ['2020-01-31 10:00:00+00', 'date-time', 'json', '2020-01-31T10:00:00Z'],
    ['12.50', 'decimal', 'json', 12.5],
    [{ at: '2020-01-31 10:00:00+00' }, object({ at: 'date-time' }), 'json', { at: '2020-01-31T10:00:00Z' }],
    [['2020-01-31'], { kind: 'array', items: 'date' }, 'json', ['2020-01-31']],
    [{ a: '1' }, texts, 'json', { a: '1' }],
    [{}, object({}), mapOf('string'), {}],
    [{ a: 1, A: 2 }, object({ a: 'long', A: 'long' }), mapOf('string'), { a: '1', A: '2' }],
  ])('of %j, a %j, makes for %j: %j', async (value, type, goal, expected) => {
    expect(canConvert(type, goal)).toBe(true);
    const outcome = await evaluator.convert(value, type, goal);
    expect(outcome.fails ? 'fails' : outcome.value).toEqual(expected);
  });

  it.each<[ExpressionType, Goal]>([
    ['string', wanted],
    [person, 'string'],
    [arrayOf('string'), 'string'],
    [arrayOf('string'), wanted],
    [person, object({ name: wanted })],
    [mapOf(arrayOf('string')), wanted],
    [object({ a: person }), mapOf('string')],
    ['boolean', arrayOf('integer')],
  ])('is refused from %j to %j', (from, to) => {
    expect(canConvert(from, to)).toBe(false);
  });
});
