import type { ExpressionType } from '../plan.ts';
import { decidedBy, inTry, madeOf, mayFail, total, valuesOf } from '../sql/emitted.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { wordOperators } from '../syntax/precedence.ts';
import { arrayOf, commonType, isArray } from '../types.ts';
import { emitCoalesce, emitConditional } from './conditional.ts';
import { emitElement } from './element.ts';
import type { EmittedArgument, Emitter, Mismatch, Signature, SignatureRule } from './entry.ts';
import {
  computed,
  divided,
  emitAddition,
  emitElvis,
  emitEquality,
  emitLogical,
  emitOrder,
} from './operator-emission.ts';
import { regexProblem, translatedRegex } from './regex-syntax.ts';
import {
  addition,
  alternativesAfter,
  arithmetic,
  comparison,
  elementSignature,
  exactArithmetic,
  fixed,
  multiplication,
  unify,
} from './signature.ts';

/** One operator: the same facts as for a function, and the names that the service's operator list uses. */
export interface OperatorEntry {
  /** Canonical name in plans. Unary operators that share a symbol with a binary one have a suffix of their own. */
  readonly name: string;
  readonly symbol: string;
  readonly methodName: string;
  readonly numberOfOperands: number;
  readonly description: string;
  readonly example: string;
  readonly signature: SignatureRule;
  readonly emit: Emitter;
  /** For an operator whose right side must be a literal text; see the parameters of functions. */
  readonly checkRightLiteral?: (text: string) => string | undefined;
}

const comparisons = [
  { symbol: '<', methodName: 'lessThan', description: 'Smaller than. False when a side is null.' },
  {
    symbol: '<=',
    methodName: 'lessThanOrEqual',
    description: 'Smaller than or equal. False when a side is null.',
  },
  { symbol: '>', methodName: 'greaterThan', description: 'Greater than. False when a side is null.' },
  {
    symbol: '>=',
    methodName: 'greaterThanOrEqual',
    description: 'Greater than or equal. False when a side is null.',
  },
] as const;

const textTests = [
  {
    symbol: '=^',
    methodName: 'startsWith',
    sql: 'starts_with',
    description: 'Whether a text starts with another.',
  },
  {
    symbol: '=$',
    methodName: 'endsWith',
    sql: 'ends_with',
    description: 'Whether a text ends with another.',
  },
  {
    symbol: '=~',
    methodName: 'matches',
    sql: 'regexp_full_match',
    description: 'Whether a regular expression matches, or an array has the value among its elements.',
  },
] as const;

/** Every operator of the language. */
export const operatorTable: readonly OperatorEntry[] = [
  {
    ...named('+', 'add', 2),
    description: 'Adds numbers; with a text on a side it joins both as texts.',
    example: '1 + 2',
    signature: addition,
    emit: emitAddition,
  },
  {
    ...named('-', 'subtract', 2),
    description: 'Subtracts the second number from the first.',
    example: '3 - 2',
    signature: exactArithmetic,
    emit: computed('-'),
  },
  {
    ...named('*', 'multiply', 2),
    description: 'Multiplies two numbers.',
    example: '2 * 3',
    signature: multiplication,
    emit: computed('*'),
  },
  {
    ...named('/', 'divide', 2),
    description: 'Divides numbers; two whole ones to a whole one. A division by zero fails.',
    example: '7 / 2',
    signature: arithmetic,
    emit: (args, call) => divided(call.type === 'long' ? '//' : '/', call.type, args),
  },
  {
    ...named('%', 'mod', 2),
    description: 'The remainder of a division. A division by zero fails.',
    example: '7 % 3',
    signature: exactArithmetic,
    emit: (args, call) => divided('%', call.type, args),
  },
  {
    ...equality('==', 'equals', 'Whether two values are equal. Null equals only null.'),
    emit: emitEquality(''),
  },
  {
    ...equality('!=', 'notEquals', 'Whether two values differ. Null equals only null.'),
    emit: emitEquality('NOT '),
  },
  ...comparisons.map(
    ({ symbol, methodName, description }): OperatorEntry => ({
      ...named(symbol, methodName, 2),
      description,
      example: `1 ${symbol} 2`,
      signature: comparison,
      emit: emitOrder(symbol),
    }),
  ),
  ...textTests.flatMap(({ symbol, methodName, sql, description }): readonly OperatorEntry[] =>
    ['', 'NOT '].map((negation) => ({
      ...named(
        negation === '' ? symbol : `!${symbol.slice(1)}`,
        negation === '' ? methodName : `not${capitalised(methodName)}`,
        2,
      ),
      description:
        negation === '' ? `${description} False for null.` : `The opposite of ${symbol}. True for null.`,
      example: `"abc" ${negation === '' ? symbol : `!${symbol.slice(1)}`} "a"`,
      signature: symbol === '=~' ? matchSignature : fixed(['string'], 'boolean'),
      emit: (args) => decidedBy(args, `(${negation}coalesce(${textTest(sql, args)}, FALSE))`),
      ...(symbol === '=~' ? { checkRightLiteral: regexProblem } : {}),
    })),
  ),
  {
    ...named('&&', 'and', 2),
    description:
      'True when all sides are true. Null counts as false; sides after a false one are not looked at.',
    example: 'a > 1 && b > 1',
    signature: fixed(['boolean'], 'boolean'),
    emit: emitLogical('AND'),
  },
  {
    ...named('||', 'or', 2),
    description: 'True when a side is true. Null counts as false; sides after a true one are not looked at.',
    example: 'a > 1 || b > 1',
    signature: fixed(['boolean'], 'boolean'),
    emit: emitLogical('OR'),
  },
  {
    ...named('!', 'not', 1),
    description: 'True when the operand is not. Null counts as false.',
    example: '!(1 > 2)',
    signature: fixed(['boolean'], 'boolean'),
    emit: (args) => {
      const [operand = total('NULL')] = args;
      const value = operand.isDecided ? operand.value : `coalesce(${operand.value}, FALSE)`;
      return decidedBy(args, `(NOT ${value})`);
    },
  },
  {
    ...named('-', 'negate', 1),
    name: '-()',
    description: 'The negative of a number.',
    example: '-12',
    signature: exactArithmetic,
    emit: (args) =>
      mayFail(
        args,
        inTry(valuesOf(args), (...values) => `-(${values.join('')})`),
      ),
  },
  {
    ...named('+', 'positivize', 1),
    name: '+()',
    description: 'The number itself; a text is read as a number.',
    example: '+12',
    signature: exactArithmetic,
    emit: (args) => madeOf(args, valuesOf(args).join('')),
  },
  {
    ...named('~', 'complement', 1),
    description: 'The bitwise complement of a whole number.',
    example: '~44',
    signature: fixed(['long'], 'long'),
    emit: (args) => madeOf(args, `(~(${valuesOf(args).join('')}))`),
  },
  bitwise('&', 'and', (left, right) => `(${left} & ${right})`),
  bitwise('|', 'or', (left, right) => `(${left} | ${right})`),
  bitwise('^', 'xor', (left, right) => `xor(${left}, ${right})`),
  {
    ...named('?', 'ternary', 3),
    description: 'Chooses between two values; the one that is not taken is not looked at.',
    example: 'a > 3 ? "big" : "small"',
    signature: alternativesAfter(['boolean']),
    emit: emitConditional,
  },
  {
    ...named('?:', 'elvis', 2),
    description: 'The first value unless it is null, false, zero or empty; else the second.',
    example: 'nickname ?: name',
    signature: (types) => unify(types, [0, 1]),
    emit: emitElvis,
  },
  {
    ...named('??', 'nullCoalesce', 2),
    description: 'The first value unless it is null; else the second.',
    example: 'nickname ?? name',
    signature: (types) => unify(types, [0, 1]),
    emit: emitCoalesce,
  },
  {
    ...named('[]', 'arrayGet', 2),
    description:
      'An element of an array, counted from 0, or the value of a key of an object or map; null where there is none.',
    example: 'explode(names)[0]',
    signature: elementSignature,
    emit: emitElement,
  },
];

const byName = new Map(operatorTable.map((entry) => [entry.name, entry]));

/** Finds an operator by its canonical name. */
export function findOperator(name: string): OperatorEntry | undefined {
  return byName.get(name);
}

/** The canonical name of a unary operator. */
export function unaryName(symbol: string): string {
  return symbol === '-' || symbol === '+' ? `${symbol}()` : symbol;
}

/** The words that may stand for a symbol. */
export function wordsOf(symbol: string): readonly string[] {
  return [...wordOperators].filter(([, meant]) => meant === symbol).map(([word]) => word);
}

/** On the right of `=~` stands a regular expression, or an array that may have the value; JSON can only be the latter. */
function matchSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const [left = 'null', right = 'null'] = types;
  const elements = right === 'json' ? right : isArray(right) ? right.items : undefined;
  if (elements === undefined) return fixed(['string'], 'boolean')(types, []);
  const items = commonType([left, elements]);
  return { arguments: [items, arrayOf(items)], returns: 'boolean' };
}

function textTest(sqlFunction: string, args: readonly EmittedArgument[]): string {
  const [left, right] = args;
  if (right !== undefined && isArray(right.type)) return `list_contains(${right.value}, ${left?.value})`;
  if (sqlFunction !== 'regexp_full_match') return `${sqlFunction}(${valuesOf(args).join(', ')})`;
  return `${sqlFunction}(${left?.value}, ${quoteLiteral(translatedRegex(right?.literal).regex)})`;
}

function named(symbol: string, methodName: string, numberOfOperands: number) {
  return { name: symbol, symbol, methodName, numberOfOperands };
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function bitwise(symbol: string, name: string, emit: (left: string, right: string) => string): OperatorEntry {
  return {
    ...named(symbol, `bitwise${capitalised(name)}`, 2),
    description: `The bitwise ${name} of two whole numbers.`,
    example: `5 ${symbol} 3`,
    signature: fixed(['long'], 'long'),
    emit: (args) => {
      const [left = 'NULL', right = 'NULL'] = valuesOf(args);
      return madeOf(args, emit(left, right));
    },
  };
}

/** Equality leaves its sides as they are: text that can't be read as what it is compared with is unequal, no failure. */
function equality(symbol: string, methodName: string, description: string) {
  return {
    ...named(symbol, methodName, 2),
    description,
    example: `a ${symbol} b`,
    signature: (types: readonly ExpressionType[]): Signature | Mismatch => {
      const compared = comparison(types);
      return 'message' in compared ? compared : { arguments: types, returns: 'boolean' };
    },
  };
}
