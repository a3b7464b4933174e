import { expect, test } from 'vitest';
import { readMappingCsv } from './mapping-csv.ts';

const pair = { source: 'Email', destination: 'personalEmail.address' };

test.each([
  ['two columns', 'Email,personalEmail.address'],
  ['a header', 'source,destination\nEmail,personalEmail.address'],
  ['a header in another order', 'destination,source\npersonalEmail.address,Email'],
  ['the older names', 'sourceAttribute,destinationXdmPath\nEmail,personalEmail.address'],
  ['the names of a spreadsheet', 'Source field,Target XDM field path\nEmail,personalEmail.address'],
  ['empty columns beyond', 'Email,personalEmail.address,,,'],
])('mappings are read with %s', (_case, text) => {
  expect(readMappingCsv(text)).toMatchObject({ ok: true, mappings: [pair] });
});

test('a mapping may have a type, a name and a description', () => {
  expect(
    readMappingCsv('"lower(Email)",personalEmail.address,EXPRESSION,Mail,"Lower case, always"'),
  ).toMatchObject({
    mappings: [
      {
        source: 'lower(Email)',
        destination: 'personalEmail.address',
        sourceType: 'EXPRESSION',
        name: 'Mail',
        description: 'Lower case, always',
      },
    ],
  });
});

test.each([
  ['source,destination\nEmail', 2, /1 field/],
  ['a;b', 1, /commas/],
  ['a,b,c,d,e,f', 1, /6 fields/],
  ['source,destination,colour\na,b,c', 1, /colour/],
  ['source,source,destination\na,b,c', 1, /twice/],
  ['', 1, /no mapping/],
  ['\n\n', 1, /no mapping/],
  ['a,b\n"c', 2, /quote/],
])('%j is refused by line %i', (text, line, message) => {
  expect(readMappingCsv(text)).toMatchObject({
    ok: false,
    errors: [{ line, message: expect.stringMatching(message) }],
  });
});

test('everything that is wrong is told at once', () => {
  expect(readMappingCsv('a,b\nc\nd,e\nf,g,h,i,j,k')).toMatchObject({ errors: [{ line: 2 }, { line: 4 }] });
});
