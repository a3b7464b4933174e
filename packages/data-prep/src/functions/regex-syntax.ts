/** RE2 compiles a counted repetition by copying what it repeats. Beyond these limits it would refuse the pattern. */
const MAXIMUM_REPETITION = 1000;
const MAXIMUM_SIZE = 20_000;
const MAXIMUM_NESTING = 50;

/** Rough sizes of compiled parts, in RE2's instructions. */
const CHARACTER_SIZE = 2;
const CLASS_SIZE = 20;
const CATEGORY_SIZE = 600;

const escapedClasses = /[dDwWsSbBAztnrf]/;
/** ASCII only, and no underscore: what RE2 lets a backslash stand before. */
const punctuation = /[\x20-\x7e]/;
const wordCharacter = /\w/;
const hexadecimalEscape = /x[0-9A-Fa-f]{2}/y;
const categoryEscape = /[pP]\{(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?)\}/y;
const quantifier = /[*+?]|\{(\d{1,4})(,(\d{1,4})?)?\}/y;
const lazyMark = /\?/y;
const classStart = /\[\^?/y;
/** Flags for the whole pattern may stand at its start. */
const patternFlags = /\(\?[ims]+\)/y;
const groupStart = /\((?:\?(?:[ims]+:|:))?/y;

/**
 * What keeps a regular expression from being used, or undefined. Accepted is what Java's and RE2's syntax have in
 * common, so that a pattern means here what it means on the platform, and never breaks a run.
 */
export function regexProblem(pattern: string): string | undefined {
  const scanner = new RegexScanner(pattern);
  try {
    scanner.scan();
    return undefined;
  } catch (error) {
    if (error instanceof RegexProblem) return error.message;
    throw error;
  }
}

/** The number of capturing groups of a pattern without a problem. */
export function countGroups(pattern: string): number {
  const scanner = new RegexScanner(pattern);
  scanner.scan();
  return scanner.groups;
}

class RegexProblem extends Error {}

/** A scanned part: its compiled size, how often the most repeated thing in it is copied, whether it may be repeated. */
interface Part {
  readonly size: number;
  readonly copies: number;
  readonly canRepeat: boolean;
}

function single(size: number, canRepeat = true): Part {
  return { size, copies: 1, canRepeat };
}

function repetitions([whole, least, comma, most]: RegExpExecArray): number {
  if (least === undefined) return 1;
  if (most !== undefined && Number(most) < Number(least)) {
    throw new RegexProblem(`"${whole}" ends before it starts`);
  }
  const open = comma !== undefined && most === undefined;
  return Math.max(1, Number(most ?? least) + (open ? 1 : 0));
}

class RegexScanner {
  readonly #pattern: string;
  #offset = 0;
  groups = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  scan(): void {
    this.#take(patternFlags);
    const { size } = this.#alternatives(0);
    if (this.#offset < this.#pattern.length) throw new RegexProblem('a ")" closes no group');
    if (size > MAXIMUM_SIZE) throw new RegexProblem('its repetitions make it too large');
  }

  #alternatives(depth: number): Part {
    if (depth > MAXIMUM_NESTING) {
      throw new RegexProblem(`groups are nested more than ${MAXIMUM_NESTING} levels deep`);
    }
    let size = 1;
    let copies = 1;
    while (this.#offset < this.#pattern.length && this.#peek() !== ')') {
      if (this.#peek() === '|') {
        this.#offset++;
        continue;
      }
      const part = this.#repeatable(depth);
      size += part.size;
      copies = Math.max(copies, part.copies);
    }
    return { size, copies, canRepeat: true };
  }

  #repeatable(depth: number): Part {
    const part = this.#atom(depth);
    const match = this.#take(quantifier);
    if (match === undefined) return part;
    if (!part.canRepeat) throw new RegexProblem(`"${match[0]}" has nothing to repeat`);
    const times = repetitions(match);
    const copies = part.copies * times;
    if (copies > MAXIMUM_REPETITION) {
      throw new RegexProblem(`a part is repeated more than ${MAXIMUM_REPETITION} times in all`);
    }
    this.#take(lazyMark);
    if (this.#peek() === '+') throw new RegexProblem('possessive repetition such as "*+" is not supported');
    if (/[*?{]/.test(this.#peek())) throw new RegexProblem(`"${this.#peek()}" has nothing to repeat`);
    return { size: part.size * times, copies, canRepeat: true };
  }

  /** One character, class, group or anchor. */
  #atom(depth: number): Part {
    const character = this.#peek();
    if (character === '(') return this.#group(depth);
    if (character === '[') return this.#characterClass();
    if (character === '\\') return this.#escape();
    if (/[*+?{]/.test(character)) throw new RegexProblem(`"${character}" has nothing to repeat`);
    if (character === '}') throw new RegexProblem('"}" closes nothing; write "\\}" for a brace');
    this.#offset += character.length;
    return single(CHARACTER_SIZE, character !== '^' && character !== '$');
  }

  #group(depth: number): Part {
    const start = this.#take(groupStart);
    if (this.#peek() === '?') throw new RegexProblem(unsupportedGroup(this.#pattern.slice(this.#offset)));
    if (start?.[0] === '(') this.groups++;
    const inner = this.#alternatives(depth + 1);
    if (this.#peek() !== ')') throw new RegexProblem('a "(" is never closed');
    this.#offset++;
    return inner;
  }

  #characterClass(): Part {
    const start = this.#offset;
    this.#take(classStart);
    let isFirst = true;
    while (this.#peek() !== ']') {
      if (this.#peek() === '') throw new RegexProblem('a "[" is never closed');
      if (this.#peek() === '[') throw new RegexProblem('a "[" within a class must be written "\\["');
      if (this.#pattern.startsWith('&&', this.#offset)) {
        throw new RegexProblem('intersections of classes ("&&") are not supported');
      }
      this.#classRange(isFirst);
      isFirst = false;
    }
    if (isFirst) throw new RegexProblem('a class "[]" is empty');
    this.#offset++;
    return single(CLASS_SIZE * (this.#offset - start));
  }

  #classRange(isFirst: boolean): void {
    const low = this.#classMember();
    const isRange = this.#peek() === '-' && this.#pattern.charAt(this.#offset + 1) !== ']';
    if (!isRange || (low === '-' && isFirst)) return;
    this.#offset++;
    if (this.#peek() === '[' || this.#peek() === '') return;
    const high = this.#classMember();
    if (low === undefined || high === undefined || !isAscending(low, high)) {
      throw new RegexProblem('a range within a class ends before it starts');
    }
  }

  /** One member of a class; undefined for a class of its own, which can't end a range. */
  #classMember(): string | undefined {
    const start = this.#offset;
    if (this.#peek() !== '\\') {
      this.#offset += this.#peek().length;
      return this.#pattern.slice(start, this.#offset);
    }
    this.#escape();
    const escaped = this.#pattern.slice(start + 1, this.#offset);
    if (/^[bBAz]/.test(escaped)) throw new RegexProblem(`"\\${escaped}" has no meaning within a class`);
    return isPunctuation(escaped) ? escaped : undefined;
  }

  #escape(): Part {
    this.#offset++;
    const character = this.#peek();
    if (character === '') throw new RegexProblem('it ends in a lone backslash');
    if (/[1-9k]/.test(character)) throw new RegexProblem('back-references are not supported');
    if (this.#take(hexadecimalEscape) !== undefined) return single(CHARACTER_SIZE);
    if (this.#take(categoryEscape) !== undefined) return single(CATEGORY_SIZE);
    if (!escapedClasses.test(character) && !isPunctuation(character)) {
      throw new RegexProblem(`the escape "\\${character}" is not supported`);
    }
    this.#offset += character.length;
    return single(CLASS_SIZE, !/[bBAz]/.test(character));
  }

  #peek(): string {
    const codePoint = this.#pattern.codePointAt(this.#offset);
    return codePoint === undefined ? '' : String.fromCodePoint(codePoint);
  }

  #take(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#offset;
    const match = sticky.exec(this.#pattern) ?? undefined;
    this.#offset += match?.[0].length ?? 0;
    return match;
  }
}

function isPunctuation(character: string): boolean {
  return character.length === 1 && punctuation.test(character) && !wordCharacter.test(character);
}

function isAscending(low: string, high: string): boolean {
  return (low.codePointAt(0) ?? 0) <= (high.codePointAt(0) ?? 0);
}

function unsupportedGroup(rest: string): string {
  if (/^\?<?[=!]/.test(rest)) return 'look-ahead and look-behind are not supported';
  if (rest.startsWith('?>')) return 'atomic groups are not supported';
  if (rest.startsWith('?<')) return 'named groups are not supported; use plain ones';
  return 'this kind of group is not supported';
}
