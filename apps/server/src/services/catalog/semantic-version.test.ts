import { expect, it } from 'vitest';
import { compareVersions, shownVersion, storedVersionFilter } from './semantic-version.ts';

it('counts the changes of an object from its creation', () => {
  expect(shownVersion({ version: 1 })).toBe('1.0.0');
  expect(shownVersion({ version: 12 })).toBe('1.0.11');
});

it.each([
  ['1.0.10', '>', '1.0.9', true],
  ['1.0.9', '>', '1.0.9', false],
  ['1.0.9', '>=', '1.0.9', true],
  ['1.1.0', '<', '1.0.20', false],
  ['1.0.3', '==', '1.0.3', true],
  ['1.0.3', '!=', '1.0.4', true],
  ['1.0.3', '==', 'three', false],
  ['1.0.3', '!=', 'three', true],
] as const)('%s %s %s: %s', (shown, operator, value, expected) => {
  expect(compareVersions(shown, operator, value)).toBe(expected);
});

it('is looked for as the number that is stored', () => {
  expect(storedVersionFilter('>', '1.0.3')).toEqual({ path: ['version'], operator: '>', value: '4' });
  expect(storedVersionFilter('>', '2.0.0')).toBeUndefined();
});
