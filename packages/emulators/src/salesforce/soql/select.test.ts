import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Value } from '../../rows/columns.ts';
import { findObject, objectDefinitions } from '../definitions.ts';
import { Org } from '../org.ts';
import { bindSoql } from './bind.ts';
import { selectRows } from './select.ts';

const credentials = { clientId: '', clientSecret: '', username: '', password: '', securityToken: '' };
const rows = Object.fromEntries(objectDefinitions.map(({ name }) => [name, 600]));
const org = new Org({ seed: 3, rows, credentials, journalPath: undefined });
org.mutate({ object: 'Contact', update: 40, insert: 15, delete: 25, set: {} }, 0);
const snapshot = org.table('Contact').snapshot();
const all = Array.from({ length: snapshot.count }, (_, index) => index);
const live = all.filter((index) => !snapshot.isDeleted(index));

function run(clauses: string, includeDeleted = false): number[] {
  const found = selectRows(
    bindSoql(`SELECT Id FROM Contact ${clauses}`, findObject),
    snapshot,
    includeDeleted,
  );
  return Array.from({ length: found.length }, (_, position) => found.at(position));
}

function column(name: string): (index: number) => Value {
  const field = snapshot.object.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(name);
  return snapshot.column(field);
}

const [id, lastName, email, stamp, birthdate, value, optedOut, title] = [
  'Id',
  'LastName',
  'Email',
  'SystemModstamp',
  'Birthdate',
  'LifetimeValue__c',
  'HasOptedOutOfEmail',
  'Title',
].map(column);
const text = (cell: Value | undefined) => String(cell).toLowerCase();
const moment = Date.UTC(2021, 5, 1);

test.each<[string, (index: number) => boolean]>([
  ['', () => true],
  ["WHERE LastName = 'MÜLLER'", (index) => text(lastName?.(index)) === 'müller'],
  ["WHERE LastName LIKE '%o%'", (index) => text(lastName?.(index)).includes('o')],
  ["WHERE LastName LIKE '_''%'".replace("''", "\\'"), (index) => /^.'/u.test(text(lastName?.(index)))],
  ["WHERE Title LIKE '%(platform)'", (index) => text(title?.(index)).endsWith('(platform)')],
  ["WHERE LastName IN ('Weiß', 'Price')", (index) => ['weiß', 'price'].includes(text(lastName?.(index)))],
  ["WHERE LastName NOT IN ('Weiß')", (index) => text(lastName?.(index)) !== 'weiß'],
  ['WHERE Email = null', (index) => email?.(index) === null],
  ["WHERE Email = ''", (index) => email?.(index) === null],
  ["WHERE Email != 'nobody@example.com'", () => true],
  ["WHERE NOT Title LIKE 'c%'", (index) => title?.(index) === null || !text(title?.(index)).startsWith('c')],
  [
    'WHERE Birthdate < 1970-01-01',
    (index) => birthdate?.(index) !== null && String(birthdate?.(index)) < '1970-01-01',
  ],
  ['WHERE SystemModstamp > 2021-06-01T00:00:00Z', (index) => Number(stamp?.(index)) > moment],
  ['WHERE SystemModstamp <= 2021-06-01T02:00:00+02:00', (index) => Number(stamp?.(index)) <= moment],
  [
    'WHERE LifetimeValue__c >= 1000.5',
    (index) => value?.(index) !== null && Number(value?.(index)) >= 1000.5,
  ],
  [
    'WHERE HasOptedOutOfEmail = true AND (Email = null OR LifetimeValue__c < 100)',
    (index) =>
      optedOut?.(index) === true &&
      (email?.(index) === null || (value?.(index) !== null && Number(value?.(index)) < 100)),
  ],
])('%s finds what a reading of every row finds', (clauses, holds) => {
  const expected = live.filter(holds);
  expect(run(clauses)).toEqual(expected);
  expect(expected.length).toBeGreaterThan(0);
});

test('deleted rows show only where they are asked for', () => {
  expect(run('')).toEqual(live);
  expect(run('', true)).toEqual(all);
  expect(run('WHERE IsDeleted = true', true)).toHaveLength(25);
});

test('a window on the stamp, split anywhere, loses no row and takes none twice', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2028, 0) }), (time) => {
      const cut = new Date(Math.floor(time / 1000) * 1000).toISOString().replace('.000', '');
      const parts = [run(`WHERE SystemModstamp <= ${cut}`), run(`WHERE SystemModstamp > ${cut}`)];
      expect(parts.flat().sort((a, b) => a - b)).toEqual(live);
    }),
  );
});

test('ranges of ids find the rows between, ends included or not', () => {
  const anyRow = fc.nat({ max: snapshot.count + 5 });
  fc.assert(
    fc.property(anyRow, anyRow, fc.constantFrom('>', '>='), fc.constantFrom('<', '<='), (a, b, low, high) => {
      const [from, to] = [id?.(a), id?.(b)].map(String);
      const expected = all.filter(
        (index) => (low === '>' ? index > a : index >= a) && (high === '<' ? index < b : index <= b),
      );
      expect(run(`WHERE Id ${low} '${from}' AND Id ${high} '${to}'`, true)).toEqual(expected);
    }),
  );
});

test('paging by (stamp, id) walks through every row once, ties included', () => {
  const seen: number[] = [];
  let where = '';
  for (;;) {
    const page = run(`${where} ORDER BY SystemModstamp, Id LIMIT 37`);
    const last = page.at(-1);
    if (last === undefined) break;
    seen.push(...page);
    const at = new Date(Number(stamp?.(last))).toISOString();
    where = `WHERE SystemModstamp > ${at} OR (SystemModstamp = ${at} AND Id > '${id?.(last)}')`;
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.toSorted((a, b) => a - b)).toEqual(live);
});

test.each([
  ['ORDER BY LifetimeValue__c', 'first', 1],
  ['ORDER BY LifetimeValue__c DESC', 'first', -1],
  ['ORDER BY LifetimeValue__c ASC NULLS LAST', 'last', 1],
  ['ORDER BY LifetimeValue__c DESC NULLS LAST', 'last', -1],
] as const)('%s puts nulls %s', (clauses, place, direction) => {
  const values = run(clauses).map((index) => value?.(index) ?? null);
  const numbers = values.filter((cell) => cell !== null).map(Number);
  const nulls = Array.from({ length: values.length - numbers.length }, () => null);
  const sorted = numbers.toSorted((a, b) => direction * (a - b));
  expect(values).toEqual(place === 'first' ? [...nulls, ...sorted] : [...sorted, ...nulls]);
});

test('LIMIT and OFFSET cut the ordered rows', () => {
  const ordered = run('ORDER BY LastName, FirstName DESC');
  expect(run('ORDER BY LastName, FirstName DESC LIMIT 10 OFFSET 20')).toEqual(ordered.slice(20, 30));
  expect(run('LIMIT 0')).toEqual([]);
});
