import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeRangeOf } from './window-bounds.ts';

test('a stamp counts as the second that it lies in', () => {
  const window = {
    column: 'c',
    after: new Date('2026-03-01T12:00:05Z'),
    upTo: new Date('2026-03-01T12:00:09Z'),
  };
  expect(timeRangeOf(window)).toEqual({
    from: new Date('2026-03-01T12:00:06Z'),
    before: new Date('2026-03-01T12:00:10Z'),
  });
});

test('every moment lies in one of the windows that follow on each other', () => {
  const moment = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(fc.array(moment, { minLength: 1 }), moment, (bounds, stamp) => {
      const ends = [...bounds].sort((one, other) => one.getTime() - other.getTime());
      const latest = new Date('2200-01-01');
      const windows = [undefined, ...ends].map((after, index) =>
        timeRangeOf({ column: 'c', after, upTo: ends[index] ?? latest }),
      );
      const holding = windows.filter(
        ({ from, before }) => (from === undefined || stamp >= from) && stamp < before,
      );
      expect(holding).toHaveLength(1);
    }),
  );
});
