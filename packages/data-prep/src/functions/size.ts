import { bindOnce } from '../sql/emitted.ts';
import { keysOf } from '../sql/nested.ts';
import { describeType, isArray, isMap, isObject, isOpen } from '../types.ts';
import type { EmittedArgument, SignatureRule } from './entry.ts';
import { asGiven } from './signature.ts';

/** For functions of one argument that has elements, fields or, where text is taken, characters. */
export function sizedSignature(returns: 'integer' | 'boolean', takesText: boolean): SignatureRule {
  return (types, literals) => {
    const [type = 'null'] = types;
    if (typeof type === 'object' || type === 'json' || isOpen(type) || (takesText && type === 'string')) {
      return asGiven(returns)(types, literals);
    }
    const needed = takesText ? 'an array, an object or a text' : 'an array or an object';
    return { argument: 0, message: `${needed} is needed here, not a value of type ${describeType(type)}` };
  };
}

/** SQL of the number of elements, fields with a value, keys or characters; null for null and for what has no size. */
export function sizeOf({ value, type }: EmittedArgument): string {
  if (isArray(type)) return `len(${value})`;
  if (isMap(type)) return `cardinality(${value})`;
  if (isObject(type)) return `len(${keysOf(value, type)})`;
  if (type !== 'json') return `length(CAST(${value} AS VARCHAR))`;
  return bindOnce([value], (json) => {
    const text = `length(${json} ->> '$')`;
    return `CASE json_type(${json}) WHEN 'ARRAY' THEN json_array_length(${json}) WHEN 'OBJECT' THEN len(json_keys(${json})) WHEN 'VARCHAR' THEN ${text} END`;
  });
}
