import { memberType } from '../member-type.ts';
import type { ExpressionType } from '../plan.ts';
import {
  type ArrayType,
  arrayOf,
  commonType,
  comparableType,
  describeType,
  isArray,
  isNumeric,
  isObject,
  isOpen,
  itemsOf,
  mapOf,
  typeOfValues,
} from '../types.ts';
import type { LiteralValue, Mismatch, Signature, SignatureRule } from './entry.ts';

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
    const items = only === undefined ? undefined : itemsOf(only);
    if (types.length === 1 && items !== undefined) return { arguments: types, returns: items };
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
    return { ...outcome, arguments: outcome.arguments.map((type, index) => before[index] ?? type) };
  };
}

/** Brings the arguments at `indexes` to their common type, which is also the result's. */
export function unify(types: readonly ExpressionType[], indexes: readonly number[]): Signature {
  const common = commonType(indexes.map((index) => types[index] ?? 'null'));
  const converted = types.map((type, index) => (indexes.includes(index) ? common : type));
  return { arguments: converted, returns: common };
}

/** Whole numbers stay whole; all others, text and JSON among them, are of double precision. */
export function arithmetic(types: readonly ExpressionType[]): Signature | Mismatch {
  const argument = types.findIndex((type) => {
    return !isNumeric(type) && !isOpen(type) && type !== 'string' && type !== 'json';
  });
  if (argument >= 0) {
    const given = describeType(types[argument] ?? 'null');
    return { argument, message: `a number is needed here, not a value of type ${given}` };
  }
  const result = types.every(isWholeOrOpen) ? 'long' : 'number';
  return { arguments: types.map(() => result), returns: result };
}

/** The same, but decimals among themselves and with whole numbers keep every digit. */
export function exactArithmetic(types: readonly ExpressionType[]): Signature | Mismatch {
  if (!types.includes('decimal') || !types.every((type) => type === 'decimal' || isWholeOrOpen(type))) {
    return arithmetic(types);
  }
  return { arguments: types.map(() => 'decimal'), returns: 'decimal' };
}

/** The product of two decimals has more digits than a decimal holds, that of one with a whole number has not. */
export function multiplication(types: readonly ExpressionType[]): Signature | Mismatch {
  if (!types.includes('decimal') || !types.some(isWholeOrOpen)) return arithmetic(types);
  return { arguments: types.map((type) => (type === 'decimal' ? type : 'long')), returns: 'decimal' };
}

function isWholeOrOpen(type: ExpressionType): boolean {
  return type === 'integer' || type === 'long' || isOpen(type);
}

/** The type of an array of such items; text is held where nothing is known of them. */
export function arrayOfCommon(types: readonly ExpressionType[], from: number): Signature {
  const indexes = types.map((_, index) => index).slice(from);
  const outcome = unify(types, indexes);
  return { ...outcome, returns: arrayOf(outcome.returns) };
}

/** The array type in which an argument is taken, or why it can't be one. JSON counts as an array of JSON. */
export function arrayArgument(types: readonly ExpressionType[], index: number): ArrayType | Mismatch {
  const type = types[index] ?? 'null';
  const items = itemsOf(type);
  if (items !== undefined) return arrayOf(items);
  return { argument: index, message: `an array is needed here, not a value of type ${describeType(type)}` };
}

/** Text and what is added to it are joined; with JSON it shows in each row whether there is a text. */
export function addition(types: readonly ExpressionType[]): Signature | Mismatch {
  const argument = types.findIndex((type) => typeof type === 'object');
  const isText = types.includes('string');
  if (argument >= 0 && (isText || types.includes('json'))) {
    return { argument, message: 'arrays and objects cannot be joined to a text; use join() for an array' };
  }
  if (isText) return fixed(['string'], 'string')(types, []);
  return types.includes('json') ? { arguments: ['json', 'json'], returns: 'json' } : exactArithmetic(types);
}

export function comparison(types: readonly ExpressionType[]): Signature | Mismatch {
  const [left = 'null', right = 'null'] = types;
  const type = comparableType(left, right);
  if (type !== undefined) return { arguments: [type, type], returns: 'boolean' };
  return { argument: 1, message: `${describeType(left)} and ${describeType(right)} can't be compared` };
}

/** A container and the key or position of one of its elements. */
export function elementSignature(
  types: readonly ExpressionType[],
  literals: readonly LiteralValue[],
): Signature | Mismatch {
  const [container = 'null', key = 'null'] = types;
  if (isOpen(container)) return { arguments: types, returns: container };
  if (isArray(container)) return { arguments: [container, 'long'], returns: container.items };
  if (container === 'json')
    return { arguments: ['json', isNumeric(key) ? 'long' : 'string'], returns: 'json' };
  const literal = literals[1];
  if (isObject(container) && literal !== undefined && literal !== null) {
    const member = memberType(container, String(literal));
    if ('problem' in member) return { argument: 1, message: member.problem, hint: member.hint };
    return { arguments: [container, key], returns: member.type };
  }
  const values = typeOfValues(container);
  if (values !== undefined) return { arguments: [mapOf(values), 'string'], returns: values };
  return {
    argument: 0,
    message: `an array, object or map is needed here, not a value of type ${describeType(container)}`,
  };
}
