import { expect, test } from 'vitest';
import { foundInLanguage } from '../language-search.ts';
import { UnexpectedAnswer } from './answers.ts';
import {
  parseExpressionError,
  parseFunctions,
  parseOperator,
  parsePreviewedRow,
} from './mapping-language.ts';
import { firstDestination, schemaFields } from './schema-fields.ts';

const lower = {
  category: 'String',
  function: 'lower',
  description: 'Writes all letters small. Null for a null argument.',
  returns: 'Writes all letters small.',
  syntax: 'String lower(text)',
  example: 'lower("A")',
  result: '"a"',
  params: [{ name: 'text' }],
};
const now = {
  ...lower,
  category: 'Date/Time',
  function: 'now',
  description: 'The time of the run.',
  returns: 'The time of the run.',
  syntax: 'ZonedDateTime now()',
  example: 'now()',
  params: [],
};

test('a function that is listed under several names is one function', () => {
  const functions = parseFunctions([lower, { ...lower, function: 'lcase' }, now]);
  expect(functions.map(({ name, aliases }) => [name, aliases])).toEqual([
    ['lower', ['lcase']],
    ['now', []],
  ]);
});

test('what null does is told apart from what the function does', () => {
  expect(parseFunctions([lower, now]).map(({ summary, nulls }) => [summary, nulls])).toEqual([
    ['Writes all letters small.', 'Null for a null argument.'],
    ['The time of the run.', ''],
  ]);
});

test('a list of functions without names is refused', () => {
  expect(() => parseFunctions([{ category: 'String' }])).toThrow(UnexpectedAnswer);
});

test('the language is searched by every word, in names, aliases, categories and descriptions', () => {
  const language = {
    functions: parseFunctions([lower, { ...lower, function: 'lcase' }, now]),
    operators: [parseOperator({ operatorSymbol: '&&', description: 'True when all sides are true.' })],
  };
  const namesFor = (sought: string) => {
    const { groups, operators } = foundInLanguage(language, sought);
    return [
      ...groups.flatMap(({ functions }) => functions.map(({ name }) => name)),
      ...operators.map(({ symbol }) => symbol),
    ];
  };
  expect(namesFor('')).toEqual(['lower', 'now', '&&']);
  expect(namesFor(' LCASE ')).toEqual(['lower']);
  expect(namesFor('small letters')).toEqual(['lower']);
  expect(namesFor('date run')).toEqual(['now']);
  expect(namesFor('&&')).toEqual(['&&']);
  expect(namesFor('small date')).toEqual([]);
});

test('an error of an expression keeps its place and what may have been meant', () => {
  const position = { offset: 6, length: 8, line: 1, column: 7 };
  expect(
    parseExpressionError({ code: 'unknown-column', message: 'No.', position, suggestions: ['FirstName', 1] }),
  ).toEqual({ code: 'unknown-column', message: 'No.', position, suggestions: ['FirstName'] });
});

test('a previewed row has its document, and its errors in words', () => {
  expect(parsePreviewedRow({ data: { a: 1 }, errors: null })).toEqual({ document: { a: 1 }, errors: [] });
  const errors = [{ code: 'MAPPER-3700-400', exception: 'It failed.' }];
  expect(parsePreviewedRow({ data: {}, errors }).errors).toEqual([
    { code: 'MAPPER-3700-400', message: 'It failed.' },
  ]);
});

test('a schema’s fields are the paths that hold values, and the first to fill is a text within an object', () => {
  const fields = schemaFields({
    properties: {
      personID: { type: 'string' },
      _repo: { properties: { 'a.b': { type: 'string', format: 'date-time' } } },
      person: {
        properties: { birthYear: { type: 'integer', 'meta:xdmType': 'short' }, name: { type: 'string' } },
      },
      tags: { type: 'array', items: { type: 'string' } },
    },
  });
  expect(fields).toEqual([
    { path: 'personID', type: 'string' },
    { path: '_repo.a\\.b', type: 'date-time' },
    { path: 'person.birthYear', type: 'short' },
    { path: 'person.name', type: 'string' },
    { path: 'tags', type: 'array' },
  ]);
  expect(firstDestination(fields)).toBe('person.name');
  expect(firstDestination(fields.slice(0, 1))).toBe('personID');
  expect(firstDestination([])).toBe('');
});
