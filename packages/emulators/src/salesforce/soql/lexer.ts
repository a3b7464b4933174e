import type { Literal, Offset } from './ast.ts';
import { errorAt, SoqlError } from './error.ts';

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: Offset }
  | { readonly kind: 'symbol'; readonly text: string; readonly at: Offset }
  | { readonly kind: 'literal'; readonly text: string; readonly literal: Literal; readonly at: Offset }
  | { readonly kind: 'end'; readonly text: '<EOF>'; readonly at: Offset };

const space = /\s+/y;
const datetime = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:?\d{2})/iy;
const date = /\d{4}-\d{2}-\d{2}(?![\dT])/iy;
const number = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?![\w-])/iy;
const word = /[A-Za-z_][\w.]*/y;
const symbol = /<=|>=|!=|<>|[=<>(),]/y;

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  N: '\n',
  r: '\r',
  R: '\r',
  t: '\t',
  T: '\t',
  b: '\b',
  B: '\b',
  f: '\f',
  F: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/** Splits a query into tokens (SOQL and SOSL Reference: Quoted String Escape Sequences, Date Formats). */
export function tokenize(soql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(soql)?.[0];
  };
  while (at < soql.length) {
    const blank = match(space);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    if (soql[at] === "'") {
      const { value, end } = readString(soql, at);
      tokens.push({ kind: 'literal', text: soql.slice(at, end), literal: { kind: 'string', value }, at });
      at = end;
      continue;
    }
    const token = plainToken(soql, at, match);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: soql.length });
  return tokens;
}

function plainToken(soql: string, at: Offset, match: (pattern: RegExp) => string | undefined): Token {
  const moment = match(datetime);
  if (moment !== undefined) {
    const value = Date.parse(moment.replace(/([+-]\d{2})(\d{2})$/, '$1:$2').toUpperCase());
    if (Number.isNaN(value)) throw errorAt('MALFORMED_QUERY', soql, at, `Invalid datetime: ${moment}`);
    return { kind: 'literal', text: moment, literal: { kind: 'datetime', value }, at };
  }
  const day = match(date);
  if (day !== undefined) {
    if (Number.isNaN(Date.parse(day))) throw errorAt('MALFORMED_QUERY', soql, at, `Invalid date: ${day}`);
    return { kind: 'literal', text: day, literal: { kind: 'date', value: day }, at };
  }
  const digits = match(number);
  if (digits !== undefined) {
    return { kind: 'literal', text: digits, literal: { kind: 'number', value: Number(digits) }, at };
  }
  const letters = match(word);
  if (letters !== undefined) return { kind: 'word', text: letters, at };
  const sign = match(symbol);
  if (sign !== undefined) return { kind: 'symbol', text: sign, at };
  if (soql[at] === ':') {
    throw errorAt('MALFORMED_QUERY', soql, at, 'Bind variables only allowed in Apex code');
  }
  const message = `line 1:${at} no viable alternative at character '${soql[at]}'`;
  throw errorAt('MALFORMED_QUERY', soql, at, message);
}

function readString(soql: string, start: Offset): { value: string; end: Offset } {
  let value = '';
  for (let at = start + 1; at < soql.length; at++) {
    const character = soql[at] ?? '';
    if (character === "'") return { value, end: at + 1 };
    if (character !== '\\') {
      value += character;
      continue;
    }
    const next = soql[at + 1] ?? '';
    const hex = /^u([0-9a-f]{4})/i.exec(soql.slice(at + 1, at + 6))?.[1];
    if (hex !== undefined) {
      value += String.fromCharCode(Number.parseInt(hex, 16));
      at += 5;
      continue;
    }
    // `\_` and `\%` keep their backslash: only LIKE gives the two a meaning.
    const plain = next === '_' || next === '%' ? `\\${next}` : escapes[next];
    if (plain === undefined) {
      throw new SoqlError(
        'MALFORMED_QUERY',
        `Invalid string literal '${soql.slice(start + 1)}'. Illegal character sequence '\\${next}' in string literal.`,
      );
    }
    value += plain;
    at += 1;
  }
  throw errorAt(
    'MALFORMED_QUERY',
    soql,
    start,
    `line 1:${soql.length} no viable alternative at character '<EOF>'`,
  );
}
