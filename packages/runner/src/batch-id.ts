import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

/** A ULID, as batch ids are: 26 characters that sort by the time they were made. */
export function newBatchId(now: number = Date.now()): string {
  const time = Array.from({ length: TIME_DIGITS }, (_, digit) =>
    ALPHABET.charAt(Math.floor(now / 32 ** (TIME_DIGITS - 1 - digit)) % 32),
  );
  const random = Array.from(randomBytes(RANDOM_DIGITS), (byte) => ALPHABET.charAt(byte % 32));
  return [...time, ...random].join('');
}
