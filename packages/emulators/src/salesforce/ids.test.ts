import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idsOf, indexOfId, withChecksum } from './ids.ts';

test.each([
  '005R0000000UyrWIAS',
  '005R0000000GiwjIAC',
  '750R0000000zlh9IAA',
  '00DTb000000GmaBMAS',
  '005Tb000000GmaBIAS',
])('the checksum of %s follows from its first 15 characters', (id) => {
  expect(withChecksum(id.slice(0, 15))).toBe(id);
});

const indexes = fc.integer({ min: 0, max: 2 ** 31 });

test('an index and its id lead to each other, in both lengths', () => {
  fc.assert(
    fc.property(indexes, (index) => {
      const id = idsOf('003')(index);
      expect(id).toHaveLength(18);
      expect(withChecksum(id.slice(0, 15))).toBe(id);
      expect(indexOfId('003', id)).toBe(index);
      expect(indexOfId('003', id.slice(0, 15))).toBe(index);
    }),
  );
});

test('ids sort as their rows were created', () => {
  fc.assert(
    fc.property(indexes, indexes, (a, b) => {
      expect(idsOf('00Q')(a) < idsOf('00Q')(b)).toBe(a < b);
    }),
  );
});

test.each([
  ['another object', '001Tb000000GmaBIAS'],
  ['a wrong checksum', '003Tb000000GmaBIAA'],
  ['another instance', withChecksum('003R0000000Uyr4')],
  ['a number before the first record', withChecksum('003Tb0000000001')],
  ['too few characters', '003Tb000000Gma'],
])('an id of %s belongs to no row', (_, id) => {
  expect(indexOfId('003', id)).toBeUndefined();
});
