import { bindOnce } from './emitted.ts';
import { quoteLiteral } from './quote.ts';

/** Text that is a whole number; a fraction of zeros is let pass. */
export const wholeNumberShape = String.raw`\s*[+-]?\d+(?:\.0*)?\s*`;

/** Text that is a number in its usual forms. */
export const numberShape = String.raw`\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*`;

/** An offset from UTC in the forms of ISO 8601; none is as large as 19 hours. */
export const offsetShape = String.raw`(?:Z|[+-](?:0\d|1[0-8])(?::?[0-5]\d)?)`;

/**
 * SQL that reads only text of a shape (a regular expression for the whole of it), and is NULL for any other: what casts
 * and `strptime` would take besides, such as `0x1F`, `nan` or a year of two digits, is not meant to be read.
 */
export function readShaped(text: string, shape: string, read: (text: string) => string): string {
  return bindOnce([text], (bound) => {
    return `CASE WHEN regexp_full_match(${bound}, ${quoteLiteral(shape)}) THEN ${read(bound)} END`;
  });
}
