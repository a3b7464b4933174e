import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lowerTextBound, upperTextBound } from './text-bounds.ts';

const utf8 = (text: string) => Buffer.from(text, 'utf8');
/** All the code points UTF-8 has, with many from the edges, where an increment carries. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', '\u{10ffff}', '\ud7ff', '\ue000', '\uffff', '\u007f', '\u07ff', '\0'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 24,
});

describe('bounds of text', () => {
  test('keep short text as it is', () => {
    expect(lowerTextBound('Ünïcode 🎉')).toEqual(utf8('Ünïcode 🎉'));
    expect(upperTextBound('Ünïcode 🎉')).toEqual(utf8('Ünïcode 🎉'));
    expect(upperTextBound('')).toEqual(utf8(''));
    expect(upperTextBound('1234567890123456')).toEqual(utf8('1234567890123456'));
  });

  test.each([
    ['the last code point is raised', 'aaaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaab'],
    ['a code point is not a UTF-16 unit', '🎉'.repeat(20), `${'🎉'.repeat(15)}🎊`],
    ['surrogates are passed over', `${'a'.repeat(15)}\ud7ffz`, `${'a'.repeat(15)}\ue000`],
    ['the greatest code point carries', `${'a'.repeat(15)}\u{10ffff}z`, `${'a'.repeat(14)}b`],
  ])('above long text: %s', (_, long, upper) => {
    expect(upperTextBound(long)).toEqual(utf8(upper));
  });

  test('there is none above text of greatest code points', () => {
    expect(upperTextBound('\u{10ffff}'.repeat(17))).toBeUndefined();
    expect(upperTextBound('\u{10ffff}'.repeat(16))).toBeDefined();
  });

  test('there is none for text that is not Unicode', () => {
    expect(lowerTextBound('a\ud800')).toBeUndefined();
    expect(upperTextBound('a\ud800')).toBeUndefined();
  });

  test('enclose any text bytewise, in at most 16 code points', () => {
    fc.assert(
      fc.property(text, (value) => {
        const lower = lowerTextBound(value);
        const upper = upperTextBound(value);
        expect(lower && Buffer.compare(lower, utf8(value))).toBeLessThanOrEqual(0);
        if (upper) expect(Buffer.compare(upper, utf8(value))).toBeGreaterThanOrEqual(0);
        expect(Array.from(lower?.toString('utf8') ?? '').length).toBeLessThanOrEqual(16);
        expect(Array.from(upper?.toString('utf8') ?? '').length).toBeLessThanOrEqual(16);
      }),
    );
  });

  test('keep the order of texts', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [less, greater] = Buffer.compare(utf8(a), utf8(b)) <= 0 ? [a, b] : [b, a];
        const upper = upperTextBound(greater);
        expect(
          Buffer.compare(lowerTextBound(less) ?? utf8(''), lowerTextBound(greater) ?? utf8('')),
        ).toBeLessThanOrEqual(0);
        if (upper) expect(Buffer.compare(upperTextBound(less) ?? upper, upper)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
