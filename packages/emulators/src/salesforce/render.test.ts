import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalText } from './render.ts';

test.each([
  [0, '0.0'],
  [100, '100.0'],
  [-2.5, '-2.5'],
  [9_999_999, '9999999.0'],
  [10_000_000, '1.0E7'],
  [139_000_000, '1.39E8'],
  [0.00025, '2.5E-4'],
])('%d is written %s', (value, text) => {
  expect(decimalText(value)).toBe(text);
});

test('a decimal text is read back as the number it was', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(decimalText(value)) === value).toBe(true);
      expect(decimalText(value)).toMatch(/^-?\d+\.\d+(E-?\d+)?$/);
    }),
  );
});
