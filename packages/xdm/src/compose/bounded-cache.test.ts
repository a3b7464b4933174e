import { expect, test } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

test('a cache forgets what was used longest ago once it is too heavy', () => {
  const cache = new BoundedCache<number>(10);
  cache.set('a', 1, 4);
  cache.set('b', 2, 4);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3, 4);
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
});

test('a value set again weighs once', () => {
  const cache = new BoundedCache<number>(10);
  for (let n = 0; n < 5; n++) cache.set('a', n, 6);
  cache.set('b', 9, 4);
  expect([cache.get('a'), cache.get('b')]).toEqual([4, 9]);
});

test('what is heavier than the whole cache is not kept', () => {
  const cache = new BoundedCache<number>(10);
  cache.set('a', 1, 11);
  expect(cache.get('a')).toBeUndefined();
});
