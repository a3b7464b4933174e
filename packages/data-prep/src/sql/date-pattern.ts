import { offsetShape } from './shaped.ts';

/** A pattern compiled for reading: text that has the shape is read by `strptime` with the format. */
export interface DateReader {
  readonly ok: true;
  readonly format: string;
  /** A regular expression without groups. It keeps `strptime` from taking a year of two digits for one of four. */
  readonly shape: string;
  /** True where the text carries an offset from UTC, so that `strptime` answers an instant. */
  readonly hasOffset: boolean;
}

/** A pattern compiled for writing: a format of `strftime`, for instants in UTC. */
export interface DateWriter {
  readonly ok: true;
  readonly format: string;
}

export interface PatternProblem {
  readonly ok: false;
  readonly problem: string;
}

interface LetterRule {
  readonly read?: string;
  readonly shape?: string;
  readonly write?: string;
}

const nameShape = '[A-Za-z]+';

/**
 * What a run of one letter stands for (Java's date patterns, as the data format guide lists them), by letter and length.
 * A run that is missing has no counterpart in `strptime` or `strftime`.
 */
const letterRules: Readonly<Record<string, LetterRule>> = {
  y: { write: '%Y', read: '%Y', shape: String.raw`\d{4}` },
  yy: { write: '%y', read: '%y', shape: String.raw`\d{2}` },
  yyyy: { write: '%Y', read: '%Y', shape: String.raw`\d{4}` },
  M: { write: '%-m', read: '%m' },
  MM: { write: '%m', read: '%m' },
  MMM: { write: '%b', read: '%b', shape: nameShape },
  MMMM: { write: '%B', read: '%B', shape: nameShape },
  L: { write: '%-m', read: '%m' },
  LL: { write: '%m', read: '%m' },
  LLL: { write: '%b', read: '%b', shape: nameShape },
  LLLL: { write: '%B', read: '%B', shape: nameShape },
  d: { write: '%-d', read: '%d' },
  dd: { write: '%d', read: '%d' },
  D: { write: '%-j' },
  DDD: { write: '%j', read: '%j', shape: String.raw`\d{3}` },
  E: { write: '%a', read: '%a', shape: nameShape },
  EE: { write: '%a', read: '%a', shape: nameShape },
  EEE: { write: '%a', read: '%a', shape: nameShape },
  EEEE: { write: '%A', read: '%A', shape: nameShape },
  u: { write: '%u' },
  a: { write: '%p', read: '%p', shape: '[AaPp][Mm]' },
  H: { write: '%-H', read: '%H' },
  HH: { write: '%H', read: '%H' },
  h: { write: '%-I', read: '%I' },
  hh: { write: '%I', read: '%I' },
  m: { write: '%-M', read: '%M' },
  mm: { write: '%M', read: '%M' },
  s: { write: '%-S', read: '%S' },
  ss: { write: '%S', read: '%S' },
  SSS: { write: '%g', read: '%g', shape: String.raw`\d{3}` },
  Z: { write: '+0000', read: '%z', shape: offsetShape },
  X: { write: 'Z', read: '%z', shape: offsetShape },
  XX: { write: 'Z', read: '%z', shape: offsetShape },
  XXX: { write: 'Z', read: '%z', shape: offsetShape },
  z: { write: 'UTC' },
};

/** Compiles a Java date pattern for reading text, or says which part of it can't be. */
export function compileDateReader(pattern: string): DateReader | PatternProblem {
  const split = splitPattern(pattern);
  if (!split.ok) return split;
  let format = '';
  let shape = '';
  let hasOffset = false;
  for (const [index, part] of split.parts.entries()) {
    if (part.kind === 'text') {
      format += escapeFormat(part.text);
      shape += escapeRegex(part.text);
      continue;
    }
    const rule = ruleOf(part.text);
    if (rule?.read === undefined) return unsupported(part.text, 'read');
    format += rule.read;
    shape +=
      rule.shape ??
      digitsShape(part.text, isNumericPart(split.parts[index - 1]) || isNumericPart(split.parts[index + 1]));
    hasOffset ||= rule.read === '%z';
  }
  if (!/%[Yy]/.test(format)) return { ok: false, problem: 'the pattern has no year ("yyyy")' };
  return { ok: true, format, shape, hasOffset };
}

/** Compiles a Java date pattern for writing instants in UTC, or says which part of it can't be. */
export function compileDateWriter(pattern: string): DateWriter | PatternProblem {
  const split = splitPattern(pattern);
  if (!split.ok) return split;
  let format = '';
  for (const part of split.parts) {
    const written = part.kind === 'text' ? escapeFormat(part.text) : ruleOf(part.text)?.write;
    if (written === undefined) return unsupported(part.text, 'write');
    format += written;
  }
  return { ok: true, format };
}

interface PatternPart {
  readonly kind: 'text' | 'letters';
  readonly text: string;
}

/** Cuts a pattern into runs of one letter and the text between; apostrophes make letters text, two are one. */
function splitPattern(
  pattern: string,
): { readonly ok: true; readonly parts: readonly PatternPart[] } | PatternProblem {
  if (pattern.trim() === '') return { ok: false, problem: 'the pattern is empty' };
  const parts: PatternPart[] = [];
  const piece = /''|'((?:[^']|'')*)'|(([A-Za-z])\3*)|([^A-Za-z'])/gy;
  let end = 0;
  for (const match of pattern.matchAll(piece)) {
    const [whole, quoted, letters, , other] = match;
    if (letters !== undefined) parts.push({ kind: 'letters', text: letters });
    else
      parts.push({
        kind: 'text',
        text: whole === "''" ? "'" : (quoted?.replaceAll("''", "'") ?? other ?? ''),
      });
    end = match.index + whole.length;
  }
  if (end < pattern.length) return { ok: false, problem: 'an apostrophe in the pattern is never closed' };
  return { ok: true, parts };
}

function ruleOf(letters: string): LetterRule | undefined {
  return Object.hasOwn(letterRules, letters) ? letterRules[letters] : undefined;
}

function isNumericPart(part: PatternPart | undefined): boolean {
  if (part?.kind !== 'letters') return false;
  const rule = ruleOf(part.text);
  return rule !== undefined && (rule.shape === undefined || rule.shape.startsWith(String.raw`\d`));
}

/** Numbers that touch each other have fixed widths; others may leave a leading zero out. */
function digitsShape(letters: string, touchesNumber: boolean): string {
  return touchesNumber ? String.raw`\d{${Math.max(letters.length, 2)}}` : String.raw`\d{1,2}`;
}

function escapeFormat(text: string): string {
  return text.replaceAll('%', '%%');
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function unsupported(letters: string, verb: 'read' | 'write'): PatternProblem {
  return { ok: false, problem: `"${letters}" cannot be used to ${verb} a date` };
}
