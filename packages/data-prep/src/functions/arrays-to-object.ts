import type { ExpressionType } from '../plan.ts';
import { bindOnce, madeOf, valuesOf } from '../sql/emitted.ts';
import { lambda } from '../sql/lambda.ts';
import { mapEntry, mapOfEntries, structOf } from '../sql/nested.ts';
import { fitsStruct } from '../sql/types.ts';
import { arrayOf, commonType, isArray, isObject, mapOf } from '../types.ts';
import type { FunctionEntry, LiteralValue, Mismatch, Signature } from './entry.ts';
import { isValue, literalKeys, pairsMismatch } from './pairs.ts';
import { arrayArgument } from './signature.ts';

/** `arrays_to_object("sku", skus, "price", prices)`: the n-th object has the n-th element of each array. */
export const arraysToObject: FunctionEntry = {
  name: 'arrays_to_object',
  aliases: ['arrays_to_objects'],
  category: 'Hierarchies - Objects',
  form: 'function',
  parameters: [
    { name: 'key', type: 'string', description: 'A field of the objects.' },
    { name: 'array', type: 'array', description: 'The values of that field, one for each object.' },
    { name: 'more', type: 'any', description: 'Further pairs of key and array.', repeated: true },
  ],
  signature: zipSignature,
  returnType: 'array',
  description:
    'Makes an array of objects out of arrays of values. There are as many objects as the longest array has elements.',
  nulls: 'A null array counts as empty, and what an array lacks is null.',
  example: {
    expression: 'arrays_to_object("sku", ["id1", "id2"], "price", [22.5, 14.35])',
    result: '[{"sku": "id1", "price": 22.5}, {"sku": "id2", "price": 14.35}]',
  },
  emit: (args, call) => {
    const arrays = args.filter((_, index) => isValue(index));
    const keys = args.filter((_, index) => !isValue(index));
    const zipped = bindOnce(valuesOf(arrays), (...lists) => {
      const size = `greatest(${lists.map((list) => `len(${list})`).join(', ')}, 0)`;
      const object = lambda((position) => {
        const elements = lists.map((list) => `(${list})[${position}]`);
        if (isArray(call.type) && isObject(call.type.items)) {
          const names = keys.map(({ literal }) => String(literal));
          const fields = new Map(names.map((name, index) => [name, elements[index] ?? 'NULL']));
          return structOf(Array.from(fields, ([name, value]) => ({ name, value })));
        }
        const entries = elements.map((element, index) => mapEntry(keys[index]?.value ?? 'NULL', element));
        return mapOfEntries(`[${entries.join(', ')}]`, 'last');
      });
      return `list_transform(range(1, ${size} + 1), ${object})`;
    });
    return madeOf(args, zipped);
  },
};

function zipSignature(
  types: readonly ExpressionType[],
  literals: readonly LiteralValue[],
): Signature | Mismatch {
  const mismatch = pairsMismatch(types);
  if (mismatch !== undefined) return mismatch;
  const items: ExpressionType[] = [];
  for (const index of types.keys()) {
    if (!isValue(index)) continue;
    const array = arrayArgument(types, index);
    if ('message' in array) return array;
    items.push(array.items);
  }
  const fields = new Map(literalKeys(literals)?.map((name, index) => [name, items[index] ?? 'null']));
  if (fitsStruct([...fields.keys()])) {
    return {
      arguments: types.map((type, index) =>
        isValue(index) ? arrayOf(items[(index - 1) / 2] ?? 'null') : type,
      ),
      returns: arrayOf({ kind: 'object', fields: Array.from(fields, ([name, type]) => ({ name, type })) }),
    };
  }
  const values = commonType(items);
  return {
    arguments: types.map((_, index) => (isValue(index) ? arrayOf(values) : 'string')),
    returns: arrayOf(mapOf(values)),
  };
}
