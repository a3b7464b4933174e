import { patternTest } from './text-pattern.ts';

/** How many characters a repetition may be stretched by, to reach a length that is asked for. */
const MAX_STRETCH = 256;
/** Longest text that is written, in characters. */
export const MAX_SAMPLE_LENGTH = 10_000;

/** Lengths that the text must keep to, in characters. */
export interface Lengths {
  readonly minLength: number;
  readonly maxLength: number;
}

/**
 * A text that matches a pattern and has a length within the bounds, the same every time; undefined where none is found, as
 * for patterns that look around, or need more than {@link MAX_SAMPLE_LENGTH} characters.
 */
export function patternSample(pattern: string, { minLength, maxLength }: Lengths): string | undefined {
  const matches = patternTest(pattern);
  if (matches === undefined || minLength > MAX_SAMPLE_LENGTH) return undefined;
  const fits = (text: string) => {
    const { length } = Array.from(text);
    return length >= minLength && length <= maxLength && matches(text);
  };
  for (let stretch = 0; stretch <= Math.min(MAX_STRETCH, maxLength); stretch += 1) {
    const text = new PatternReader(pattern, stretch).read();
    if (text === undefined) return undefined;
    if (fits(text)) return text;
    // A pattern that is not anchored allows anything after its match.
    const padded = text.padEnd(minLength, 'a');
    if (fits(padded)) return padded;
  }
  return undefined;
}

/** Characters that stand for themselves are tried first where a set leaves the choice. */
const LIKELY = 'a0A1b2-_ .x';
const CLASSES: Readonly<Record<string, string>> = { d: '0', w: 'a', s: ' ', D: 'a', W: '-', S: 'a' };
const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' };

/** Reads a pattern once and writes a match on the way: the first branch, the fewest repetitions and `stretch` more. */
class PatternReader {
  readonly #pattern: string;
  readonly #stretch: number;
  #at = 0;

  constructor(pattern: string, stretch: number) {
    this.#pattern = pattern;
    this.#stretch = stretch;
  }

  /** Undefined where the pattern has something that is not known here, or its match would be too long. */
  read(): string | undefined {
    const text = this.#branches();
    return this.#at === this.#pattern.length ? text : undefined;
  }

  #branches(): string | undefined {
    const first = this.#sequence();
    while (this.#take('|')) if (this.#sequence() === undefined) return undefined;
    return first;
  }

  #sequence(): string | undefined {
    let text = '';
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) {
      const atom = this.#atom();
      if (atom === undefined) return undefined;
      const times = this.#repetitions();
      if (text.length + atom.length * times > MAX_SAMPLE_LENGTH) return undefined;
      text += atom.repeat(times);
    }
    return text;
  }

  #atom(): string | undefined {
    const character = this.#next();
    switch (character) {
      case '^':
      case '$':
        return '';
      case '.':
        return 'a';
      case '(':
        return this.#group();
      case '[':
        return this.#set();
      case '\\':
        return this.#escape();
      default:
        return '*+?{'.includes(character) ? undefined : character;
    }
  }

  #group(): string | undefined {
    if (this.#take('?')) {
      const name = /^(:|<[A-Za-z_]\w*>)/.exec(this.#pattern.slice(this.#at))?.[0];
      if (name === undefined) return undefined;
      this.#at += name.length;
    }
    const text = this.#branches();
    return this.#take(')') ? text : undefined;
  }

  #escape(): string | undefined {
    const character = this.#next();
    if (character === 'b' || character === 'B') return '';
    if (character === 'u' || character === 'x') {
      const digits = /^(?:\{([0-9a-f]+)\}|([0-9a-f]{4})|([0-9a-f]{2}))/i.exec(this.#pattern.slice(this.#at));
      if (digits === null) return undefined;
      this.#at += digits[0].length;
      const code = Number.parseInt(digits[1] ?? digits[2] ?? digits[3] ?? '', 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    }
    if (/[1-9kpPc]/.test(character)) return undefined;
    return CLASSES[character] ?? CONTROLS[character] ?? character;
  }

  /** One character of a set: a likely one, else the first that it names. */
  #set(): string | undefined {
    const end = /^\^?\]?(?:\\.|[^\]\\])*\]/su.exec(this.#pattern.slice(this.#at))?.[0];
    if (end === undefined) return undefined;
    const set = `[${end}`;
    const first = /^\^?(\\.|.)/su.exec(end)?.[1] ?? '';
    this.#at += end.length;
    const test = patternTest(`^${set}$`);
    return [...first, ...LIKELY, ...PRINTABLE].find((character) => test?.(character));
  }

  /** How often what was read last is written. */
  #repetitions(): number {
    const [text = '', operator, least, comma, most] =
      /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(this.#pattern.slice(this.#at)) ?? [];
    this.#at += text.length;
    if (text === '') return 1;
    if (operator === '?') return Math.min(1, this.#stretch);
    if (operator !== undefined) return (operator === '+' ? 1 : 0) + this.#stretch;
    const fewest = Number(least);
    if (comma === undefined) return fewest;
    return Math.min(fewest + this.#stretch, most === '' ? Infinity : Number(most));
  }

  #peek(): string {
    return this.#pattern.charAt(this.#at);
  }

  #next(): string {
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }
}

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
