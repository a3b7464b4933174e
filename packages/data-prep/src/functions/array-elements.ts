import type { EmittedSql, ExpressionType } from '../plan.ts';
import { emitConversion } from '../sql/conversion.ts';
import { anyOf, bindOnce, madeOf, total } from '../sql/emitted.ts';
import { inScope, lambda, lambdaOfTwo } from '../sql/lambda.ts';
import { type ArrayType, arrayOf, isArray } from '../types.ts';
import type { EmittedArgument, FunctionEntry, Mismatch, Parameter, Signature } from './entry.ts';
import { joinTexts } from './join-texts.ts';
import { arrayArgument } from './signature.ts';

const category = 'Hierarchies - Arrays';
const form = 'function';
const array: Parameter = { name: 'array', type: 'array', description: 'The array.' };

/** Arrays of JSON may be nested this deep for {@link flattenArray} to reach all of their elements. */
const MAXIMUM_NESTING = 100;

/** Functions that work on each element of an array, at all levels of nesting where they say so. */
export const arrayElementFunctions: readonly FunctionEntry[] = [
  {
    name: 'filterArray',
    aliases: [],
    category,
    form,
    parameters: [
      array,
      {
        name: 'condition',
        type: 'lambda',
        description: 'Tells for an element whether it stays.',
        readAs: 'lambda',
      },
    ],
    signature: (types) => {
      const start = arrayArgument(types, 0);
      return 'message' in start ? start : { arguments: [start, 'boolean'], returns: start };
    },
    returnType: 'array',
    description: 'The elements for which a condition is true.',
    nulls: 'Null for a null array. A null condition counts as false.',
    example: { expression: 'filterArray([5, -6, 0, 7], x -> x > 0)', result: '[5, 7]' },
    emit: (args) =>
      overElements(args, (list, item, { value }) => {
        return `list_filter(${list}, lambda ${item}: coalesce(${value}, FALSE))`;
      }),
  },
  {
    name: 'transformArray',
    aliases: [],
    category,
    form,
    parameters: [
      array,
      {
        name: 'value',
        type: 'lambda',
        description: 'Tells for an element what takes its place.',
        readAs: 'lambda',
      },
    ],
    signature: (types) => {
      const start = arrayArgument(types, 0);
      const value = types[1] ?? 'null';
      return 'message' in start ? start : { arguments: [start, value], returns: arrayOf(value) };
    },
    returnType: 'array',
    description: 'Puts another value in the place of each element.',
    nulls: 'Null for a null array.',
    example: { expression: 'transformArray([5, 6, 7], x -> x + 1)', result: '[6, 7, 8]' },
    emit: (args) =>
      overElements(args, (list, item, { value }) => `list_transform(${list}, lambda ${item}: ${value})`),
  },
  {
    name: 'flattenArray',
    aliases: [],
    category,
    form,
    parameters: [array],
    signature: flatSignature,
    returnType: 'array',
    description: 'The elements of an array and of all arrays within it, in one array.',
    nulls: 'Null for a null array; null elements stay.',
    example: { expression: 'flattenArray([1, [2, [3]]])', result: '[1, 2, 3]' },
    emit: ([only]) => {
      if (only === undefined || !isArray(only.type)) throw new Error('Only an array can be flattened');
      return madeOf([only], flattened(only.value, only.type));
    },
  },
  {
    name: 'array_to_string',
    aliases: [],
    category,
    form,
    parameters: [
      { name: 'separator', type: 'string', description: 'What is put between the elements.' },
      {
        ...array,
        description: 'The elements, those of arrays within it too; other types are written as text.',
      },
    ],
    signature: (types) => {
      const start = arrayArgument(types, 1);
      return 'message' in start ? start : { arguments: ['string', start], returns: 'string' };
    },
    returnType: 'string',
    description:
      'Joins the elements of an array, and of all arrays within it, into one text. Objects are written as JSON.',
    nulls: 'Null for a null array; null elements count as empty.',
    example: { expression: 'array_to_string(";", ["Hello", "world"])', result: '"Hello;world"' },
    emit: ([separator, list]) => {
      if (separator === undefined || list === undefined || !isArray(list.type)) {
        throw new Error('array_to_string needs a separator and an array');
      }
      const texts = textsOf(flattened(list.value, list.type), flatItems(list.type));
      return madeOf([separator, list], joinTexts(separator.value, texts));
    },
  },
];

/** Fails where the body fails for an element. The body is written once, as it may hold further bodies. */
function overElements(
  args: readonly EmittedArgument[],
  write: (list: string, item: string, body: EmittedSql) => string,
): EmittedSql {
  const [list, { body } = { body: undefined }] = args;
  if (list === undefined || body === undefined) throw new Error('An array and a lambda are needed');
  const { item, written } = inScope((name) => ({ item: name, written: body(name) }));
  const value = write(list.value, item, written);
  if (written.fails === undefined) return { value, fails: list.fails };
  const failing = `list_filter(${list.value}, lambda ${item}: ${written.fails})`;
  return { value, fails: anyOf([list.fails, `coalesce(len(${failing}) > 0, FALSE)`]) };
}

function flatSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const start = arrayArgument(types, 0);
  return 'message' in start ? start : { arguments: [start], returns: arrayOf(flatItems(start)) };
}

/** The type of the elements within all levels of arrays. */
function flatItems({ items }: ArrayType): ExpressionType {
  return isArray(items) ? flatItems(items) : items;
}

function flattened(list: string, type: ArrayType): string {
  if (isArray(type.items)) return flattened(`flatten(${list})`, type.items);
  return type.items === 'json' ? flattenedJson(list) : list;
}

/**
 * How deep JSON is nested shows only in the row: each step of the reduction takes one level off, and there are at least as
 * many steps as levels.
 */
function flattenedJson(list: string): string {
  return bindOnce([list], (items) => {
    const text = `CAST(to_json(${items}) AS VARCHAR)`;
    const levels = `least(length(${text}) - length(replace(${text}, '[', '')), ${MAXIMUM_NESTING})`;
    const unpacked = (level: string) =>
      `flatten(list_transform(${level}, ${lambda((item) => `coalesce(TRY_CAST(${item} AS JSON[]), [${item}])`)}))`;
    const steps = `list_resize([${items}], ${levels}, CAST([] AS JSON[]))`;
    return `CASE WHEN ${items} IS NOT NULL THEN list_reduce(${steps}, ${lambdaOfTwo(unpacked)}) END`;
  });
}

function textsOf(list: string, items: ExpressionType): string {
  if (items === 'string') return list;
  const asJson =
    typeof items === 'object' ? emitConversion(total(list), arrayOf(items), arrayOf('json')).value : list;
  const from = arrayOf(typeof items === 'object' ? 'json' : items);
  return emitConversion(total(asJson), from, arrayOf('string')).value;
}
