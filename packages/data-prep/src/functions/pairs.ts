import type { ExpressionType } from '../plan.ts';
import { heldValue, mapEntry, mapOfEntries } from '../sql/nested.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { sqlTypeOf } from '../sql/types.ts';
import { commonType, isOpen, mapOf } from '../types.ts';
import type { EmittedArgument, LiteralValue, Mismatch, Parameter, Signature } from './entry.ts';

/** Parameters of functions that take keys and values in turn. */
export const pairParameters: readonly Parameter[] = [
  { name: 'key', type: 'string', description: 'A key; other types are written as text.' },
  { name: 'value', type: 'any', description: 'The value of the key before it.' },
  { name: 'more', type: 'any', description: 'Further pairs of key and value.', repeated: true },
];

/** Keys and values in turn make a map: keys as text, values in their common type. */
export function pairsSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const mismatch = pairsMismatch(types);
  if (mismatch !== undefined) return mismatch;
  const values = commonType(types.filter((_, index) => isValue(index)));
  return { arguments: types.map((_, index) => (isValue(index) ? values : 'string')), returns: mapOf(values) };
}

/** Why keys and values in turn don't fit. */
export function pairsMismatch(types: readonly ExpressionType[]): Mismatch | undefined {
  if (types.length % 2 === 1) {
    return {
      argument: types.length - 1,
      message: 'this key has no value; keys and values are given in turn',
    };
  }
  const argument = types.findIndex((type, index) => !isValue(index) && isNoKey(type));
  return argument < 0 ? undefined : { argument, message: 'a key must be a text' };
}

function isNoKey(type: ExpressionType): boolean {
  return typeof type === 'object' || (isOpen(type) && type !== 'unknown');
}

export function isValue(index: number): boolean {
  return index % 2 === 1;
}

/** Names that literal keys give; undefined when a key is no literal. */
export function literalKeys(literals: readonly LiteralValue[]): readonly string[] | undefined {
  const keys = literals.filter((_, index) => !isValue(index));
  if (keys.some((key) => key === undefined || key === null)) return undefined;
  return keys.map(String);
}

/** SQL of the map that keys and values in turn make. Of equal keys the last counts; an entry without a key is left out. */
export function mapOfPairs(args: readonly EmittedArgument[], type: ExpressionType): string {
  if (args.length === 0) return `CAST(MAP {} AS ${sqlTypeOf(type)})`;
  const keys = literalKeys(args.map(({ literal }) => literal));
  const values = args.filter((_, index) => isValue(index)).map(heldValue);
  if (keys !== undefined) {
    const last = new Map(keys.map((key, index) => [key, values[index] ?? 'NULL']));
    return `MAP {${Array.from(last, ([key, value]) => `${quoteLiteral(key)}: ${value}`).join(', ')}}`;
  }
  const entries = values.map((value, index) => mapEntry(args[index * 2]?.value ?? 'NULL', value));
  return mapOfEntries(`[${entries.join(', ')}]`, 'last');
}
