import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conditionsOf, evenBounds } from './key-ranges.ts';

test('a range is told by its bounds, and the outermost have one only', () => {
  expect(conditionsOf('id', ['5', '9'])).toEqual([['id < 5'], ['id >= 5', 'id < 9'], ['id >= 9']]);
  expect(conditionsOf('id', [])).toEqual([[]]);
});

test('even bounds ascend, lie within the ends, and split large stretches evenly', () => {
  const ends = fc.tuple(fc.bigInt(-(2n ** 63n), 2n ** 63n), fc.bigInt(0n, 2n ** 64n));
  fc.assert(
    fc.property(ends, fc.integer({ min: 1, max: 200 }), ([least, width], ranges) => {
      const greatest = least + width;
      const bounds = evenBounds(least, greatest, ranges);
      expect(bounds.length).toBeLessThan(ranges);
      expect([...bounds].sort((one, other) => (one < other ? -1 : 1))).toEqual(bounds);
      expect(new Set(bounds).size).toBe(bounds.length);
      for (const bound of bounds) expect(bound > least && bound <= greatest).toBe(true);
      if (width >= BigInt(ranges)) expect(bounds).toHaveLength(ranges - 1);
    }),
  );
});
