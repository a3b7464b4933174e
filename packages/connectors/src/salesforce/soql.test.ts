import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ReadRequest, SourceError, type TableDescription } from '../source.ts';
import { assertTableName } from './describe.ts';
import {
  boundarySoql,
  countSoql,
  encodeSoql,
  orderedSoql,
  previewSoql,
  rowQueryOf,
  unorderedSoql,
} from './soql.ts';

const contact: TableDescription = {
  table: 'Contact',
  columns: [
    { name: 'Id', type: 'string' },
    { name: 'Email', type: 'string' },
    { name: 'Birthdate', type: 'date' },
    { name: 'SystemModstamp', type: 'date-time' },
  ],
  keyColumns: ['Id'],
  deltaColumns: ['SystemModstamp'],
};

const after = new Date('2024-03-01T12:00:00.250Z');
const upTo = new Date('2024-03-02T00:00:00.999Z');

/** All the ways in which the query of a read is written. */
function soqlOf(request: ReadRequest, description: TableDescription) {
  const query = rowQueryOf(request, description);
  return { count: countSoql(query), ordered: orderedSoql(query), unordered: unorderedSoql(query) };
}

describe('the query of a read', () => {
  test('without a window takes the whole table, in the order of its key', () => {
    expect(soqlOf({ table: 'Contact', columns: ['Id', 'Email'], window: undefined }, contact)).toEqual({
      count: 'SELECT COUNT() FROM Contact',
      ordered: 'SELECT Id,Email FROM Contact ORDER BY Id',
      unordered: 'SELECT Id,Email FROM Contact',
    });
  });

  test('bounds a window to seconds, the lower one excluded and the upper one included', () => {
    const where = 'WHERE SystemModstamp > 2024-03-01T12:00:00Z AND SystemModstamp <= 2024-03-02T00:00:00Z';
    expect(soqlOf(request({ after, upTo, column: 'SystemModstamp' }), contact)).toEqual({
      count: `SELECT COUNT() FROM Contact ${where}`,
      ordered: `SELECT Id FROM Contact ${where} ORDER BY SystemModstamp,Id`,
      unordered: `SELECT Id FROM Contact ${where}`,
    });
  });

  test('bounds a window on a date to days', () => {
    expect(soqlOf(request({ after, upTo, column: 'Birthdate' }), contact).unordered).toBe(
      'SELECT Id FROM Contact WHERE Birthdate > 2024-03-01 AND Birthdate <= 2024-03-02',
    );
  });

  test('leaves out a lower bound that is not there', () => {
    expect(soqlOf(request({ after: undefined, upTo, column: 'SystemModstamp' }), contact).count).toBe(
      'SELECT COUNT() FROM Contact WHERE SystemModstamp <= 2024-03-02T00:00:00Z',
    );
  });

  test('is narrowed to a range of ids, beside its window', () => {
    const query = rowQueryOf(request({ after, upTo, column: 'Birthdate' }), contact);
    const narrowed = { ...query, range: { after: '003000000000001', upTo: '003000000000009AAA' } };
    expect(countSoql(narrowed)).toBe(
      "SELECT COUNT() FROM Contact WHERE Birthdate > 2024-03-01 AND Birthdate <= 2024-03-02 AND Id > '003000000000001' AND Id <= '003000000000009AAA'",
    );
    expect(boundarySoql(narrowed, 'last')).toBe(
      "SELECT Id FROM Contact WHERE Id > '003000000000001' AND Id <= '003000000000009AAA' ORDER BY Id DESC LIMIT 1",
    );
  });

  test('asks for the mark of deleted rows where these are read', () => {
    const deletable = {
      ...contact,
      columns: [...contact.columns, { name: 'IsDeleted', type: 'boolean' as const }],
      deletions: { column: 'IsDeleted', keptDays: 15 },
    };
    const read = { table: 'Contact', columns: ['Id'], window: undefined, includeDeleted: true };
    expect(rowQueryOf(read, deletable)).toMatchObject({ columns: ['Id', 'IsDeleted'], includeDeleted: true });
    expect(rowQueryOf(read, contact)).toMatchObject({ columns: ['Id'], includeDeleted: false });
  });

  test('names a column once', () => {
    const soql = soqlOf({ table: 'Contact', columns: ['Id', 'Email', 'Id'], window: undefined }, contact);
    expect(soql.unordered).toBe('SELECT Id,Email FROM Contact');
  });

  test.each([
    [['email'], 'is Email meant'],
    [['Email FROM Contact--'], 'no column'],
    [['Id,(SELECT Id FROM Cases)'], 'no column'],
    [[''], 'no column'],
    [[], 'at least one'],
  ])('refuses the columns %j', (columns, hint) => {
    expect(() => soqlOf({ table: 'Contact', columns, window: undefined }, contact)).toThrow(hint);
  });

  test.each(['Email', 'SystemModstamp > 1970-01-01T00:00:00Z OR Id', 'nothing'])(
    'refuses a window on %s',
    (column) => {
      expect(() => soqlOf(request({ after, upTo, column }), contact)).toThrow(SourceError);
    },
  );

  test('is made of names of the description only, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.string(), (columns, column) => {
        const known = new Set(contact.columns.map(({ name }) => name));
        const make = () => soqlOf({ table: 'Contact', columns, window: { column, after, upTo } }, contact);
        if (columns.every((name) => known.has(name)) && known.has(column)) return;
        expect(make).toThrow(SourceError);
      }),
    );
  });
});

test.each([
  '',
  'Contact; DROP',
  'Contact/describe',
  '../limits',
  'Contact WHERE',
  "Contact'",
  'Ünit',
  '9lives',
  'a'.repeat(256),
])('the table name %j is refused', (table) => {
  expect(() => assertTableName(table)).toThrow(SourceError);
});

test.each(['Contact', 'My_Object__c', 'ns__My_Object__c'])('the table name %j is taken', (table) => {
  expect(() => assertTableName(table)).not.toThrow();
});

test('a preview is the first rows in the order of the key', () => {
  expect(previewSoql(contact, ['Id', 'Email'], 5)).toBe('SELECT Id,Email FROM Contact ORDER BY Id LIMIT 5');
  expect(previewSoql({ ...contact, keyColumns: [] }, ['Email'], 5)).toBe('SELECT Email FROM Contact LIMIT 5');
});

test('a query comes out of a URL as it went in, with its commas as they are', () => {
  const soql = 'SELECT Id,Email FROM Contact WHERE SystemModstamp > 2024-03-01T12:00:00Z';
  const encoded = encodeSoql(soql);
  expect(new URL(`http://x/?q=${encoded}`).searchParams.get('q')).toBe(soql);
  expect(encoded).toContain('Id,Email');
});

function request(window: { column: string; after: Date | undefined; upTo: Date }) {
  return { table: 'Contact', columns: ['Id'], window };
}
