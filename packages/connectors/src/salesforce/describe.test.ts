import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TableDescription } from '../source.ts';
import { API, json, ScriptedOrg } from './scripted-org.test-kit.ts';

/** One field of each type (Object Reference, Field Types), as `describe` tells of it. */
const fields = [
  { name: 'Id', type: 'id' },
  { name: 'IsDeleted', type: 'boolean' },
  { name: 'Name', type: 'string', length: 80 },
  { name: 'Notes__c', type: 'textarea' },
  { name: 'Email', type: 'email' },
  { name: 'Phone', type: 'phone' },
  { name: 'Website', type: 'url' },
  { name: 'Status__c', type: 'picklist' },
  { name: 'Interests__c', type: 'multipicklist' },
  { name: 'Unit__c', type: 'combobox' },
  { name: 'TaxId__c', type: 'encryptedstring' },
  { name: 'OwnerId', type: 'reference' },
  { name: 'NewValue', type: 'anyType' },
  { name: 'Employees', type: 'int' },
  { name: 'Replies__c', type: 'long' },
  { name: 'Revenue', type: 'currency', precision: 18, scale: 2 },
  { name: 'Share__c', type: 'percent', precision: 18, scale: 4 },
  { name: 'Quantity__c', type: 'double', precision: 18, scale: 2 },
  { name: 'Serial__c', type: 'double', precision: 18, scale: 0 },
  { name: 'Place__Latitude__s', type: 'double', precision: 18, scale: 15 },
  { name: 'Place__Longitude__s', type: 'double', precision: 18, scale: 15 },
  { name: 'Score__c', type: 'double', precision: 0, scale: 0 },
  { name: 'Odd__c', type: 'double', precision: 40, scale: 30 },
  { name: 'Birthdate', type: 'date' },
  { name: 'SystemModstamp', type: 'datetime' },
  { name: 'OpensAt__c', type: 'time' },
  { name: 'Label__c', type: 'string', calculated: true },
  { name: 'Total__c', type: 'currency', precision: 18, scale: 2, calculated: true },
  { name: 'Body', type: 'base64' },
  { name: 'Metadata', type: 'complexvalue' },
  { name: 'Address', type: 'address' },
  { name: 'Place__c', type: 'location' },
  { name: 'Old__c', type: 'base64', deprecatedAndHidden: true },
];

let org: ScriptedOrg;
let described: TableDescription;
beforeAll(async () => {
  org = await ScriptedOrg.start({ [`${API}/sobjects/T/describe`]: json({ fields }) });
  described = await org.source().describe('T');
});
afterAll(() => org.close());

describe('a field', () => {
  test.each([
    ['Id', 'string'],
    ['IsDeleted', 'boolean'],
    ['Name', 'string'],
    ['Notes__c', 'string'],
    ['Email', 'string'],
    ['Phone', 'string'],
    ['Website', 'string'],
    ['Status__c', 'string'],
    ['Unit__c', 'string'],
    ['TaxId__c', 'string'],
    ['OwnerId', 'string'],
    ['NewValue', 'string'],
    ['Employees', 'integer'],
    ['Replies__c', 'long'],
    ['Revenue', 'decimal'],
    ['Share__c', 'decimal'],
    ['Quantity__c', 'decimal'],
    ['Serial__c', 'decimal'],
    ['Place__Latitude__s', 'decimal'],
    ['Score__c', 'number'],
    ['Odd__c', 'number'],
    ['Birthdate', 'date'],
    ['SystemModstamp', 'date-time'],
    ['OpensAt__c', 'time'],
  ])('%s is a column of type %s', (name, type) => {
    expect(described.columns.find((column) => column.name === name)).toMatchObject({ type });
  });

  test.each([
    ['Revenue', { precision: 18, scale: 2 }],
    ['Serial__c', { precision: 18, scale: 0 }],
    // Roll-ups and formulas have more places than their definition shows.
    ['Total__c', { precision: 38, scale: 18 }],
    ['Score__c', undefined],
  ])('%s has the digits %j', (name, digits) => {
    expect(described.columns.find((column) => column.name === name)?.digits).toEqual(digits);
  });

  test('of several picks tells what stands between them, and no other does', () => {
    expect(described.columns.filter(({ separator }) => separator !== undefined)).toEqual([
      { name: 'Interests__c', type: 'string', originalType: 'multipicklist', separator: ';' },
    ]);
  });
});

test('compound fields are read by their parts, which are columns of their own', () => {
  const names = described.columns.map(({ name }) => name);
  expect(names).not.toContain('Address');
  expect(names).not.toContain('Place__c');
  expect(names).toEqual(expect.arrayContaining(['Place__Latitude__s', 'Place__Longitude__s']));
});

test('what no query gives is left out, and told', () => {
  expect(described.columns.map(({ name }) => name)).not.toContain('Body');
  expect(described.notices).toEqual([
    expect.stringMatching(/^Body is not read: it holds binary data/),
    expect.stringMatching(/^Metadata is not read: /),
  ]);
});

test('formula fields are told, for they change without a stamp', () => {
  expect(described.computedColumns).toEqual(['Label__c', 'Total__c']);
});
