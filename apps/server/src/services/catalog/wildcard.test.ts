import { expect, it } from 'vitest';
import { matchesWildcard } from './wildcard.ts';

it.each([
  ['test', 'test', true],
  ['test', 'te*st', true],
  ['te-and-st', 'te*st', true],
  ['test', '*', true],
  ['', '*', true],
  ['', '', true],
  ['tests', 'test', false],
  ['te*st', 'te**st', true],
  ['te-st', 'te**st', false],
  ['abcabc', 'a*b*c', true],
  ['aba', 'ab*ba', false],
  ['acb', 'a*b*c', false],
])('"%s" against "%s": %s', (text, pattern, expected) => {
  expect(matchesWildcard(text, pattern)).toBe(expected);
});

it('takes no longer for a pattern of many asterisks', () => {
  const started = performance.now();
  expect(matchesWildcard('a'.repeat(2_000), `${'*a'.repeat(500)}*b`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(1_000);
});
