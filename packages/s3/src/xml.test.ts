import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementsOf, encodeEntities, textOf } from './xml.ts';

test('any text comes back as it was written', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0x10ffff })), (codePoints) => {
      const text = String.fromCodePoint(...codePoints);
      expect(textOf(`<A><Key>${encodeEntities(text)}</Key></A>`, 'Key')).toBe(text);
    }),
  );
});

test('elements are told by their whole name, with or without attributes', () => {
  const xml =
    '<Keys/><KeyCount>2</KeyCount><Key xmlns="http://x">a&amp;b&#x20;&quot;&unknown;</Key><Key>c</Key>';
  expect(elementsOf(xml, 'Key')).toEqual(['a&amp;b&#x20;&quot;&unknown;', 'c']);
  expect(textOf(xml, 'Key')).toBe('a&b "&unknown;');
  expect(textOf(xml, 'Keys')).toBeUndefined();
});

test('what is cut off is left out', () => {
  expect(elementsOf('<Contents><Key>a</Key></Contents><Contents><Key>b', 'Contents')).toEqual([
    '<Key>a</Key>',
  ]);
  expect(textOf('<Key>a', 'Key')).toBeUndefined();
  expect(textOf('<Key ', 'Key')).toBeUndefined();
});
