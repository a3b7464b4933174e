import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCsv, writeCsv } from './csv.ts';

test.each([
  [
    'a,b\r\nc,d\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'a,b\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['\uFEFFa,b\r\n', [['a', 'b']]],
  ['a\n\n\nb\n', [['a'], ['b']]],
  ['"a,b","c ""d"""', [['a,b', 'c "d"']]],
  ['"two\nlines",x\n', [['two\nlines', 'x']]],
  [' a , b ', [['a', 'b']]],
  ['a,', [['a', '']]],
  [',', [['', '']]],
  ['""', []],
  ['', []],
])('%j is read', (text, records) => {
  const reading = readCsv(text);
  expect(reading).toMatchObject({ ok: true });
  expect(reading.ok && reading.records.map(({ fields }) => fields)).toEqual(records);
});

test('records know their first line', () => {
  const reading = readCsv('a\n"b\nb"\n\nc\n');
  expect(reading.ok && reading.records.map(({ line }) => line)).toEqual([1, 2, 5]);
});

test.each([
  ['a\n"b', 2],
  ['a\n\n"b"c\n', 3],
  ['"', 1],
])('what is wrong in %j stands on line %i', (text, line) => {
  expect(readCsv(text)).toMatchObject({ ok: false, errors: [{ line }] });
});

test('what is written is read back', () => {
  const records = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { maxLength: 8 });
  fc.assert(
    fc.property(records, (rows) => {
      const reading = readCsv(writeCsv(rows));
      expect(reading.ok && reading.records.map(({ fields }) => fields)).toEqual(rows);
    }),
  );
});

test('any text is read or refused, never anything else', () => {
  const texts = fc
    .array(fc.constantFrom('"', ',', '\n', '\r', 'a', ' ', '\uFEFF', ';'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      const reading = readCsv(text);
      if (reading.ok) expect(reading.records.every(({ fields }) => fields.length > 0)).toBe(true);
      else expect(reading.errors.length).toBeGreaterThan(0);
    }),
  );
});
