import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTablePath, parseTablePath } from './table-path.ts';

test.each([
  ['contact', { schema: undefined, table: 'contact' }],
  ['public.Contact', { schema: 'public', table: 'Contact' }],
  ['public."a.b"', { schema: 'public', table: 'a.b' }],
  ['"a""b"."c"', { schema: 'a"b', table: 'c' }],
  ['`a``b`.c', { schema: 'a`b', table: 'c' }],
  ['sales. order', { schema: 'sales', table: ' order' }],
])('%s is a path', (text, path) => {
  expect(parseTablePath(text)).toEqual(path);
});

test.each(['', '.', 'a.', '.a', 'a.b.c', '"a', 'a"b', '""', 'a.""'])('%j is none', (text) => {
  expect(parseTablePath(text)).toBeUndefined();
});

test('a path that is listed is read back, whatever the names are', () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(name, name, (schema, table) => {
      expect(parseTablePath(formatTablePath(schema, table))).toEqual({ schema, table });
    }),
  );
});
