/** Java's classes of characters, as what RE2 has between the brackets of a class. */
const lineBreaks = String.raw`\n\x0B\f\r\x{85}\x{2028}\x{2029}`;
const blanks = String.raw` \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}`;
const spaces = String.raw`\t\n\x0B\f\r `;

/** What a dot does not match, unless told to match all. */
export const notLineBreak = String.raw`[^\n\r\x{85}\x{2028}\x{2029}]`;
export const anyLineBreak = String.raw`(?:\r\n|[${lineBreaks}])`;

/** Escapes that stand for a class which RE2 lacks, or has otherwise. */
export const classEscapes: ReadonlyMap<string, string> = new Map([
  ['s', spaces],
  ['h', blanks],
  ['v', lineBreaks],
]);

/** Escapes that stand for one character. */
export const characterEscapes: ReadonlyMap<string, string> = new Map([
  ['t', String.raw`\t`],
  ['n', String.raw`\n`],
  ['r', String.raw`\r`],
  ['f', String.raw`\f`],
  ['a', String.raw`\x07`],
  ['e', String.raw`\x1B`],
]);

/** POSIX classes, which Java takes to be of ASCII. */
const posixClasses: ReadonlyMap<string, string> = new Map([
  ['Lower', 'a-z'],
  ['Upper', 'A-Z'],
  ['ASCII', String.raw`\x00-\x7F`],
  ['Alpha', 'a-zA-Z'],
  ['Digit', '0-9'],
  ['Alnum', 'a-zA-Z0-9'],
  ['Punct', String.raw`!-/:-@\[-\x60{-~`],
  ['Graph', '!-~'],
  ['Print', ' -~'],
  ['Blank', String.raw` \t`],
  ['Cntrl', String.raw`\x00-\x1F\x7F`],
  ['XDigit', '0-9a-fA-F'],
  ['Space', spaces],
]);

const generalCategory = /^(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?)$/;
const scripts: ReadonlySet<string> = new Set([
  'Latin',
  'Greek',
  'Cyrillic',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Devanagari',
  'Thai',
  'Hangul',
  'Hiragana',
  'Katakana',
  'Han',
]);

/**
 * A class of characters by its name in `\p{…}`, as what stands between the brackets of a class: a POSIX class, a general
 * category of Unicode, or a script. Undefined for one that is not known.
 */
export function namedClass(
  name: string,
): { readonly members: string; readonly isLarge: boolean } | undefined {
  const posix = posixClasses.get(name);
  if (posix !== undefined) return { members: posix, isLarge: false };
  const bare = name.replace(/^(?:Is|script=|sc=|general_category=|gc=)/i, '');
  if (generalCategory.test(bare) || scripts.has(bare)) return { members: `\\p{${bare}}`, isLarge: true };
  if (bare === 'Alphabetic') return { members: String.raw`\p{L}\p{Nl}`, isLarge: true };
  return undefined;
}
