import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { scalarFunction } from './scalar-function.ts';

/** The character sets in which a text can be turned into bytes, by Java's names. */
export const charsets: readonly string[] = ['UTF-8', 'US-ASCII', 'ISO-8859-1', 'UTF-16'];

/** The checksum of a text's bytes in a character set: `dp_checksum(algorithm, charset, text)`. */
export const checksum = scalarFunction({
  name: 'dp_checksum',
  parameters: ['VARCHAR', 'VARCHAR', 'VARCHAR'],
  returns: 'VARCHAR',
  call: (algorithm, charset, text) => {
    const bytes = encode(text, charset.toUpperCase());
    return algorithm === 'crc32' ? reversedCrc32(bytes) : createHash(algorithm).update(bytes).digest('hex');
  },
});

/** The bytes of the sum stand least significant first, as the platform prints them. */
function reversedCrc32(bytes: Uint8Array): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(bytes));
  return sum.toString('hex');
}

/** As Java encodes: UTF-16 is big-endian behind a byte-order mark, and what a set doesn't hold is a question mark. */
function encode(text: string, charset: string): Uint8Array {
  switch (charset) {
    case 'US-ASCII':
      return Buffer.from(text.replaceAll(/[^\0-\x7f]/gu, '?'), 'latin1');
    case 'ISO-8859-1':
      return Buffer.from(text.replaceAll(/[^\0-\xff]/gu, '?'), 'latin1');
    case 'UTF-16':
      return text === '' ? Buffer.alloc(0) : Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    default:
      return Buffer.from(text, 'utf8');
  }
}
