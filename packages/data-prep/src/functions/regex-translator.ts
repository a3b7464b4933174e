import {
  anyLineBreak,
  CHARACTER_SIZE,
  CLASS_SIZE,
  notLineBreak,
  readEscapedCharacter,
  readEscapedClass,
} from './regex-escapes.ts';
import { PatternReader, RegexProblem } from './regex-reader.ts';

/** RE2 compiles a counted repetition by copying what it repeats. Beyond these limits it would refuse the pattern. */
const MAXIMUM_REPETITION = 1000;
const MAXIMUM_SIZE = 20_000;
const MAXIMUM_NESTING = 50;

const quantifier = /[*+?]|\{(\d{1,4})(,(\d{1,4})?)?\}/y;
const lazyMark = /\?/y;
const flagsGroup = /\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y;
const namedGroup = /\(\?<[A-Za-z][A-Za-z0-9]*>/y;
const quotation = /Q((?:(?!\\E).)*)(?:\\E)?/sy;
const comment = /\s+|#[^\n]*/y;

/** A translated part: its compiled size, how often the most repeated thing in it is copied, whether it may be repeated. */
interface Part {
  readonly text: string;
  readonly size: number;
  readonly copies: number;
  readonly canRepeat: boolean;
}

interface Flags {
  /** A dot matches line breaks too. */
  readonly dotAll: boolean;
  /** White space and what follows a hash sign mean nothing. */
  readonly comments: boolean;
}

/** Reads a regular expression once, from its start to its end, and writes it in RE2's syntax. */
export class RegexTranslator {
  readonly #pattern: PatternReader;
  #groups = 0;
  #flags: Flags = { dotAll: false, comments: false };

  constructor(pattern: string) {
    this.#pattern = new PatternReader(pattern);
  }

  translate(): { readonly regex: string; readonly groups: number } {
    const { text, size } = this.#alternatives(0);
    if (!this.#pattern.atEnd) throw new RegexProblem('a ")" closes no group');
    if (size > MAXIMUM_SIZE) throw new RegexProblem('its repetitions make it too large');
    return { regex: text, groups: this.#groups };
  }

  #alternatives(depth: number): Part {
    if (depth > MAXIMUM_NESTING) {
      throw new RegexProblem(`groups are nested more than ${MAXIMUM_NESTING} levels deep`);
    }
    const around = this.#flags;
    const parts: Part[] = [];
    for (;;) {
      while (this.#flags.comments && this.#pattern.take(comment) !== undefined) {} // nothing to translate
      if (this.#pattern.atEnd || this.#pattern.peek() === ')') break;
      if (this.#pattern.peek() === '|') {
        this.#pattern.skip();
        parts.push({ text: '|', size: 1, copies: 1, canRepeat: false });
      } else {
        parts.push(this.#repeatable(depth));
      }
    }
    this.#flags = around;
    return {
      text: parts.map(({ text }) => text).join(''),
      size: parts.reduce((sum, { size }) => sum + size, 1),
      copies: Math.max(1, ...parts.map(({ copies }) => copies)),
      canRepeat: true,
    };
  }

  #repeatable(depth: number): Part {
    const part = this.#atom(depth);
    const match = this.#pattern.take(quantifier);
    if (match === undefined) return part;
    if (!part.canRepeat) throw new RegexProblem(`"${match[0]}" has nothing to repeat`);
    const times = repetitions(match);
    const copies = part.copies * times;
    if (copies > MAXIMUM_REPETITION) {
      throw new RegexProblem(`a part is repeated more than ${MAXIMUM_REPETITION} times in all`);
    }
    const lazy = this.#pattern.take(lazyMark)?.[0] ?? '';
    if (this.#pattern.peek() === '+')
      throw new RegexProblem('possessive repetition such as "*+" is not supported');
    if (/[*?{]/.test(this.#pattern.peek()))
      throw new RegexProblem(`"${this.#pattern.peek()}" has nothing to repeat`);
    return { text: `${part.text}${match[0]}${lazy}`, size: part.size * times, copies, canRepeat: true };
  }

  /** One character, class, group or anchor. */
  #atom(depth: number): Part {
    const character = this.#pattern.peek();
    if (character === '(') return this.#group(depth);
    if (character === '[') {
      this.#pattern.skip();
      return this.#characterClass();
    }
    if (character === '\\') return this.#escape();
    if (/[*+?{]/.test(character)) throw new RegexProblem(`"${character}" has nothing to repeat`);
    this.#pattern.skip();
    if (character === '.') return single(this.#flags.dotAll ? '(?s:.)' : notLineBreak, CLASS_SIZE);
    if (character === '^' || character === '$') return single(character, CHARACTER_SIZE, false);
    return single(character === '}' || character === ']' ? `\\${character}` : character, CHARACTER_SIZE);
  }

  #group(depth: number): Part {
    const flags = this.#pattern.take(flagsGroup);
    if (flags !== undefined) return this.#flagged(flags, depth);
    if (this.#pattern.take(namedGroup) === undefined) {
      this.#pattern.skip();
      if (this.#pattern.peek() === '?') throw new RegexProblem(unsupportedGroup(this.#pattern.rest));
    }
    this.#groups++;
    return this.#closed('(', depth);
  }

  /** Flags stand for the rest of the group that they are in, or for a group of their own. */
  #flagged([, on = '', off = '', end]: RegExpExecArray, depth: number): Part {
    for (const flag of on + off) {
      if (!'imsxud'.includes(flag)) throw new RegexProblem(`the flag "${flag}" is not supported`);
    }
    const around = this.#flags;
    const isOn = (flag: string, before: boolean) => (before || on.includes(flag)) && !off.includes(flag);
    this.#flags = { dotAll: isOn('s', around.dotAll), comments: isOn('x', around.comments) };
    const [kept, dropped] = [on, off].map((flagged) => flagged.replaceAll(/[^im]/g, ''));
    const re2Flags = `${kept}${dropped === '' ? '' : `-${dropped}`}`;
    if (end === ')')
      return { text: re2Flags === '' ? '' : `(?${re2Flags})`, size: 0, copies: 1, canRepeat: false };
    const inner = this.#closed(`(?${re2Flags}:`, depth);
    this.#flags = around;
    return inner;
  }

  #closed(start: string, depth: number): Part {
    const inner = this.#alternatives(depth + 1);
    if (this.#pattern.peek() !== ')') throw new RegexProblem('a "(" is never closed');
    this.#pattern.skip();
    return { ...inner, text: `${start}${inner.text})` };
  }

  #characterClass(): Part {
    const start = this.#pattern.offset;
    const isNegated = this.#pattern.peek() === '^';
    if (isNegated) this.#pattern.skip();
    const { members, size } = this.#classMembers();
    return single(`[${isNegated ? '^' : ''}${members}]`, size + CLASS_SIZE * (this.#pattern.offset - start));
  }

  /** Classes within a class are members of it like any other. */
  #classMembers(): { readonly members: string; readonly size: number } {
    let members = '';
    let size = 0;
    for (let isFirst = true; this.#pattern.peek() !== ']' || isFirst; isFirst = false) {
      if (this.#pattern.peek() === '') throw new RegexProblem('a "[" is never closed');
      if (this.#pattern.rest.startsWith('&&')) {
        throw new RegexProblem('intersections of classes ("&&") are not supported');
      }
      if (this.#pattern.peek() === '[') {
        this.#pattern.skip();
        if (this.#pattern.peek() === '^')
          throw new RegexProblem('a negated class within a class is not supported');
        const inner = this.#classMembers();
        members += inner.members;
        size += inner.size;
      } else {
        const range = this.#classRange();
        members += range.text;
        size += range.size;
      }
    }
    this.#pattern.skip();
    return { members, size };
  }

  #classRange(): Pick<Part, 'text' | 'size'> {
    const low = this.#classMember();
    const isRange = this.#pattern.peek() === '-' && !/^-[\][]/.test(this.#pattern.rest);
    if (!isRange || low.character === undefined) return low;
    this.#pattern.skip();
    if (this.#pattern.peek() === '') return low;
    const high = this.#classMember();
    if (high.character === undefined || !isAscending(low.character, high.character)) {
      throw new RegexProblem('a range within a class ends before it starts');
    }
    return { text: `${low.text}-${high.text}`, size: low.size };
  }

  /** One member of a class; `character` is undefined for a class of its own, which can't start or end a range. */
  #classMember(): { readonly text: string; readonly size: number; readonly character: string | undefined } {
    if (this.#pattern.peek() !== '\\') {
      const character = this.#pattern.peek();
      this.#pattern.skip();
      const text = /[\][\\^-]/.test(character) ? `\\${character}` : character;
      return { text, size: CHARACTER_SIZE, character };
    }
    this.#pattern.skip();
    const literal = readEscapedCharacter(this.#pattern);
    if (literal !== undefined) return { ...literal, size: CHARACTER_SIZE };
    const named = readEscapedClass(this.#pattern);
    if (named === undefined) {
      throw new RegexProblem(`"\\${this.#pattern.peek()}" has no meaning within a class`);
    }
    if (named.isNegated && !/^\\/.test(named.shorthand)) {
      throw new RegexProblem('a negated class within a class is not supported');
    }
    return {
      text: named.isNegated ? named.shorthand : named.members,
      size: named.size,
      character: undefined,
    };
  }

  #escape(): Part {
    this.#pattern.skip();
    const quoted = this.#pattern.take(quotation);
    if (quoted !== undefined)
      return single(`(?:${escapeLiteral(quoted[1] ?? '')})`, CHARACTER_SIZE * quoted[0].length);
    const literal = readEscapedCharacter(this.#pattern);
    if (literal !== undefined) return single(literal.text, CHARACTER_SIZE);
    const named = readEscapedClass(this.#pattern);
    if (named !== undefined) {
      if (/^[dw]$/i.test(named.shorthand.slice(1))) return single(named.shorthand, named.size);
      return single(named.isNegated ? `[^${named.members}]` : `[${named.members}]`, named.size);
    }
    const character = this.#pattern.peek();
    if (character === '') throw new RegexProblem('it ends in a lone backslash');
    if (/[1-9k]/.test(character)) throw new RegexProblem('back-references are not supported');
    this.#pattern.skip();
    if (character === 'R') return single(anyLineBreak, CLASS_SIZE);
    if (character === 'Z') return single(String.raw`\z`, CHARACTER_SIZE, false);
    if (/[bBAz]/.test(character) && this.#pattern.peek() !== '{')
      return single(`\\${character}`, CHARACTER_SIZE, false);
    throw new RegexProblem(`the escape "\\${character}" is not supported`);
  }
}

function single(text: string, size: number, canRepeat = true): Part {
  return { text, size, copies: 1, canRepeat };
}

function repetitions([whole, least, comma, most]: RegExpExecArray): number {
  if (least === undefined) return 1;
  if (most !== undefined && Number(most) < Number(least)) {
    throw new RegexProblem(`"${whole}" ends before it starts`);
  }
  const open = comma !== undefined && most === undefined;
  return Math.max(1, Number(most ?? least) + (open ? 1 : 0));
}

function isAscending(low: string, high: string): boolean {
  return (low.codePointAt(0) ?? 0) <= (high.codePointAt(0) ?? 0);
}

function escapeLiteral(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function unsupportedGroup(rest: string): string {
  if (/^\?<?[=!]/.test(rest)) return 'look-ahead and look-behind are not supported';
  if (rest.startsWith('?>')) return 'atomic groups are not supported';
  return 'this kind of group is not supported';
}
