import { RE2JS } from 're2js';
import { SourceError } from '../source.ts';

/** A pattern of paths: `*` and `?` within one name, `**` for any folders, `[…]` and `{a,b}`; `\` takes a character as it is. */
export interface Glob {
  /** The folder that all matching paths lie in: the names before the first that holds a wildcard. */
  readonly folder: string;
  matches(path: string): boolean;
}

const WILDCARD = /[*?[\]{}\\]/;

/** Whether a path holds wildcards. */
export function isGlob(path: string): boolean {
  return WILDCARD.test(path);
}

/** The pattern that a path alone matches. */
export function asPattern(path: string): string {
  return path.replace(/[*?[\]{}\\]/g, '\\$&');
}

/** Longer patterns are nobody's. */
const MAX_LENGTH = 1024;

/**
 * Reads a pattern. It is matched in time that grows with the path alone, whatever the pattern.
 *
 * @throws SourceError `invalid` where it is no pattern.
 */
export function parseGlob(pattern: string): Glob {
  if (pattern.length > MAX_LENGTH) throw invalidPattern(`is longer than ${MAX_LENGTH} characters`);
  const names = pattern.split('/');
  const firstWild = names.findIndex(isGlob);
  const expression = RE2JS.compile(new GlobReader(pattern).read(), RE2JS.DOTALL);
  return {
    folder: names.slice(0, firstWild === -1 ? names.length - 1 : firstWild).join('/'),
    matches: (path) => expression.matches(path),
  };
}

/** Writes a pattern as a regular expression, character by character. */
class GlobReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  read(): string {
    const expression = this.#sequence(false);
    if (this.#at < this.#pattern.length) throw invalidPattern('has a } without its {');
    return expression;
  }

  /** Up to the end or, among alternatives, up to what ends one of them. */
  #sequence(isAlternative: boolean): string {
    let expression = '';
    while (this.#at < this.#pattern.length) {
      const character = this.#pattern.charAt(this.#at);
      if (character === '}' || (isAlternative && character === ',')) break;
      expression += this.#one(character);
    }
    return expression;
  }

  #one(character: string): string {
    switch (character) {
      case '*':
        return this.#stars();
      case '?':
        this.#at += 1;
        return '[^/]';
      case '[':
        return this.#characters();
      case '{':
        return this.#alternatives();
      case '\\':
        this.#at += 2;
        return RE2JS.quote(this.#pattern.charAt(this.#at - 1));
      default:
        this.#at += 1;
        return RE2JS.quote(character);
    }
  }

  /** Two stars that are a whole name stand for any folders, none among them. */
  #stars(): string {
    const isWholeName = this.#at === 0 || this.#pattern.charAt(this.#at - 1) === '/';
    const stars = /^\*+/.exec(this.#pattern.slice(this.#at))?.[0].length ?? 1;
    this.#at += stars;
    if (stars < 2 || !isWholeName) return '[^/]*';
    if (this.#at === this.#pattern.length) return '.*';
    if (this.#pattern.charAt(this.#at) !== '/') return '[^/]*';
    this.#at += 1;
    return '(?:[^/]+/)*';
  }

  #characters(): string {
    const end = this.#pattern.indexOf(']', this.#at + 2);
    if (end === -1) throw invalidPattern('has a [ without its ]');
    const inside = this.#pattern.slice(this.#at + 1, end);
    this.#at = end + 1;
    const isNegated = inside.startsWith('!') || inside.startsWith('^');
    const members = (isNegated ? inside.slice(1) : inside).replaceAll(/[\\\]^[&~]/g, '\\$&');
    if (members === '' || members.includes('/')) throw invalidPattern('has an empty […], or one with a /');
    if (/(.)-(.)/.test(members) && isBackwards(members))
      throw invalidPattern('has a range that goes backwards');
    return isNegated ? `[^/${members}]` : `[${members}]`;
  }

  #alternatives(): string {
    this.#at += 1;
    const alternatives: string[] = [];
    for (;;) {
      alternatives.push(this.#sequence(true));
      const end = this.#pattern.charAt(this.#at);
      if (end === '') throw invalidPattern('has a { without its }');
      this.#at += 1;
      if (end === '}') return `(?:${alternatives.join('|')})`;
    }
  }
}

function isBackwards(members: string): boolean {
  return [...members.matchAll(/([^\\])-([^\\])/g)].some(([, from = '', to = '']) => from > to);
}

function invalidPattern(message: string): SourceError {
  return new SourceError('invalid', 'INVALID_PATH', `path: the pattern ${message}`);
}
