import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dividedRange, idConditions, isRecordId } from './id-range.ts';

const digit = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const id = fc.array(digit, { minLength: 15, maxLength: 15 }).map((digits) => digits.join(''));

describe('the parts of a range of ids', () => {
  test('follow on one another, from the range’s beginning to its end', () => {
    fc.assert(
      fc.property(id, id, fc.integer({ min: 1, max: 40 }), (one, other, parts) => {
        const [first = '', last = ''] = [one, other].sort();
        const ranges = dividedRange({ upTo: last }, first, last, parts);
        expect(ranges.length).toBeLessThanOrEqual(parts);
        expect(ranges[0]?.after).toBeUndefined();
        expect(ranges.at(-1)?.upTo).toBe(last);
        for (const [index, range] of ranges.slice(1).entries()) {
          expect(range.after).toBe(ranges[index]?.upTo);
          expect(isRecordId(range.after)).toBe(true);
        }
        const bounds = ranges.slice(1).map(({ after = '' }) => after);
        expect(bounds).toEqual([...new Set(bounds)].sort());
        expect(bounds.every((bound) => bound >= first && bound < last)).toBe(true);
      }),
    );
  });

  test('are as many as there are ids, where these are fewer', () => {
    expect(dividedRange({}, '003000000000001', '003000000000003', 8)).toEqual([
      { upTo: '003000000000001' },
      { after: '003000000000001', upTo: '003000000000002' },
      { after: '003000000000002' },
    ]);
    expect(dividedRange({}, '003000000000001', '003000000000001', 8)).toEqual([{}]);
  });

  test('lie within the range that is divided', () => {
    const range = { after: '003000000000000AAA', upTo: '00300000000000zAAA' };
    const parts = dividedRange(range, '003000000000001AAA', '00300000000000zAAA', 3);
    expect(parts.at(0)?.after).toBe(range.after);
    expect(parts.at(-1)?.upTo).toBe(range.upTo);
  });
});

test('a range is bounded below without its bound, and above with it', () => {
  expect(idConditions(undefined)).toEqual([]);
  expect(idConditions({ after: '003000000000001' })).toEqual(["Id > '003000000000001'"]);
  expect(idConditions({ upTo: '003000000000009' })).toEqual(["Id <= '003000000000009'"]);
});
