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
  const before = process.cpuUsage();
  expect(matchesWildcard('a'.repeat(2_000), `${'*a'.repeat(500)}*b`)).toBe(false);
  // Of computing: on a machine that has others to serve the clock tells nothing.
  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
});
