import type { EmittedSql, ExpressionType } from '../plan.ts';
import { emitConversion } from '../sql/conversion.ts';
import {
  anyOf,
  bindOnce,
  decidedBy,
  firstMatching,
  inTry,
  madeOf,
  mayFail,
  total,
  valuesOf,
} from '../sql/emitted.ts';
import { comparableType, isArray, isMap, isOpen, sameType } from '../types.ts';
import type { CallContext, EmittedArgument, Emitter } from './entry.ts';

export function computed(symbol: string): Emitter {
  return (args, call) => mayFail(args, finite(triedWith(symbol, args), call.type));
}

function triedWith(symbol: string, args: readonly EmittedArgument[]): string {
  return inTry(valuesOf(args), (...values) => values.join(` ${symbol} `));
}

/** A double that grows beyond all bounds is no number; a whole number is NULL by itself then. */
function finite(number: string, type: ExpressionType): string {
  if (type !== 'number') return number;
  return bindOnce([number], (value) => `CASE WHEN isfinite(${value}) THEN ${value} END`);
}

/** A double divided by zero would be infinite, where a whole number is NULL. */
export function divided(symbol: string, type: ExpressionType, args: readonly EmittedArgument[]): EmittedSql {
  if (type === 'long') return mayFail(args, triedWith(symbol, args));
  const quotient = bindOnce(
    valuesOf(args),
    (left, right) => `CASE WHEN ${right} <> 0 THEN ${left} ${symbol} ${right} END`,
  );
  return mayFail(args, finite(quotient, type));
}

/** Adds numbers, or joins texts; where a side is JSON, each row tells which. */
export function emitAddition(args: readonly EmittedArgument[], call: CallContext): EmittedSql {
  if (call.type === 'string') return madeOf(args, `(${valuesOf(args).join(' || ')})`);
  if (call.type !== 'json') return computed('+')(args, call);
  const [left, right] = args;
  if (left === undefined || right === undefined) throw new Error('+ needs two sides');
  return inTwoKinds([left, right], (isText, [first, second]) => {
    const texts = [first, second].map((side) => emitConversion(total(side), 'json', 'string').value);
    const numbers = [first, second].map((side) => {
      return `CASE WHEN json_type(${side}) IN ('UBIGINT', 'BIGINT', 'DOUBLE') THEN CAST(${side} AS DOUBLE) END`;
    });
    const sum = finite(`TRY(${numbers.join(' + ')})`, 'number');
    return `CASE WHEN ${isText} THEN to_json(${texts.join(' || ')}) ELSE to_json(${sum}) END`;
  });
}

function inTwoKinds(
  [left, right]: readonly [EmittedArgument, EmittedArgument],
  write: (isText: string, sides: readonly [string, string]) => string,
): EmittedSql {
  const value = bindOnce([left.value, right.value], (first, second) => {
    const isText = [first, second]
      .map((side) => `coalesce(json_type(${side}) = 'VARCHAR', FALSE)`)
      .join(' OR ');
    return write(isText, [first, second]);
  });
  return mayFail([left, right], value);
}

/** `<` and its kin: false where a side is null. JSON compares as numbers, where both sides are, and else as text. */
export function emitOrder(symbol: string): Emitter {
  return (args) => {
    if (args.some(({ type }) => type !== 'json')) {
      return decidedBy(args, `coalesce(${valuesOf(args).join(` ${symbol} `)}, FALSE)`);
    }
    const compared = bindOnce(valuesOf(args), (...sides) => {
      const as = (type: 'number' | 'string') => {
        return sides.map((side) => emitConversion(total(side), 'json', type).value).join(` ${symbol} `);
      };
      const areNumbers = sides
        .map((side) => `json_type(${side}) IN ('UBIGINT', 'BIGINT', 'DOUBLE')`)
        .join(' AND ');
      return `CASE WHEN ${areNumbers} THEN ${as('number')} ELSE ${as('string')} END`;
    });
    return decidedBy(args, `coalesce(${compared}, FALSE)`);
  };
}

export function emitEquality(negation: string): Emitter {
  return (args) => {
    const [left, right] = args;
    if (left === undefined || right === undefined) throw new Error('Equality needs two sides');
    return decidedBy(args, `(${negation}${equalityOf(left, right)})`);
  };
}

/** SQL, never null, that tells whether two values of comparable types are equal; null equals only null. */
export function equalityOf(left: EmittedArgument, right: EmittedArgument): string {
  const type = comparableType(left.type, right.type) ?? 'string';
  const isPlain = sameType(left.type, right.type) && left.type !== 'json';
  if (isPlain || isOpen(left.type) || isOpen(right.type)) {
    return `(${left.value} IS NOT DISTINCT FROM ${right.value})`;
  }
  const equal = bindOnce([left.value, right.value], (first, second) => {
    const sides = [comparableSide(first, left.type, type), comparableSide(second, right.type, type)];
    const bothNull = `(${first} IS NULL) = (${second} IS NULL)`;
    return `${valuesOf(sides).join(' IS NOT DISTINCT FROM ')} AND ${bothNull}`;
  });
  return `(${equal})`;
}

/** Of JSON the text is compared, as `1` and `"1"` are equal. */
function comparableSide(side: string, from: ExpressionType, to: ExpressionType): EmittedSql {
  const converted = emitConversion(total(side), from, to);
  return to === 'json' ? emitConversion(converted, to, 'string') : converted;
}

/** The sides are looked at in order, up to the one that decides. */
export function emitLogical(operator: 'AND' | 'OR'): Emitter {
  return (args) => {
    // Defaults within defaults take the engine's optimizer a time that grows with the fourth power of their depth.
    const sides = args.map(({ value, isDecided }) => (isDecided ? value : `coalesce(${value}, FALSE)`));
    const decides = operator === 'OR' ? '' : 'NOT ';
    const branches = args.flatMap(({ fails }, index) => [
      ...(fails === undefined ? [] : [{ when: fails, outcome: 'TRUE' }]),
      { when: `${decides}${sides[index]}`, outcome: undefined },
    ]);
    const value = `(${sides.join(` ${operator} `)})`;
    return { value, fails: firstMatching(branches, undefined), isDecided: true };
  };
}

/** JEXL's idea of a value that is as good as none. */
export function emitElvis(args: readonly EmittedArgument[]) {
  const [left, right] = args;
  if (left === undefined || right === undefined) throw new Error('?: needs two values');
  const kept = bindOnce([left.value], (value) => `CASE WHEN ${truth(value, left.type)} THEN ${value} END`);
  const branches = [{ when: `${kept} IS NOT NULL`, outcome: undefined }];
  return {
    value: `coalesce(${kept}, ${right.value})`,
    fails: anyOf([left.fails, firstMatching(branches, right.fails)]),
  };
}

function truth(value: string, type: ExpressionType): string {
  if (isArray(type)) return `len(${value}) > 0`;
  if (isMap(type)) return `cardinality(${value}) > 0`;
  if (type === 'json')
    return `CAST(${value} AS VARCHAR) NOT IN ('""', '"false"', 'false', '0', '0.0', '[]', '{}')`;
  if (type === 'boolean') return value;
  if (type === 'string') return `${value} NOT IN ('', 'false')`;
  if (type === 'integer' || type === 'long' || type === 'number' || type === 'decimal')
    return `${value} <> 0`;
  return `${value} IS NOT NULL`;
}
