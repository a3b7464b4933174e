import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newBatchId } from './batch-id.ts';

test('a batch id is a ULID', () => {
  expect(newBatchId()).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  expect(newBatchId(1_469_918_176_385).slice(0, 10)).toBe('01ARYZ6S41');
});

test('later ids sort after earlier ones', () => {
  const times = fc.nat(2 ** 47);
  fc.assert(
    fc.property(times, times, (one, other) => {
      fc.pre(one !== other);
      expect(newBatchId(one) < newBatchId(other)).toBe(one < other);
    }),
  );
});
