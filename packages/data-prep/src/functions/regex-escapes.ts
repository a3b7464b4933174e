import { type PatternReader, RegexProblem } from './regex-reader.ts';

/** Rough sizes of compiled parts, in RE2's instructions. */
export const CHARACTER_SIZE = 2;
export const CLASS_SIZE = 20;
const LARGE_CLASS_SIZE = 600;

const codePoint = /u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|0([0-3]?[0-7]{1,2})|c([A-Z])/y;
const property = /([pP])(?:\{([A-Za-z_=]+)\}|([A-Z]))/y;
/** ASCII only, and no underscore: what RE2 lets a backslash stand before. */
const punctuation = /^[ -/:-@[-^`{-~]$/;

/** Java's classes of characters, as what RE2 has between the brackets of a class. */
const lineBreaks = String.raw`\n\x0B\f\r\x{85}\x{2028}\x{2029}`;
const blanks = String.raw` \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}`;
const spaces = String.raw`\t\n\x0B\f\r `;

/** What a dot does not match, unless told to match all. */
export const notLineBreak = String.raw`[^\n\r\x{85}\x{2028}\x{2029}]`;
export const anyLineBreak = String.raw`(?:\r\n|[${lineBreaks}])`;

/** Escapes that stand for a class which RE2 lacks, or has otherwise. */
const classEscapes: ReadonlyMap<string, string> = new Map([
  ['s', spaces],
  ['h', blanks],
  ['v', lineBreaks],
]);

/** Letters that stand for one character behind a backslash, in RE2's spelling and as what they are. */
const characterEscapes: ReadonlyMap<string, EscapedCharacter> = new Map([
  ['t', { text: String.raw`\t`, character: '\t' }],
  ['n', { text: String.raw`\n`, character: '\n' }],
  ['r', { text: String.raw`\r`, character: '\r' }],
  ['f', { text: String.raw`\f`, character: '\f' }],
  ['a', { text: String.raw`\x07`, character: '\x07' }],
  ['e', { text: String.raw`\x1B`, character: '\x1b' }],
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

/** A character in RE2's spelling, and as what it is. */
interface EscapedCharacter {
  readonly text: string;
  readonly character: string;
}

/** An escape for one character, behind its backslash. */
export function readEscapedCharacter(pattern: PatternReader): EscapedCharacter | undefined {
  const character = pattern.peek();
  if (punctuation.test(character) || (character !== '' && character > '\x7f')) {
    pattern.skip();
    return { text: character > '\x7f' ? character : `\\${character}`, character };
  }
  const short = characterEscapes.get(character);
  if (short !== undefined) {
    pattern.skip();
    return short;
  }
  const match = pattern.take(codePoint);
  if (match === undefined) return undefined;
  const [, utf16, byte, braced, octal, control] = match;
  const code =
    control === undefined
      ? Number.parseInt(utf16 ?? byte ?? braced ?? octal ?? '', octal === undefined ? 16 : 8)
      : control.charCodeAt(0) - 64;
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new RegexProblem(`"\\${match[0]}" is no character`);
  }
  return { text: `\\x{${code.toString(16)}}`, character: String.fromCodePoint(code) };
}

/** A class of characters that an escape stands for. */
interface EscapedClass {
  /** What stands between the brackets of a class for it, were it not negated. */
  readonly members: string;
  readonly size: number;
  readonly isNegated: boolean;
  /** The class as an escape of RE2, negated or not; where RE2 has none, no escape. */
  readonly shorthand: string;
}

/** An escape for a class of characters, behind its backslash. */
export function readEscapedClass(pattern: PatternReader): EscapedClass | undefined {
  const character = pattern.peek();
  const lower = character.toLowerCase();
  const isNegated = character !== lower;
  if (/^[dwshv]$/.test(lower)) {
    pattern.skip();
    const members = classEscapes.get(lower) ?? `\\${lower}`;
    return {
      members,
      size: CLASS_SIZE,
      isNegated,
      shorthand: lower === 'h' || lower === 'v' ? '' : `\\${character}`,
    };
  }
  const match = pattern.take(property);
  if (match === undefined) return undefined;
  const [, letter, name, initial] = match;
  const named = namedClass(name ?? initial ?? '');
  if (named === undefined) throw new RegexProblem(`the class "\\${match[0]}" is not supported`);
  const size = named.isLarge ? LARGE_CLASS_SIZE : CLASS_SIZE;
  const shorthand = named.members.replace(/^\\p(\{\w+\})$/, String.raw`\P$1`);
  return { members: named.members, size, isNegated: letter === 'P', shorthand };
}

/**
 * A class of characters by its name in `\p{…}`, as what stands between the brackets of a class: a POSIX class, a general
 * category of Unicode, or a script. Undefined for one that is not known.
 */
function namedClass(name: string): { readonly members: string; readonly isLarge: boolean } | undefined {
  const posix = posixClasses.get(name);
  if (posix !== undefined) return { members: posix, isLarge: false };
  const bare = name.replace(/^(?:Is|script=|sc=|general_category=|gc=)/i, '');
  if (generalCategory.test(bare) || scripts.has(bare)) return { members: `\\p{${bare}}`, isLarge: true };
  if (bare === 'Alphabetic') return { members: String.raw`\p{L}\p{Nl}`, isLarge: true };
  return undefined;
}
