import { splitWrappedName } from '../syntax/names.ts';

/** A path of a mapping: names, and `[0]` or `[*]` for the elements of an array. */
export type PathReading =
  | { readonly ok: true; readonly segments: readonly string[] }
  | { readonly ok: false; readonly problem: string };

const segmentPattern = /\$\{((?:\\.|[^}\\])*)\}|\[(?:\d+|\*)\]|((?:\\.|[^.[\]{}()"'\\])+)/suy;

/**
 * Reads the path of an attribute or a destination: `a.b`, `list[0]`, `${First Name}`, with a backslash before a dot that
 * belongs to a name. Names need no wrapping here, as nothing but a path can stand in such a place.
 */
export function readPath(text: string): PathReading {
  const segments: string[] = [];
  let offset = 0;
  while (offset < text.length) {
    segmentPattern.lastIndex = offset;
    const match = segmentPattern.exec(text);
    if (match === null) return { ok: false, problem: `"${text.slice(offset)}" is no part of a path` };
    const [whole, wrapped, bare] = match;
    if (wrapped !== undefined) segments.push(...splitWrappedName(wrapped));
    else segments.push(bare === undefined ? whole : bare.replaceAll(/\\(.)/gsu, '$1'));
    offset += whole.length;
    const next = text.charAt(offset);
    if (next === '.' && offset + 1 < text.length) offset++;
    else if (next !== '' && next !== '[')
      return { ok: false, problem: `"${text.slice(offset)}" is no part of a path` };
  }
  if (segments.length === 0 || segments.includes(''))
    return { ok: false, problem: 'a name in the path is empty' };
  return { ok: true, segments };
}

/** Whether a segment leads into an array: `[0]` or `[*]`. */
export function isIndex(segment: string): boolean {
  return /^\[(?:\d+|\*)\]$/.test(segment);
}

/** Whether a segment stands for all elements of an array. */
export function isEach(segment: string): boolean {
  return segment === '[*]';
}
