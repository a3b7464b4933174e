import { quoteLiteral } from './quote.ts';

const supplementary = quoteLiteral('[\\x{10000}-\\x{10FFFF}]');

const FARTHEST = 2147483647;

/** SQL: a text has no character beyond ASCII, so that bytes, characters and UTF-16 units are the same. */
export function isAscii(text: string): string {
  return `strlen(${text}) = length(${text})`;
}

/**
 * SQL that counts characters, where these are UTF-16 units, and other SQL where a text has characters outside of the basic
 * plane, which Java counts as two.
 */
export function byUtf16(texts: readonly string[], characters: string, units: string): string {
  const isBasic = texts.map((text) => `(${isAscii(text)} OR NOT regexp_matches(${text}, ${supplementary}))`);
  return `CASE WHEN ${isBasic.join(' AND ')} THEN ${characters} ELSE ${units} END`;
}

/** A position as `substring` takes it: none lies beyond what a text can hold. Null for null. */
export function clamped(number: string, least = 0): string {
  return `CASE WHEN ${number} < ${least} THEN ${least} WHEN ${number} > ${FARTHEST} THEN ${FARTHEST} ELSE ${number} END`;
}
