import { anyLineBreak, characterEscapes, classEscapes, namedClass, notLineBreak } from './regex-escapes.ts';

/** RE2 compiles a counted repetition by copying what it repeats. Beyond these limits it would refuse the pattern. */
const MAXIMUM_REPETITION = 1000;
const MAXIMUM_SIZE = 20_000;
const MAXIMUM_NESTING = 50;

/** Rough sizes of compiled parts, in RE2's instructions. */
const CHARACTER_SIZE = 2;
const CLASS_SIZE = 20;
const LARGE_CLASS_SIZE = 600;

/** ASCII only, and no underscore: what RE2 lets a backslash stand before. */
const punctuation = /[\x20-\x7e]/;
const wordCharacter = /\w/;
const quantifier = /[*+?]|\{(\d{1,4})(,(\d{1,4})?)?\}/y;
const lazyMark = /\?/y;
const flagsGroup = /\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y;
const namedGroup = /\(\?<[A-Za-z][A-Za-z0-9]*>/y;
const codePoint = /u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|0([0-3]?[0-7]{1,2})|c([A-Z])/y;
const property = /([pP])(?:\{([A-Za-z_=]+)\}|([A-Z]))/y;
const quotation = /Q((?:(?!\\E).)*)(?:\\E)?/sy;
const comment = /\s+|#[^\n]*/y;

/** Why a regular expression cannot be translated. */
export class RegexProblem extends Error {}

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
  readonly #pattern: string;
  #offset = 0;
  #groups = 0;
  #flags: Flags = { dotAll: false, comments: false };

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): { readonly regex: string; readonly groups: number } {
    const { text, size } = this.#alternatives(0);
    if (this.#offset < this.#pattern.length) throw new RegexProblem('a ")" closes no group');
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
      while (this.#flags.comments && this.#take(comment) !== undefined) {} // nothing to translate
      if (this.#offset >= this.#pattern.length || this.#peek() === ')') break;
      if (this.#peek() === '|') {
        this.#offset++;
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
    const match = this.#take(quantifier);
    if (match === undefined) return part;
    if (!part.canRepeat) throw new RegexProblem(`"${match[0]}" has nothing to repeat`);
    const times = repetitions(match);
    const copies = part.copies * times;
    if (copies > MAXIMUM_REPETITION) {
      throw new RegexProblem(`a part is repeated more than ${MAXIMUM_REPETITION} times in all`);
    }
    const lazy = this.#take(lazyMark)?.[0] ?? '';
    if (this.#peek() === '+') throw new RegexProblem('possessive repetition such as "*+" is not supported');
    if (/[*?{]/.test(this.#peek())) throw new RegexProblem(`"${this.#peek()}" has nothing to repeat`);
    return { text: `${part.text}${match[0]}${lazy}`, size: part.size * times, copies, canRepeat: true };
  }

  /** One character, class, group or anchor. */
  #atom(depth: number): Part {
    const character = this.#peek();
    if (character === '(') return this.#group(depth);
    if (character === '[') {
      this.#offset++;
      return this.#characterClass();
    }
    if (character === '\\') return this.#escape();
    if (/[*+?{]/.test(character)) throw new RegexProblem(`"${character}" has nothing to repeat`);
    this.#offset += character.length;
    if (character === '.') return single(this.#flags.dotAll ? '(?s:.)' : notLineBreak, CLASS_SIZE);
    if (character === '^' || character === '$') return single(character, CHARACTER_SIZE, false);
    return single(character === '}' || character === ']' ? `\\${character}` : character, CHARACTER_SIZE);
  }

  #group(depth: number): Part {
    const flags = this.#take(flagsGroup);
    if (flags !== undefined) return this.#flagged(flags, depth);
    if (this.#take(namedGroup) === undefined) {
      this.#offset++;
      if (this.#peek() === '?') throw new RegexProblem(unsupportedGroup(this.#pattern.slice(this.#offset)));
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
    if (this.#peek() !== ')') throw new RegexProblem('a "(" is never closed');
    this.#offset++;
    return { ...inner, text: `${start}${inner.text})` };
  }

  #characterClass(): Part {
    const start = this.#offset;
    const isNegated = this.#peek() === '^';
    if (isNegated) this.#offset++;
    const { members, size } = this.#classMembers();
    return single(`[${isNegated ? '^' : ''}${members}]`, size + CLASS_SIZE * (this.#offset - start));
  }

  /** Classes within a class are members of it like any other. */
  #classMembers(): { readonly members: string; readonly size: number } {
    let members = '';
    let size = 0;
    for (let isFirst = true; this.#peek() !== ']' || isFirst; isFirst = false) {
      if (this.#peek() === '') throw new RegexProblem('a "[" is never closed');
      if (this.#pattern.startsWith('&&', this.#offset)) {
        throw new RegexProblem('intersections of classes ("&&") are not supported');
      }
      if (this.#peek() === '[') {
        this.#offset++;
        if (this.#peek() === '^') throw new RegexProblem('a negated class within a class is not supported');
        const inner = this.#classMembers();
        members += inner.members;
        size += inner.size;
      } else {
        const range = this.#classRange();
        members += range.text;
        size += range.size;
      }
    }
    this.#offset++;
    return { members, size };
  }

  #classRange(): Pick<Part, 'text' | 'size'> {
    const low = this.#classMember();
    const isRange = this.#peek() === '-' && !/[\][]/.test(this.#pattern.charAt(this.#offset + 1));
    if (!isRange || low.character === undefined) return low;
    this.#offset++;
    if (this.#peek() === '') return low;
    const high = this.#classMember();
    if (high.character === undefined || !isAscending(low.character, high.character)) {
      throw new RegexProblem('a range within a class ends before it starts');
    }
    return { text: `${low.text}-${high.text}`, size: low.size };
  }

  /** One member of a class; `character` is undefined for a class of its own, which can't start or end a range. */
  #classMember(): { readonly text: string; readonly size: number; readonly character: string | undefined } {
    if (this.#peek() !== '\\') {
      const character = this.#peek();
      this.#offset += character.length;
      const text = /[\][\\^-]/.test(character) ? `\\${character}` : character;
      return { text, size: CHARACTER_SIZE, character };
    }
    this.#offset++;
    const literal = this.#escapedCharacter();
    if (literal !== undefined) return { ...literal, size: CHARACTER_SIZE };
    const named = this.#escapedClass();
    if (named === undefined) {
      throw new RegexProblem(`"\\${this.#peek()}" has no meaning within a class`);
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
    this.#offset++;
    const quoted = this.#take(quotation);
    if (quoted !== undefined)
      return single(`(?:${escapeLiteral(quoted[1] ?? '')})`, CHARACTER_SIZE * quoted[0].length);
    const literal = this.#escapedCharacter();
    if (literal !== undefined) return single(literal.text, CHARACTER_SIZE);
    const named = this.#escapedClass();
    if (named !== undefined) {
      if (/^[dw]$/i.test(named.shorthand.slice(1))) return single(named.shorthand, named.size);
      return single(named.isNegated ? `[^${named.members}]` : `[${named.members}]`, named.size);
    }
    const character = this.#peek();
    if (character === '') throw new RegexProblem('it ends in a lone backslash');
    if (/[1-9k]/.test(character)) throw new RegexProblem('back-references are not supported');
    this.#offset++;
    if (character === 'R') return single(anyLineBreak, CLASS_SIZE);
    if (character === 'Z') return single(String.raw`\z`, CHARACTER_SIZE, false);
    if (/[bBAz]/.test(character) && this.#peek() !== '{')
      return single(`\\${character}`, CHARACTER_SIZE, false);
    throw new RegexProblem(`the escape "\\${character}" is not supported`);
  }

  /** An escape for one character, behind its backslash. */
  #escapedCharacter(): { readonly text: string; readonly character: string } | undefined {
    const character = this.#peek();
    if (isPunctuation(character) || (character !== '' && character > '\x7f')) {
      this.#offset += character.length;
      return { text: character > '\x7f' ? character : `\\${character}`, character };
    }
    const short = characterEscapes.get(character);
    if (short !== undefined) {
      this.#offset++;
      return {
        text: short,
        character: String.fromCodePoint('\t\n\r\f\x07\x1b'['tnrfae'.indexOf(character)]?.codePointAt(0) ?? 0),
      };
    }
    const match = this.#take(codePoint);
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

  /** An escape for a class of characters, behind its backslash. */
  #escapedClass() {
    const character = this.#peek();
    const lower = character.toLowerCase();
    const isNegated = character !== lower;
    if (/^[dwshv]$/.test(lower)) {
      this.#offset++;
      const members = classEscapes.get(lower) ?? `\\${lower}`;
      return {
        members,
        size: CLASS_SIZE,
        isNegated,
        shorthand: lower === 'h' || lower === 'v' ? '' : `\\${character}`,
      };
    }
    const match = this.#take(property);
    if (match === undefined) return undefined;
    const [, letter, name, initial] = match;
    const named = namedClass(name ?? initial ?? '');
    if (named === undefined) throw new RegexProblem(`the class "\\${match[0]}" is not supported`);
    const size = named.isLarge ? LARGE_CLASS_SIZE : CLASS_SIZE;
    const shorthand = named.members.replace(/^\\p(\{\w+\})$/, String.raw`\P$1`);
    return { members: named.members, size, isNegated: letter === 'P', shorthand };
  }

  #peek(): string {
    const code = this.#pattern.codePointAt(this.#offset);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #take(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#offset;
    const match = sticky.exec(this.#pattern) ?? undefined;
    this.#offset += match?.[0].length ?? 0;
    return match;
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

function isPunctuation(character: string): boolean {
  return character.length === 1 && punctuation.test(character) && !wordCharacter.test(character);
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
