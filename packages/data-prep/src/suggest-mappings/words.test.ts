import { expect, test } from 'vitest';
import { wordsOf } from './words.ts';

test.each([
  ['FirstName', 'first name'],
  ['first_name', 'first name'],
  ['First Name', 'first name'],
  ['fname', 'first name'],
  ['First_Name__c', 'first name'],
  ['new_firstname', 'first name'],
  ['MobilePhone', 'mobile phone'],
  ['mobile', 'mobile phone'],
  ['e-mail', 'email'],
  ['EMail', 'email'],
  ['Home_E-Mail', 'home email'],
  ['address1_line1', 'address 1 line 1'],
  ['HTTPStatus', 'http status'],
  ['LoyaltyPoints__c', 'loyalty point'],
  ['Größe', 'größe'],
  ['companies', 'company'],
  ['__c', ''],
  ['', ''],
])('the words of %j are %j', (name, words) => {
  expect(wordsOf(name).join(' ')).toBe(words);
});
