import { expect, test } from 'vitest';
import { flattenRows, sharedObject } from './flat-rows.ts';

test('objects open into dotted paths, in the order in which the rows bring them', () => {
  const { paths, rows } = flattenRows([
    { person: { name: { firstName: 'Ada' } }, _id: '1' },
    { person: { name: { firstName: 'Grace', lastName: 'Hopper' } }, _id: '2' },
  ]);
  expect(paths).toEqual(['person.name.firstName', '_id', 'person.name.lastName']);
  expect(rows.map((row) => paths.map((path) => row.get(path)))).toEqual([
    ['Ada', '1', undefined],
    ['Grace', '2', 'Hopper'],
  ]);
});

test('lists stay together, null is left out, false and zero are not', () => {
  const { paths, rows } = flattenRows([
    { tags: ['a', { b: 1 }], gone: null, isOn: false, count: 0, text: '' },
  ]);
  expect(paths).toEqual(['tags', 'isOn', 'count', 'text']);
  expect(Object.fromEntries(rows[0] ?? [])).toEqual({
    tags: '["a",{"b":1}]',
    isOn: 'false',
    count: '0',
    text: '',
  });
});

test('no rows have no paths', () => {
  expect(flattenRows([])).toEqual({ paths: [], rows: [] });
});

test.each([
  [['_acme.people.name.last', '_acme.people.id'], '_acme.people'],
  [['_acme.people.id'], '_acme.people'],
  [['_id', '_acme.people.id'], ''],
  [[], ''],
])('%o lie in the object "%s"', (paths, object) => {
  expect(sharedObject(paths)).toBe(object);
});
