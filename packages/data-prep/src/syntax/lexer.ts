import type { ErrorCollector } from './error.ts';
import type { Span } from './expression.ts';
import { continuesIdentifier, splitWrappedName, startsIdentifier } from './names.ts';
import { operatorSymbols } from './precedence.ts';

/** The pieces that expressions are made of. Blanks are dropped, spans say where each piece stood. */
export type Token =
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | { readonly kind: 'integer'; readonly digits: string; readonly span: Span }
  | { readonly kind: 'decimal'; readonly digits: string; readonly exact: boolean; readonly span: Span }
  /** A bare word: a name, a keyword or an operator in words. */
  | { readonly kind: 'word'; readonly text: string; readonly span: Span }
  /** `${…}`, already split into the steps of a path. */
  | { readonly kind: 'wrapped'; readonly steps: readonly string[]; readonly span: Span }
  | { readonly kind: 'symbol'; readonly text: string; readonly span: Span }
  | { readonly kind: 'end'; readonly span: Span };

const symbols: readonly string[] = ['->', ...operatorSymbols, '(', ')', '[', ']', '{', '}', ',', '.', ':'];
const blank = /\s/;
const numberPattern = /0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const singleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Cuts the text into tokens. What fits nowhere is reported and skipped; the last token is always `end`. */
export function tokenize(text: string, errors: ErrorCollector): readonly Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < text.length) {
    if (blank.test(text.charAt(offset))) {
      offset++;
      continue;
    }
    const token = readToken(text, offset, errors);
    if ('kind' in token) tokens.push(token);
    offset = token.span.end;
  }
  tokens.push({ kind: 'end', span: { start: text.length, end: text.length } });
  return tokens;
}

/** A token, or only the span of what was skipped. */
type Read = Token | { readonly span: Span };

function readToken(text: string, start: number, errors: ErrorCollector): Read {
  const character = codePointAt(text, start);
  if (character === '"' || character === "'") return readString(text, start, errors);
  if (text.startsWith('${', start)) return readWrapped(text, start, errors);
  if (/[0-9]/.test(character)) return readNumber(text, start, errors);
  if (startsIdentifier(character)) return readWord(text, start);
  const symbol = readSymbol(text, start);
  if (symbol !== undefined) {
    return { kind: 'symbol', text: symbol, span: { start, end: start + symbol.length } };
  }
  const span = { start, end: start + character.length };
  errors.add('syntax', span, unexpectedCharacter(text.slice(start)));
  return { span };
}

/** The longest symbol that stands here; in `!${flag}` and `!$flag` the dollar sign belongs to the name. */
function readSymbol(text: string, start: number): string | undefined {
  const symbol = symbols.find((candidate) => text.startsWith(candidate, start));
  const next = codePointAt(text, start + 2);
  return symbol === '!$' && (next === '{' || continuesIdentifier(next)) ? '!' : symbol;
}

function unexpectedCharacter(text: string): string {
  const character = codePointAt(text, 0);
  if (text.startsWith('=>'))
    return 'There is no "=>"; "at least" is ">=", and before the body of a lambda stands "->".';
  if (character === '=') return 'There is no assignment in expressions; compare with "==".';
  if (character === '\\') return 'A backslash may stand only inside a text, or before a dot within a name.';
  return `The character "${character}" has no meaning here; put text in quotation marks and unusual field names in "\${…}".`;
}

function readString(text: string, start: number, errors: ErrorCollector): Read {
  const quote = text.charAt(start);
  let value = '';
  let offset = start + 1;
  while (offset < text.length && text.charAt(offset) !== quote) {
    if (text.charAt(offset) === '\\' && offset + 1 < text.length) {
      const escaped = readEscape(text, offset);
      value += escaped.value;
      offset = escaped.end;
    } else {
      value += text.charAt(offset);
      offset++;
    }
  }
  const closed = offset < text.length;
  const span = { start, end: closed ? offset + 1 : offset };
  if (!closed) {
    errors.add('syntax', span, `This text is never closed; end it with ${quote}.`, { expected: [quote] });
  }
  return { kind: 'string', value, span };
}

/** An escape without a meaning keeps its backslash, so that `"\d"` reads as the regular expression it is meant to be. */
function readEscape(text: string, backslash: number): { readonly value: string; readonly end: number } {
  const next = text.charAt(backslash + 1);
  const unicode = /^u([0-9a-fA-F]{4})/.exec(text.slice(backslash + 1, backslash + 6))?.[1];
  if (unicode !== undefined) {
    return { value: String.fromCharCode(Number.parseInt(unicode, 16)), end: backslash + 6 };
  }
  const single = Object.hasOwn(singleEscapes, next) ? singleEscapes[next] : undefined;
  return { value: single ?? `\\${next}`, end: backslash + 2 };
}

function readWrapped(text: string, start: number, errors: ErrorCollector): Read {
  let offset = start + 2;
  while (offset < text.length && text.charAt(offset) !== '}') {
    offset += text.charAt(offset) === '\\' ? 2 : 1;
  }
  const closed = offset < text.length;
  const span = { start, end: closed ? offset + 1 : text.length };
  if (!closed) {
    errors.add('syntax', span, 'This wrapped name is never closed; end it with "}".', { expected: ['}'] });
    return { span };
  }
  const steps = splitWrappedName(text.slice(start + 2, offset));
  if (steps.includes('')) {
    errors.add(
      'syntax',
      span,
      `A step of this wrapped name is empty; write "\${name}", and a dot in a name as "\\.".`,
    );
  }
  return { kind: 'wrapped', steps, span };
}

/** Integers may be octal (`017`) or hexadecimal, and end in L or H; decimals may end in f, d or b (JEXL literals). */
function readNumber(text: string, start: number, errors: ErrorCollector): Read {
  numberPattern.lastIndex = start;
  const body = numberPattern.exec(text)?.[0] ?? text.charAt(start);
  const suffix = readIdentifierPart(text, start + body.length);
  const span = { start, end: start + body.length + suffix.length };
  const isHexadecimal = /^0x/i.test(body);
  const isWhole = isHexadecimal || /^\d+$/.test(body);
  if (isWhole && /^[lh]?$/i.test(suffix)) {
    const digits = wholeDigits(body, isHexadecimal);
    if (digits !== undefined) return { kind: 'integer', digits, span };
    errors.add(
      'syntax',
      span,
      'A number that starts with 0 is octal and has no digits 8 and 9; leave the 0 out.',
    );
    return { kind: 'integer', digits: '0', span };
  }
  if (!isHexadecimal && /^[fdb]?$/i.test(suffix)) {
    return { kind: 'decimal', digits: body.toLowerCase(), exact: /^b$/i.test(suffix), span };
  }
  errors.add('syntax', span, `A name cannot start with a digit; wrap the field name as "\${…}".`);
  return { kind: 'integer', digits: '0', span };
}

function wholeDigits(body: string, isHexadecimal: boolean): string | undefined {
  if (isHexadecimal) return BigInt(body).toString();
  if (!/^0\d/.test(body)) return body;
  return /^[0-7]+$/.test(body) ? BigInt(`0o${body}`).toString() : undefined;
}

function readWord(text: string, start: number): Token {
  let name = '';
  let offset = start;
  for (;;) {
    const part = readIdentifierPart(text, offset);
    name += part;
    offset += part.length;
    if (part === '' || !text.startsWith('\\.', offset)) break;
    if (!continuesIdentifier(codePointAt(text, offset + 2))) break;
    name += '.';
    offset += 2;
  }
  return { kind: 'word', text: name, span: { start, end: offset } };
}

function readIdentifierPart(text: string, start: number): string {
  let end = start;
  while (end < text.length) {
    const character = codePointAt(text, end);
    if (!continuesIdentifier(character) || text.startsWith('${', end)) break;
    end += character.length;
  }
  return text.slice(start, end);
}

function codePointAt(text: string, offset: number): string {
  const codePoint = text.codePointAt(offset);
  return codePoint === undefined ? '' : String.fromCodePoint(codePoint);
}

/** For messages: what was written, or nothing for the end. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case 'string':
      return token.value;
    case 'integer':
    case 'decimal':
      return token.digits;
    case 'wrapped':
      return token.steps.join('.');
    case 'word':
    case 'symbol':
      return token.text;
    case 'end':
      return '';
  }
}
