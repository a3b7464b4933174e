import { describe, expect, test } from 'vitest';
import { asPattern, parseGlob } from './glob.ts';

describe('a pattern of paths', () => {
  test.each([
    ['in/*.csv', ['in/a.csv', 'in/.csv'], ['in/a.csv.gz', 'in/b/a.csv', 'a.csv', 'in/acsv']],
    ['**/*.csv', ['a.csv', 'in/a.csv', 'in/b/c/a.csv'], ['a.json']],
    ['in/**', ['in/a', 'in/b/c'], ['on/a']],
    ['in/**/day=*/x.json', ['in/day=1/x.json', 'in/a/b/day=2/x.json'], ['in/day=1/a/x.json']],
    ['a?c', ['abc', 'a.c'], ['ac', 'a/c', 'abbc']],
    ['[ab]-[0-9].txt', ['a-1.txt', 'b-9.txt'], ['c-1.txt', 'a-x.txt']],
    ['[!a]x', ['bx'], ['ax', '/x']],
    ['{in,out}/*.{csv,t{sv,xt}}', ['in/a.csv', 'out/a.tsv', 'in/a.txt'], ['on/a.csv', 'in/a.json']],
    ['a\\*b', ['a*b'], ['aab']],
    ['a+(b).$', ['a+(b).$'], ['aab.$']],
    ['a**b', ['ab', 'axb'], ['a/b']],
  ])('%s', (pattern, matching, others) => {
    const glob = parseGlob(pattern);
    expect([...matching, ...others].filter((path) => glob.matches(path))).toEqual(matching);
  });

  test.each([
    ['in/2024/*.csv', 'in/2024'],
    ['in/20*/x.csv', 'in'],
    ['*.csv', ''],
    ['{a,b}/c.csv', ''],
  ])('%s is looked for in the folder "%s"', (pattern, folder) => {
    expect(parseGlob(pattern).folder).toBe(folder);
  });

  test.each(['a[', 'a[]', 'a{b', 'a}', '[z-a]', 'x'.repeat(2000)])('%s is refused', (pattern) => {
    expect(() => parseGlob(pattern)).toThrow(/^path: the pattern/);
  });

  test('of a path matches this path and, where that holds wildcards, no other', () => {
    const path = String.raw`d/x[1]*?{a,b}\c.csv`;
    expect(parseGlob(asPattern(path)).matches(path)).toBe(true);
    expect(parseGlob(asPattern('a*?.csv')).matches('abc.csv')).toBe(false);
  });

  test('takes no longer for one that is made to take long', () => {
    const glob = parseGlob(`${'*a'.repeat(30)}b`);
    expect(glob.matches('a'.repeat(5000))).toBe(false);
  });
});
