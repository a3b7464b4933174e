import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checksum } from './checksum.ts';

const bytesOf = (hexadecimal: string) => createHash('md5').update(hexadecimal, 'hex').digest('hex');

describe('checksums', () => {
  it.each([
    ['UTF-8', 'é😀', 'c3a9f09f9880'],
    ['ISO-8859-1', 'é😀', 'e93f'],
    ['US-ASCII', 'aé😀', '613f3f'],
    ['UTF-16', 'é😀', 'feff00e9d83dde00'],
    ['UTF-16', '', ''],
    // A letter and a combining accent are two characters.
    ['US-ASCII', 'e\u0301', '653f'],
  ])('in %s are taken of the bytes of "%s"', (charset, text, bytes) => {
    expect(checksum.call('md5', charset, text)).toBe(bytesOf(bytes));
  });

  it.each([
    ['123456789', '2639f4cb'],
    ['my text', '8df92e80'],
    ['', '00000000'],
  ])('of "%s" by CRC-32 stand least significant byte first', (text, expected) => {
    expect(checksum.call('crc32', 'UTF-8', text)).toBe(expected);
  });
});
