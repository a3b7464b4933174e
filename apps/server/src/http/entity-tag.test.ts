import { expect, test } from 'vitest';
import { entityTag, matchesEntityTag } from './entity-tag.ts';

const resource = { etag: '5f0c' };

test.each([
  ['"5f0c"', true],
  ['5f0c', true],
  ['W/"5f0c"', true],
  ['"1a2b", "5f0c"', true],
  ['*', true],
  [entityTag(resource), true],
  ['"1a2b"', false],
  ['"5f0"', false],
  ['', false],
])('If-Match: %s lets the resource pass: %s', (ifMatch, expected) => {
  expect(matchesEntityTag(ifMatch, resource)).toBe(expected);
});
