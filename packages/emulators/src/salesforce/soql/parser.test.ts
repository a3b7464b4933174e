import { expect, test } from 'vitest';
import { parseSoql } from './parser.ts';

const named = (text: string) => expect.objectContaining({ text });
const comparison = (field: string, operator: string, literal: unknown) =>
  expect.objectContaining({ kind: 'comparison', field: named(field), operator, literal });

test.each([
  ['SELECT Id FROM Contact', { from: named('Contact'), where: undefined, orderBy: [], limit: undefined }],
  ['select id from contact c limit 5 offset 10', { from: named('contact'), limit: 5, offset: 10 }],
  ['SELECT COUNT() FROM Lead', { select: 'count' }],
  [
    'SELECT Id,Name FROM Lead',
    {
      select: [
        { kind: 'field', field: named('Id') },
        { kind: 'field', field: named('Name') },
      ],
    },
  ],
  ['SELECT FIELDS(ALL) FROM Lead LIMIT 200', { select: [{ kind: 'fields', which: 'ALL', at: 7 }] }],
  [
    'SELECT MAX(CreatedDate) latest FROM Lead',
    { select: [{ kind: 'aggregate', call: 'MAX', field: named('CreatedDate'), alias: 'latest' }] },
  ],
  [
    'SELECT Id FROM Lead ORDER BY SystemModstamp DESC NULLS LAST, Id',
    {
      orderBy: [
        { field: named('SystemModstamp'), descending: true, nullsLast: true },
        { field: named('Id'), descending: false, nullsLast: false },
      ],
    },
  ],
])('%s', (soql, parts) => {
  expect(parseSoql(soql)).toEqual(expect.objectContaining(parts));
});

test.each([
  ['a = null', comparison('a', '=', { kind: 'null' })],
  ['a <> TRUE', comparison('a', '!=', { kind: 'boolean', value: true })],
  ['a >= -1.5e3', comparison('a', '>=', { kind: 'number', value: -1500 })],
  ['a < 2024-03-01', comparison('a', '<', { kind: 'date', value: '2024-03-01' })],
  ['a < 2024-03-01T12:00:00Z', comparison('a', '<', { kind: 'datetime', value: Date.UTC(2024, 2, 1, 12) })],
  [
    'a <= 2024-03-01T12:00:00.250+02:00',
    comparison('a', '<=', { kind: 'datetime', value: Date.UTC(2024, 2, 1, 10, 0, 0, 250) }),
  ],
  [
    'a > 2024-03-01T12:00:00-0130',
    comparison('a', '>', { kind: 'datetime', value: Date.UTC(2024, 2, 1, 13, 30) }),
  ],
  [
    "a = 'it\\'s \\\\ \\\"x\\\" \\n\\u00e9'",
    comparison('a', '=', { kind: 'string', value: 'it\'s \\ "x" \né' }),
  ],
  ["a LIKE '50\\%%'", comparison('a', 'LIKE', { kind: 'string', value: '50\\%%' })],
  [
    "a NOT IN ('x', null)",
    expect.objectContaining({
      kind: 'in',
      negated: true,
      literals: [{ kind: 'string', value: 'x' }, { kind: 'null' }],
    }),
  ],
  ['NOT (a = 1)', { kind: 'not', condition: comparison('a', '=', { kind: 'number', value: 1 }) }],
  [
    'a = 1 AND (b = 2 OR c = 3)',
    {
      kind: 'and',
      conditions: [
        comparison('a', '=', { kind: 'number', value: 1 }),
        expect.objectContaining({ kind: 'or' }),
      ],
    },
  ],
])('WHERE %s', (condition, expected) => {
  expect(parseSoql(`SELECT Id FROM X WHERE ${condition}`).where).toEqual(expected);
});

test.each([
  ['SELEC Id FROM X', 'unexpected token: SELEC'],
  ['', 'unexpected token: <EOF>'],
  ['SELECT FROM X', "unexpected token: 'FROM'"],
  ['SELECT Id', "unexpected token: '<EOF>'"],
  ['SELECT Id, FROM X', "unexpected token: 'FROM'"],
  ['SELECT Id FROM X WHERE a = 1 AND b = 2 OR c = 3', "unexpected token: 'OR'"],
  ['SELECT Id FROM X WHERE a == 1', "unexpected token: '='"],
  ['SELECT Id FROM X WHERE a IS NULL', "unexpected token: 'IS'"],
  ['SELECT Id FROM X WHERE a IN ()', "unexpected token: ')'"],
  ['SELECT Id FROM X WHERE (a = 1', "unexpected token: '<EOF>'"],
  ['SELECT Id FROM X WHERE a = :b', 'Bind variables only allowed in Apex code'],
  ['SELECT Id FROM X WHERE a = 2024-13-01', 'Invalid date: 2024-13-01'],
  ['SELECT Id FROM X WHERE a = 2024-03-01T12:00:00 00:00', 'no viable alternative at character'],
  ["SELECT Id FROM X WHERE a = 'open", "no viable alternative at character '<EOF>'"],
  ["SELECT Id FROM X WHERE a = '\\q'", "Illegal character sequence '\\q' in string literal"],
  ['SELECT Id FROM X LIMIT 1.5', "unexpected token: '1.5'"],
  ['SELECT Id FROM X LIMIT 1; DROP TABLE X', "no viable alternative at character ';'"],
  ['SELECT (SELECT Id FROM Y) FROM X', "unexpected token: '('"],
  ['SELECT Id FROM X GROUP BY Id', "unexpected token: 'GROUP'"],
])('%s is malformed', (soql, message) => {
  expect(() => parseSoql(soql)).toThrow(
    expect.objectContaining({ code: 'MALFORMED_QUERY', message: expect.stringContaining(message) }),
  );
});

test('an error shows the surroundings of the token, a caret below it, and row and column from 1', () => {
  const soql = 'SELECT Id\nFROM Contact\nWHERE LastName == 1';
  expect(() => parseSoql(soql)).toThrow(
    "\nWHERE LastName == 1\n                ^\nERROR at Row:3:Column:17\nunexpected token: '='",
  );
});
