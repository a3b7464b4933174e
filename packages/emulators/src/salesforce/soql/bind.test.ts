import { expect, test } from 'vitest';
import { findObject } from '../definitions.ts';
import { bindSoql } from './bind.ts';

test.each([
  [
    'SELECT Id FROM Contacts',
    'INVALID_TYPE',
    "sObject type 'Contacts' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name.",
  ],
  [
    'SELECT Nme FROM Contact',
    'INVALID_FIELD',
    "No such column 'Nme' on entity 'Contact'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.",
  ],
  ['SELECT Id FROM Contact WHERE Foo__c = 1', 'INVALID_FIELD', "No such column 'Foo__c' on entity 'Contact'"],
  ['SELECT Id FROM Contact ORDER BY Foo', 'INVALID_FIELD', "No such column 'Foo' on entity 'Contact'"],
  ['SELECT Boss.Name FROM Contact', 'INVALID_FIELD', "Didn't understand relationship 'Boss' in field path"],
  ['SELECT Id, ID FROM Contact', 'INVALID_FIELD', 'duplicate field selected: Id'],
  [
    "SELECT Id FROM Contact WHERE CreatedDate > '2024-03-01'",
    'INVALID_FIELD',
    "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
  ],
  [
    'SELECT Id FROM Contact WHERE CreatedDate > 2024-03-01',
    'INVALID_FIELD',
    "field 'CreatedDate' must be of type dateTime",
  ],
  [
    'SELECT Id FROM Contact WHERE LastName = 5',
    'INVALID_FIELD',
    "value of filter criterion for field 'LastName' must be of type string and should be enclosed in quotes",
  ],
  [
    "SELECT Id FROM Contact WHERE DoNotCall = 'true'",
    'INVALID_FIELD',
    "field 'DoNotCall' must be of type boolean",
  ],
  [
    "SELECT Id FROM Contact WHERE LifetimeValue__c = '5'",
    'INVALID_FIELD',
    "field 'LifetimeValue__c' must be of type currency",
  ],
  [
    "SELECT Id FROM Contact WHERE Description = 'x'",
    'INVALID_FIELD',
    "field 'Description' can not be filtered in a query call",
  ],
  [
    'SELECT Id FROM Contact WHERE MailingAddress = null',
    'INVALID_FIELD',
    "field 'MailingAddress' can not be filtered in a query call",
  ],
  [
    'SELECT Id FROM Contact ORDER BY Description',
    'MALFORMED_QUERY',
    "field 'Description' can not be sorted in a query call",
  ],
  [
    'SELECT Id FROM Contact WHERE DoNotCall > false',
    'INVALID_QUERY_FILTER_OPERATOR',
    'invalid operator on boolean field',
  ],
  ["SELECT Id FROM Contact WHERE Id = 'abc'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: abc'],
  [
    'SELECT FIELDS(ALL) FROM Contact',
    'MALFORMED_QUERY',
    'The SOQL FIELDS function must have a LIMIT of at most 200',
  ],
  ['SELECT Id, COUNT(Id) FROM Contact', 'MALFORMED_QUERY', 'Field must be grouped or aggregated: Id'],
  ['SELECT Id FROM Contact OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000'],
])('%s is refused', (soql, code, message) => {
  expect(() => bindSoql(soql, findObject)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

test('names take their own spelling, and short ids their long form', () => {
  const query = bindSoql("select id, lastname from CONTACT where ownerid = '005Tb000000GmaB'", findObject);
  expect(query.object.name).toBe('Contact');
  expect(query.select).toMatchObject({ fields: [{ name: 'Id' }, { name: 'LastName' }] });
  expect(query.where).toMatchObject({ field: { name: 'OwnerId' }, operand: '005Tb000000GmaBIAS' });
});
