import type { ExpressionType } from '../plan.ts';
import { isArray, isMap, isObject } from '../types.ts';
import { lambda } from './lambda.ts';
import { entryOf, fieldOf, memberOfJson } from './nested.ts';
import { quoteLiteral } from './quote.ts';

/** SQL that reads a member of a value of a type that may have it; of an array, that of each element. */
export function emitMember(value: string, type: ExpressionType, name: string): string {
  if (isObject(type)) return fieldOf(value, name);
  if (isMap(type)) return entryOf(value, quoteLiteral(name));
  if (isArray(type)) {
    return `list_transform(${value}, ${lambda((element) => emitMember(element, type.items, name))})`;
  }
  return type === 'json' ? memberOfJson(value, name) : 'CAST(NULL AS VARCHAR)';
}
