import { expect, test } from 'vitest';
import type { StagedFormat } from '../source.ts';
import { stagedRows } from './staged-rows.test-kit.ts';

const delimited = { kind: 'delimited', delimiter: ';', quote: '"', escape: '\\', nullText: 'NULL' } as const;

test.each<[format: StagedFormat, text: string, rows: unknown]>([
  [
    { kind: 'csv' },
    '"a","b"\n"1",""\n"x\n""y""",2\n',
    [
      { a: '1', b: null },
      { a: 'x\n"y"', b: '2' },
    ],
  ],
  [{ kind: 'csv' }, 'a,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
  [{ kind: 'csv' }, 'a,b\n', []],
  [{ ...delimited, hasHeader: true }, 'a;b\nNULL;"NULL"\n', [{ a: null, b: 'NULL' }]],
  [{ ...delimited, hasHeader: true }, 'a;b\n"x\\"y";\n', [{ a: 'x"y', b: '' }]],
  [
    { kind: 'json-lines' },
    '{"a":1}\n\n{"b":2}',
    [
      { a: 1, b: null },
      { a: null, b: 2 },
    ],
  ],
  [{ kind: 'json-array' }, '[{"a":1,"b":null,"c":3}]', [{ a: 1, b: null }]],
  [{ kind: 'json-array' }, '{"a":1}', [{ a: 1, b: null }]],
  [
    { kind: 'json-page', rowsAt: 'value', keys: { b: 'b@label' } },
    '{"value":[{"a":1,"b@label":"x"}]}',
    [{ a: 1, b: 'x' }],
  ],
])('rows of %j', (format, text, rows) => {
  expect(stagedRows({ format, text, rows: undefined }, ['a', 'b'])).toEqual(rows);
});

test('columns of text without a header have the names that the engine gives them', () => {
  const page = { format: { ...delimited, hasHeader: false }, text: '1;2\n', rows: undefined };
  expect(stagedRows(page, ['column_1', 'column_2'])).toEqual([{ column_1: '1', column_2: '2' }]);
});

test('objects that tell of rows that are gone are rows of a key and a mark', () => {
  const format: StagedFormat = {
    kind: 'json-page',
    rowsAt: 'value',
    deletions: {
      column: 'gone',
      marker: { member: '@context', ending: '/$deletedEntity' },
      key: { member: 'id', column: 'a' },
    },
  };
  const text = '{"value":[{"a":"1","b":"x"},{"@context":"#ts/$deletedEntity","id":"2"}]}';
  expect(stagedRows({ format, text, rows: undefined }, ['a', 'b', 'gone'])).toEqual([
    { a: '1', b: 'x', gone: false },
    { a: '2', b: null, gone: true },
  ]);
});

test.each<[format: StagedFormat, text: string, problem: string]>([
  [{ kind: 'csv' }, 'a,b\n1\n', 'a record has 1 fields, not 2'],
  [{ kind: 'csv' }, 'a,b\n"1,2\n', 'ends within quotes'],
  [{ kind: 'json-page', rowsAt: 'value' }, '{"records":[]}', 'no list value'],
])('a page that is not of its format is told: %j %j', (format, text, problem) => {
  expect(() => stagedRows({ format, text, rows: undefined }, ['a', 'b'])).toThrow(problem);
});
