import { describe, expect, test } from 'vitest';
import {
  columnCompletions,
  completed,
  expressionCompletions,
  fieldCompletions,
  functionCompletions,
} from './completion.ts';

const functionNamed = (name: string, aliases: readonly string[] = [], takesArguments = true) => ({
  name,
  aliases,
  category: 'String',
  syntax: `String ${name}(${takesArguments ? 'text' : ''})`,
  summary: '',
  nulls: '',
  takesArguments,
  example: '',
  result: '',
});
const functions = functionCompletions([
  functionNamed('upper', ['ucase']),
  functionNamed('lower'),
  functionNamed('now', [], false),
]);
const columns = columnCompletions({
  FirstName: 'Ada',
  'Last Name': 'Lovelace',
  size: 4,
  Address: { City: 'London', 'Post.Code': null },
});

/** `|` is the caret. */
function at(marked: string) {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  return { text, ...expressionCompletions(text, caret, columns, functions) };
}
const namesAt = (marked: string) => at(marked).items.map(({ name }) => name);

describe('what is offered', () => {
  test.each([
    ['up|', ['upper']],
    ['UC|', ['ucase']],
    ['concat(Fi|', ['FirstName']],
    ['ow|', ['lower', 'now']],
    ['address.|', ['Address.City', 'Address.Post.Code']],
    [`\${last n|`, ['Last Name']],
    ['FirstName.low|', ['lower']],
    ['"text".low|', ['lower']],
    ['"upp|', []],
    [String.raw`"a \" upp|`, []],
    [String.raw`"a \\" + upp|`, ['upper']],
    ['FirstName|', []],
    ['nothing|', []],
  ])('at %s it is %o', (marked, names) => {
    expect(namesAt(marked)).toEqual(names);
  });

  test('everything, columns first, where no word is begun', () => {
    expect(namesAt('1 + |')).toEqual([...columns, ...functions].map(({ name }) => name));
  });

  test('an alias, with the syntax under its own name', () => {
    expect(at('ucas|').items[0]?.note).toBe('String ucase(text)');
  });
});

describe('taking the first', () => {
  test.each([
    ['1 + up| + 2', '1 + upper(|) + 2'],
    ['no|', 'now()|'],
    ['low|er(a)', 'lower(|a)'],
    ['Fir| + 1', 'FirstName| + 1'],
    ['Last|', `\${Last Name}|`],
    [`\${La|st} + 1`, `\${Last Name}| + 1`],
    ['siz|', `\${size}|`],
    ['Address.P|', String.raw`${'$'}{Address.Post\.Code}|`],
    ['FirstName.low|', 'FirstName.lower(|)'],
  ])('at %s writes %s', (marked, expected) => {
    const { text, span, items } = at(marked);
    const [first] = items;
    if (first === undefined) throw new Error('nothing is offered');
    const after = completed(text, span, first);
    expect(`${after.text.slice(0, after.caret)}|${after.text.slice(after.caret)}`).toBe(expected);
  });
});

test('fields of a schema are found by any part of their paths', () => {
  const fields = [
    { path: 'personID', type: 'string' },
    { path: 'homeAddress.city', type: 'string' },
  ];
  expect(fieldCompletions('CITY', fields).items.map(({ text }) => text)).toEqual(['homeAddress.city']);
  expect(fieldCompletions('personID', fields).items).toEqual([]);
});
