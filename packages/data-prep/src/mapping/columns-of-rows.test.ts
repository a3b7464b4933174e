import type { SourceType } from '@tributary/xdm';
import { describe, expect, it } from 'vitest';
import { columnsOfRows } from './columns-of-rows.ts';

const array = (items: SourceType): SourceType => ({ kind: 'array', items });
const object = (types: Readonly<Record<string, SourceType>>): SourceType => ({
  kind: 'object',
  fields: Object.entries(types).map(([name, type]) => ({ name, type })),
});

describe('columnsOfRows', () => {
  it.each<[string, readonly unknown[], SourceType]>([
    ['texts', ['a', null, ''], 'string'],
    ['whole numbers', [1, -2], 'long'],
    ['whole numbers and others', [1, 2.5], 'number'],
    ['numbers beyond 53 bits', [2 ** 60], 'number'],
    ['booleans', [true, null], 'boolean'],
    ['single values of several types', [1, true, 'a'], 'string'],
    ['nothing', [null, undefined], 'json'],
    ['arrays', [[1], [], [2.5, null]], array('number')],
    ['empty arrays', [[]], array('json')],
    ['arrays of arrays', [[[1]], [null]], array(array('long'))],
    [
      'objects',
      [
        { a: 1, b: { c: 'x' } },
        { a: null, d: [true] },
      ],
      object({ a: 'long', b: object({ c: 'string' }), d: array('boolean') }),
    ],
    ['objects without fields', [{}], 'json'],
    ['arrays and single values', [[1], 1], 'json'],
    ['arrays and objects', [[], {}], 'json'],
    ['arrays of objects and single values', [[{ a: 1 }, 2]], array('json')],
    [
      'arrays of objects',
      [[{ a: 1 }, null], [{ a: 2.5, b: 'x' }]],
      array(object({ a: 'number', b: 'string' })),
    ],
  ])('types a column that holds %s', (_what, values, type) => {
    expect(columnsOfRows(values.map((value) => ({ value })))).toEqual([{ name: 'value', type }]);
  });

  it.each([
    ['lists', 8, (inner: unknown) => [inner], array],
    ['objects', 20, (inner: unknown) => ({ a: inner }), (type: SourceType) => object({ a: type })],
  ])('leaves what lies within more %s than %i as JSON', (_what, most, around, typeAround) => {
    const nested = <T>(levels: number, innermost: T, wrap: (inner: T) => T) =>
      Array.from({ length: levels }).reduce<T>(wrap, innermost);
    const typeOf = (value: unknown) => columnsOfRows([{ value }])[0]?.type;
    expect(typeOf(nested<unknown>(most, 1, around))).toEqual(nested<SourceType>(most, 'long', typeAround));
    expect(typeOf(nested<unknown>(90, 1, around))).toEqual(nested<SourceType>(most, 'json', typeAround));
  });

  it('keeps the order in which columns are met, and has none without rows', () => {
    expect(columnsOfRows([{ b: 1 }, { a: 'x', b: 2 }]).map(({ name }) => name)).toEqual(['b', 'a']);
    expect(columnsOfRows([])).toEqual([]);
    expect(columnsOfRows([{}])).toEqual([]);
  });
});
