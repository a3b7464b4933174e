import type { ExpressionType } from '../plan.ts';
import { arrayOf, commonType, comparableType, describeType, isArray, isNumeric, isOpen } from '../types.ts';
import type { Mismatch, Signature, SignatureRule } from './entry.ts';

/** Each argument has a type of its own; arguments beyond the list take its last type. */
export function fixed(argumentTypes: readonly ExpressionType[], returns: ExpressionType): SignatureRule {
  return (types) => ({
    arguments: types.map((type, index) => argumentTypes[index] ?? argumentTypes.at(-1) ?? type),
    returns,
  });
}

/** Arguments are taken as they come. */
export function asGiven(returns: ExpressionType): SignatureRule {
  return (types) => ({ arguments: types, returns });
}

/**
 * All arguments are alternatives of one result, and come in one type; a single argument that is an array is searched
 * instead.
 */
export function alternativesOrArray(): SignatureRule {
  return (types) => {
    const [only] = types;
    if (types.length === 1 && only !== undefined && isArray(only)) {
      return { arguments: [only], returns: only.items };
    }
    return unify(
      types,
      types.map((_, index) => index),
    );
  };
}

/** The arguments from `first` on are alternatives of one result; those before have the given types. */
export function alternativesAfter(before: readonly ExpressionType[]): SignatureRule {
  return (types) => {
    const indexes = types.map((_, index) => index).slice(before.length);
    const outcome = unify(types, indexes);
    if ('message' in outcome) return outcome;
    return {
      arguments: outcome.arguments.map((type, index) => before[index] ?? type),
      returns: outcome.returns,
    };
  };
}

/** Brings the arguments at `indexes` to their common type, which is also the result's. */
export function unify(types: readonly ExpressionType[], indexes: readonly number[]): Signature | Mismatch {
  let common: ExpressionType = 'null';
  for (const index of indexes) {
    const type = types[index] ?? 'null';
    const wider = commonType([common, type]);
    if (wider === undefined) {
      return {
        argument: index,
        message: `a value of type ${describeType(type)} does not go with the ${describeType(common)} before it`,
      };
    }
    common = wider;
  }
  const converted = types.map((type, index) => (indexes.includes(index) ? common : type));
  return { arguments: converted, returns: common };
}

/** Numbers widen to the widest; text is read as a number. */
export function arithmetic(types: readonly ExpressionType[]): Signature | Mismatch {
  let result: ExpressionType = 'long';
  for (const [index, type] of types.entries()) {
    if (type === 'string' || type === 'number' || type === 'decimal') result = 'number';
    else if (!isNumeric(type) && !isOpen(type)) {
      return {
        argument: index,
        message: `a number is needed here, not a value of type ${describeType(type)}`,
      };
    }
  }
  return { arguments: types.map(() => result), returns: result };
}

/** The type of an array of such items; text is held where nothing is known of them. */
export function arrayOfCommon(types: readonly ExpressionType[], from: number): Signature | Mismatch {
  const indexes = types.map((_, index) => index).slice(from);
  const outcome = unify(types, indexes);
  return 'message' in outcome ? outcome : { ...outcome, returns: arrayOf(outcome.returns) };
}

/** A mismatch unless the argument is an array, or may turn out to be one. */
export function arrayMismatch(types: readonly ExpressionType[], index: number): Mismatch | undefined {
  const type = types[index] ?? 'null';
  if (isArray(type) || isOpen(type)) return undefined;
  return { argument: index, message: `an array is needed here, not a value of type ${describeType(type)}` };
}

export function addition(types: readonly ExpressionType[]): Signature | Mismatch {
  if (!types.includes('string')) return arithmetic(types);
  const argument = types.findIndex((type) => typeof type === 'object');
  if (argument >= 0) return { argument, message: 'an array cannot be joined to a text; use join()' };
  return fixed(['string'], 'string')(types);
}

export function comparison(types: readonly ExpressionType[]): Signature | Mismatch {
  const [left = 'null', right = 'null'] = types;
  const type = comparableType(left, right);
  if (type !== undefined) return { arguments: [type, type], returns: 'boolean' };
  return { argument: 1, message: `${describeType(left)} and ${describeType(right)} can't be compared` };
}

export function elementSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const [array = 'null'] = types;
  const mismatch = arrayMismatch(types, 0);
  if (mismatch !== undefined) return mismatch;
  return { arguments: [array, 'long'], returns: isArray(array) ? array.items : array };
}
