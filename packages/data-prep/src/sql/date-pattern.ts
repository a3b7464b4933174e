/** What is wrong with a date pattern. */
export interface PatternProblem {
  readonly ok: false;
  readonly problem: string;
}

/** A run of one letter, literal text, or the start or end of a section that a text may leave out. */
export interface PatternPart {
  readonly kind: 'letters' | 'text' | 'optional' | 'end';
  readonly text: string;
}

/** The letters of Java's date patterns; `u` and `S` are those of its older formatter (data format guide, "Dates"). */
const letters = 'GyYMLwWDdFEuaHkKhmsSzZXxVOQq';

/**
 * Cuts a date pattern into its parts. Apostrophes make letters text, two of them are one; brackets stand around what a
 * text may leave out.
 */
export function splitPattern(
  pattern: string,
): { readonly ok: true; readonly parts: readonly PatternPart[] } | PatternProblem {
  if (pattern.trim() === '') return { ok: false, problem: 'the pattern is empty' };
  const parts: PatternPart[] = [];
  const piece = /''|'((?:[^']|'')*)'|(([A-Za-z])\3*)|([^A-Za-z'])/gy;
  let depth = 0;
  let end = 0;
  for (const match of pattern.matchAll(piece)) {
    const [whole, quoted, run, letter = '', other = ''] = match;
    end = match.index + whole.length;
    if (run !== undefined) {
      if (!letters.includes(letter)) return { ok: false, problem: `"${run}" stands for no part of a date` };
      parts.push({ kind: 'letters', text: run });
    } else if (other === '[' || other === ']') {
      depth += other === '[' ? 1 : -1;
      if (depth < 0) break;
      parts.push({ kind: other === '[' ? 'optional' : 'end', text: other });
    } else {
      parts.push({ kind: 'text', text: whole === "''" ? "'" : (quoted?.replaceAll("''", "'") ?? other) });
    }
  }
  if (depth !== 0) return { ok: false, problem: 'the brackets in the pattern do not pair' };
  if (end < pattern.length) return { ok: false, problem: 'an apostrophe in the pattern is never closed' };
  return { ok: true, parts };
}

export function unsupported(run: string, verb: 'read' | 'write'): PatternProblem {
  return { ok: false, problem: `"${run}" cannot be used to ${verb} a date` };
}
