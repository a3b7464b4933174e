import { expect, test } from 'vitest';
import { parseJson } from './json-body.ts';
import { Problem } from './problem.ts';

function problemOf(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof Problem && error.kind === 'malformedJson') return error.message;
    throw error;
  }
  throw new Error('it parsed');
}

test.each([
  ['a trailing comma', '{\n  "data": {\n    "format": "tabular",\n  }\n}', 'line 4, column 3', 'comma'],
  ['a trailing comma in an array', '[1,\n2,\n]', 'line 3, column 1', 'comma'],
  ['a missing quotation mark', '{"a: 1}', 'line 1', ''],
  ['a text that ends early', '{\n"a": [1, 2', 'line 2, column 11', ''],
  ['a bare word', '{"a": yes}', 'line 1, column 7', ''],
  ['single quotes', "{'a': 1}", 'line 1, column 2', ''],
  ['no text', '   ', 'no body', ''],
])('tells where %s is', (_case, text, place, reason) => {
  const message = problemOf(text);
  expect(message).toContain(place);
  expect(message).toContain(reason);
});

test('refuses a document that is nested too deep to walk', () => {
  expect(problemOf('['.repeat(100_000) + ']'.repeat(100_000))).toContain('levels deep');
});

test('drops a __proto__ key, so that no object gets another prototype', () => {
  const value = parseJson('{"__proto__": {"polluted": true}, "a": {"__proto__": 1, "b": 2}}');
  expect(value).toEqual({ a: { b: 2 } });
});

test.each([
  ['a NUL', '{"a": {"b": "x\\u0000"}}', '/a/b'],
  ['a NUL in a key', '{"a\\u0000": 1}', '(root)'],
  ['half a surrogate pair', '["\\ud800"]', '/0'],
])('refuses text that cannot be kept: %s', (_case, text, place) => {
  expect(() => parseJson(text)).toThrow(place);
});
