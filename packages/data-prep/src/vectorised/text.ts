import { scalarFunction } from './scalar-function.ts';

/** Padding makes no text longer than this, in UTF-16 units. */
export const LONGEST_PADDED = 1_000_000;

/** All that follows counts in UTF-16 units, as Java does; half of a pair that is cut apart becomes U+FFFD. */

/** `dp_slice(text, from, to)`; negative positions count from the end. */
export const slice = scalarFunction({
  name: 'dp_slice',
  parameters: ['VARCHAR', 'BIGINT', 'BIGINT'],
  returns: 'VARCHAR',
  call: (text, from, to) => text.slice(Number(from), Number(to)).toWellFormed(),
});

/** The position of an occurrence at or behind a start, -1 where there is none: `dp_position(text, part, start, occurrence)`. */
export const position = scalarFunction({
  name: 'dp_position',
  parameters: ['VARCHAR', 'VARCHAR', 'BIGINT', 'BIGINT'],
  returns: 'BIGINT',
  call: (text, part, start, occurrence) => {
    if (occurrence < 1n) return -1n;
    let found = text.indexOf(part, Number(start));
    for (let passed = 1n; passed < occurrence && found >= 0; passed++) {
      if (found >= text.length) return -1n;
      found = text.indexOf(part, found + 1);
    }
    return BigInt(found);
  },
});

/** Fills a text up to a size: `dp_pad(text, size, padding, atStart)`. */
export const pad = scalarFunction({
  name: 'dp_pad',
  parameters: ['VARCHAR', 'BIGINT', 'VARCHAR', 'BOOLEAN'],
  returns: 'VARCHAR',
  call: (text, size, padding, atStart) => {
    const length = Math.min(Number(size), LONGEST_PADDED);
    const padded = atStart ? text.padStart(length, padding) : text.padEnd(length, padding);
    return padded.toWellFormed();
  },
});

/** Capitals by Unicode's full mappings, as Java has them: `dp_upper(text)`. */
export const upper = scalarFunction({
  name: 'dp_upper',
  parameters: ['VARCHAR'],
  returns: 'VARCHAR',
  call: (text) => text.toUpperCase(),
});

/** Small letters by Unicode's full mappings, as Java has them: `dp_lower(text)`. */
export const lower = scalarFunction({
  name: 'dp_lower',
  parameters: ['VARCHAR'],
  returns: 'VARCHAR',
  call: (text) => text.toLowerCase(),
});
