import type { EmittedSql, ExpressionType } from '../plan.ts';
import { emitConversion } from '../sql/conversion.ts';
import { anyOf, bindOnce, firstMatching, madeOf, mayFail, total, valuesOf } from '../sql/emitted.ts';
import { comparableType, isArray, isOpen, sameType } from '../types.ts';
import type { EmittedArgument, Emitter } from './entry.ts';

export function computed(symbol: string): Emitter {
  return (args) => mayFail(args, `TRY(${valuesOf(args).join(` ${symbol} `)})`);
}

/** A double divided by zero would be infinite, where a whole number is NULL. */
export function divided(symbol: string, type: ExpressionType, args: readonly EmittedArgument[]): EmittedSql {
  if (type === 'long') return mayFail(args, `TRY(${valuesOf(args).join(` ${symbol} `)})`);
  const quotient = bindOnce(
    valuesOf(args),
    (left, right) => `CASE WHEN ${right} <> 0 THEN ${left} ${symbol} ${right} END`,
  );
  return mayFail(args, quotient);
}

export function emitEquality(negation: string): Emitter {
  return (args) => {
    const [left, right] = args;
    if (left === undefined || right === undefined) throw new Error('Equality needs two sides');
    const type = comparableType(left.type, right.type) ?? 'string';
    if (sameType(left.type, right.type) || isOpen(left.type) || isOpen(right.type)) {
      return madeOf(args, `(${negation}(${left.value} IS NOT DISTINCT FROM ${right.value}))`);
    }
    const equal = bindOnce([left.value, right.value], (first, second) => {
      const sides = [
        emitConversion(total(first), left.type, type),
        emitConversion(total(second), right.type, type),
      ];
      const bothNull = `(${first} IS NULL) = (${second} IS NULL)`;
      return `${valuesOf(sides).join(' IS NOT DISTINCT FROM ')} AND ${bothNull}`;
    });
    return madeOf(args, `(${negation}(${equal}))`);
  };
}

/** The sides are looked at in order, up to the one that decides. */
export function emitLogical(operator: 'AND' | 'OR'): Emitter {
  return (args) => {
    const sides = args.map(({ value }) => `coalesce(${value}, FALSE)`);
    const decides = operator === 'OR' ? '' : 'NOT ';
    const branches = args.flatMap(({ fails }, index) => [
      ...(fails === undefined ? [] : [{ when: fails, outcome: 'TRUE' }]),
      { when: `${decides}${sides[index]}`, outcome: undefined },
    ]);
    return { value: `(${sides.join(` ${operator} `)})`, fails: firstMatching(branches, undefined) };
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
  if (type === 'boolean') return value;
  if (type === 'string') return `${value} NOT IN ('', 'false')`;
  if (type === 'integer' || type === 'long' || type === 'number' || type === 'decimal')
    return `${value} <> 0`;
  return `${value} IS NOT NULL`;
}
