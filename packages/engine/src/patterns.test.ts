import { DuckDBInstance } from '@duckdb/node-api';
import { standardResources } from '@tributary/xdm';
import { expect, test } from 'vitest';
import { sqlPattern } from './patterns.ts';

const connection = await (await DuckDBInstance.create(':memory:')).connect();

async function matches(pattern: string, text: string): Promise<unknown> {
  const result = await connection.runAndReadAll('SELECT regexp_matches($1, $2)', [
    text,
    sqlPattern(pattern, 'code'),
  ]);
  return result.getRows()[0]?.[0];
}

test.each([
  ['^[A-Z]{2}$', 'AB', 'ABC'],
  ['[0-9]', 'a1b', 'ab'],
  ['^\\u00e9\\u{6F22}$', 'é漢', 'e'],
  ['^\\\\u0041$', '\\u0041', 'A'],
  ['\\w+\\/[-.\\w]+(?:\\+[-.\\w]+)?', 'application/ld+json', 'text'],
  ['^(?<year>\\d{4})$', '2024', '٢٠٢٤'],
  ['\\(?=', '(=', 'x'],
  ['^\\uD83D\\uDE00$', '😀', 'x'],
  ['^\\u002b\\u{2a}$', '+*', '+'],
])('the pattern %s matches as in ECMA-262', async (pattern, yes, no) => {
  expect([new RegExp(pattern, 'u').test(yes), new RegExp(pattern, 'u').test(no)]).toEqual([true, false]);
  expect([await matches(pattern, yes), await matches(pattern, no)]).toEqual([true, false]);
});

test('every pattern of the standard library can be matched', async () => {
  const resources = (['classes', 'mixins', 'datatypes'] as const).flatMap(standardResources);
  const patterns = new Set(
    Array.from(JSON.stringify(resources).matchAll(/"pattern":("(?:\\.|[^"])*")/g), ([, text]) => {
      return JSON.parse(text ?? '') as string; // matched as a JSON text
    }),
  );
  expect(patterns.size).toBeGreaterThan(5);
  for (const pattern of patterns) expect(await matches(pattern, 'any')).toBeTypeOf('boolean');
});

test.each(['^(?=a)', '(?!b)', '(?<=a)b', '(?<!a)b', '(a)\\1', 'a{1,2000}', '[', '\\uD83D'])(
  'the pattern %s is refused',
  (pattern) => {
    expect(() => sqlPattern(pattern, 'person.code')).toThrow(/of person.code can't be checked/);
  },
);
