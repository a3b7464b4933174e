import { badQuery } from './error.ts';

/** A token of a `$filter`. Literals carry their value; datetimes and dates keep their text. */
export type Token =
  | { readonly kind: 'name' | 'symbol'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: Literal };

export type Literal =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'number'; readonly number: number }
  | { readonly type: 'boolean'; readonly boolean: boolean }
  | { readonly type: 'guid'; readonly text: string }
  | { readonly type: 'datetime'; readonly time: number }
  | { readonly type: 'date'; readonly text: string }
  | { readonly type: 'null' };

const PATTERNS: readonly [RegExp, (text: string) => Token | undefined][] = [
  [/\s+/y, () => undefined],
  [/'(?:[^']|'')*'/y, (text) => literal({ type: 'text', text: text.slice(1, -1).replaceAll("''", "'") })],
  [
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy,
    (text) => literal({ type: 'guid', text: text.toLowerCase() }),
  ],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/iy, readDatetime],
  [/\d{4}-\d\d-\d\d/y, (text) => literal({ type: 'date', text })],
  [/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy, (text) => literal({ type: 'number', number: Number(text) })],
  [/(?:true|false)\b/y, (text) => literal({ type: 'boolean', boolean: text === 'true' })],
  [/null\b/y, () => literal({ type: 'null' })],
  [/[A-Za-z_][\w.]*/y, (text) => ({ kind: 'name', text })],
  [/[(),]/y, (text) => ({ kind: 'symbol', text })],
];

/** Splits the text of a `$filter` into tokens. */
export function tokenize(filter: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < filter.length) {
    const [length, token] = readToken(filter, at);
    if (token !== undefined) tokens.push(token);
    at += length;
  }
  return tokens;
}

function readToken(filter: string, at: number): readonly [number, Token | undefined] {
  for (const [pattern, toToken] of PATTERNS) {
    pattern.lastIndex = at;
    const text = pattern.exec(filter)?.[0];
    if (text !== undefined) return [text.length, toToken(text)];
  }
  throw badQuery(`Syntax error: character '${filter[at]}' is not valid at position ${at} in '${filter}'.`);
}

function readDatetime(text: string): Token {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw badQuery(`The date and time '${text}' is none.`);
  return literal({ type: 'datetime', time });
}

function literal(value: Literal): Token {
  return { kind: 'literal', value };
}
