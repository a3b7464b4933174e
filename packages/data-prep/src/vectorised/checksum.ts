import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type ScalarFunction, scalarFunction } from './scalar-function.ts';

/** The character sets in which a text can be turned into bytes, by Java's names. */
export const charsets: readonly string[] = ['UTF-8', 'US-ASCII', 'ISO-8859-1', 'UTF-16'];

/** The checksum of a text's bytes in a character set: `dp_checksum(algorithm, charset, text)`. */
export const checksum = scalarFunction({
  name: 'dp_checksum',
  parameters: ['VARCHAR', 'VARCHAR', 'VARCHAR'],
  returns: 'VARCHAR',
  call: (algorithm, charset, text) => digest(algorithm, encode(text, charset.toUpperCase())),
});

/** The same for UTF-8, by algorithm, for those that DuckDB has not: `dp_sha512(text)`. */
export const utf8Checksums: ReadonlyMap<string, ScalarFunction> = new Map(
  ['sha512', 'crc32'].map((algorithm) => [
    algorithm,
    scalarFunction({
      name: `dp_${algorithm}`,
      parameters: ['VARCHAR'],
      returns: 'VARCHAR',
      call: (text) => digest(algorithm, text),
    }),
  ]),
);

function digest(algorithm: string, data: string | Uint8Array): string {
  return algorithm === 'crc32' ? reversedCrc32(data) : hash(algorithm, data);
}

/** The bytes of the sum stand least significant first, as the platform prints them. */
function reversedCrc32(data: string | Uint8Array): string {
  const sum = crc32(data);
  const reversed = ((sum & 0xff) << 24) | ((sum & 0xff00) << 8) | ((sum >>> 8) & 0xff00) | (sum >>> 24);
  return (reversed >>> 0).toString(16).padStart(8, '0');
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
