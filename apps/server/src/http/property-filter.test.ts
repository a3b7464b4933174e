import { expect, test } from 'vitest';
import { Problem } from './problem.ts';
import { meetsFilters, parsePropertyFilters } from './property-filter.ts';

test.each([
  ['name=="CRMToAEP"', [{ path: ['name'], operator: '==', value: 'CRMToAEP' }]],
  ['connectionSpec.id==cfc0', [{ path: ['connectionSpec', 'id'], operator: '==', value: 'cfc0' }]],
  ['createdAt>=5', [{ path: ['createdAt'], operator: '>=', value: '5' }]],
  [
    'meta:class==https://ns.adobe.com/xdm/context/profile',
    [{ path: ['meta:class'], operator: '==', value: 'https://ns.adobe.com/xdm/context/profile' }],
  ],
  [
    'a==1&property=b!=2',
    [
      { path: ['a'], operator: '==', value: '1' },
      { path: ['b'], operator: '!=', value: '2' },
    ],
  ],
])('reads %s', (text, filters) => {
  expect(parsePropertyFilters(text)).toEqual(filters);
});

test.each(['name', '==x', ''])('refuses %j', (text) => {
  expect(() => parsePropertyFilters(text)).toThrow(Problem);
});

const spec = { name: 'CRMToAEP', n: 10, tags: ['red'], attributes: { isSource: true } };

test.each([
  ['name==CRMToAEP', true],
  ['name~crm', true],
  ['n>9', true],
  ['n<9', false],
  ['tags==red', true],
  ['attributes.isSource==true', true],
  ['constructor.name==Object', false],
  ['missing==x', false],
  ['missing!=x', true],
])('%s is %s of a spec', (text, expected) => {
  expect(meetsFilters(spec, parsePropertyFilters(text))).toBe(expected);
});
