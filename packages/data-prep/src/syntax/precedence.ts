/**
 * How tightly operators bind, loosest first (Apache Commons JEXL, whose grammar the service's operator list follows).
 * Binary operators group to the left; the conditional and its short forms group to the right.
 */
export const Precedence = {
  lambda: 0,
  conditional: 1,
  or: 2,
  and: 3,
  bitOr: 4,
  bitXor: 5,
  bitAnd: 6,
  equality: 7,
  relational: 8,
  additive: 9,
  multiplicative: 10,
  unary: 11,
  postfix: 12,
} as const;

export type Precedence = (typeof Precedence)[keyof typeof Precedence];

const binaryPrecedence: Readonly<Record<string, Precedence>> = {
  '||': Precedence.or,
  '&&': Precedence.and,
  '|': Precedence.bitOr,
  '^': Precedence.bitXor,
  '&': Precedence.bitAnd,
  '==': Precedence.equality,
  '!=': Precedence.equality,
  '<': Precedence.relational,
  '<=': Precedence.relational,
  '>': Precedence.relational,
  '>=': Precedence.relational,
  '=~': Precedence.relational,
  '!~': Precedence.relational,
  '=^': Precedence.relational,
  '!^': Precedence.relational,
  '=$': Precedence.relational,
  '!$': Precedence.relational,
  '+': Precedence.additive,
  '-': Precedence.additive,
  '*': Precedence.multiplicative,
  '/': Precedence.multiplicative,
  '%': Precedence.multiplicative,
};

/** Undefined for what isn't a binary operator. */
export function precedenceOf(symbol: string): Precedence | undefined {
  return Object.hasOwn(binaryPrecedence, symbol) ? binaryPrecedence[symbol] : undefined;
}

export const unaryOperators: ReadonlySet<string> = new Set(['-', '+', '!', '~']);

/** Operators that group to the right, beside `? :`. */
export const defaultingOperators: ReadonlySet<string> = new Set(['?:', '??']);

/** Operators that may be written as a word. */
export const wordOperators: ReadonlyMap<string, string> = new Map([
  ['or', '||'],
  ['and', '&&'],
  ['not', '!'],
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
  ['div', '/'],
  ['mod', '%'],
]);

/** Every operator symbol of the language, longest first, as the lexer must try them. */
export const operatorSymbols: readonly string[] = [
  ...Object.keys(binaryPrecedence),
  ...unaryOperators,
  ...defaultingOperators,
  '?',
]
  .filter((symbol, index, all) => all.indexOf(symbol) === index)
  .sort((a, b) => b.length - a.length);
