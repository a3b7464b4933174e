import type { ExpressionType } from '../plan.ts';
import { bindOnce, madeOf, total, valuesOf } from '../sql/emitted.ts';
import { lambda } from '../sql/lambda.ts';
import { heldValue, listOfJson, withoutJsonNull } from '../sql/nested.ts';
import { sqlTypeOf } from '../sql/types.ts';
import { arrayOf, commonType, isArray } from '../types.ts';
import { emitCoalesce } from './conditional.ts';
import type { EmittedArgument, FunctionEntry, Mismatch, Parameter, Signature } from './entry.ts';
import { alternativesOrArray, arrayArgument, arrayOfCommon } from './signature.ts';
import { sizedSignature, sizeOf } from './size.ts';

const category = 'Hierarchies - Arrays';
const form = 'function';
const array: Parameter = { name: 'array', type: 'array', description: 'The array.' };
const element: Parameter = { name: 'element', type: 'any', description: 'An element.', repeated: true };
const valueOrArray: Parameter = { name: 'value', type: 'any', description: 'A value, or one array for all.' };

/** Functions that make arrays, put them together and pick from them. */
export const arrayFunctions: readonly FunctionEntry[] = [
  {
    name: 'coalesce',
    aliases: [],
    category,
    form,
    parameters: [valueOrArray, { ...element, name: 'more', description: 'Further values.' }],
    signature: alternativesOrArray(),
    returnType: 'any',
    description: 'The first value that is not null. Values after it are not looked at.',
    nulls: 'Null when every value is null. Empty text, 0 and false are not null.',
    example: { expression: 'coalesce(null, "first", "second")', result: '"first"' },
    emit: (args) => {
      const isGiven = lambda((item) => `${item} IS NOT NULL`);
      const picked = pickedFromOnly(args, (list) => `list_filter(${list}, ${isGiven})[1]`);
      return picked === undefined ? emitCoalesce(args) : madeOf(args, picked);
    },
  },
  ...(['first', 'last'] as const).map(
    (name): FunctionEntry => ({
      name,
      aliases: [],
      category,
      form,
      parameters: [valueOrArray, { ...element, name: 'more', description: 'Further values.' }],
      signature: alternativesOrArray(),
      returnType: 'any',
      description: `The ${name} element of an array, or of the arguments.`,
      nulls: 'Null for a null or empty array.',
      example: { expression: `${name}("1", "2", "3")`, result: name === 'first' ? '"1"' : '"3"' },
      emit: (args) => {
        const picked = pickedFromOnly(args, (list) => `(${list})[${name === 'first' ? 1 : -1}]`);
        return madeOf(args, picked ?? args.at(name === 'first' ? 0 : -1)?.value ?? 'NULL');
      },
    }),
  ),
  {
    name: 'to_array',
    aliases: [],
    category,
    form,
    parameters: [
      { name: 'includeNulls', type: 'boolean', description: 'Whether null elements are kept.' },
      element,
    ],
    signature: (types) => withFirst('boolean', arrayOfCommon(types, 1)),
    returnType: 'array',
    description: 'Makes an array of its arguments.',
    nulls: 'Null elements are kept or left out, as the first argument says; null counts as false.',
    example: { expression: 'to_array(false, 1, null, 2, 3)', result: '[1, 2, 3]' },
    emit: (args, call) => {
      const [includeNulls, ...elements] = args;
      const all = listOf(elements, call.type);
      if (includeNulls?.literal === true) return madeOf(args, all);
      const kept = includeNulls?.literal === false ? '' : ` OR ${includeNulls?.value}`;
      return madeOf(args, `list_filter(${all}, ${lambda((item) => `${item} IS NOT NULL${kept}`)})`);
    },
  },
  {
    name: 'add_to_array',
    aliases: [],
    category,
    form,
    parameters: [array, element],
    signature: addSignature,
    returnType: 'array',
    description: 'Appends elements to an array.',
    nulls: 'A null array counts as empty.',
    example: { expression: "add_to_array(['a', 'b'], 'c', 'd')", result: '["a", "b", "c", "d"]' },
    emit: (args, call) => {
      const [start, ...elements] = args;
      return madeOf(args, `list_concat(${start?.value ?? 'NULL'}, ${listOf(elements, call.type)})`);
    },
  },
  {
    name: 'join_arrays',
    aliases: [],
    category,
    form,
    parameters: [array, { ...array, name: 'more', description: 'Further arrays.', repeated: true }],
    signature: joinSignature,
    returnType: 'array',
    description: 'Puts arrays one after the other; elements that occur twice stay.',
    nulls: 'A null array counts as empty; null when all are null.',
    example: { expression: "join_arrays(['a', 'b'], ['c'])", result: '["a", "b", "c"]' },
    emit: (args) => {
      const joined = bindOnce(valuesOf(args), (...arrays) => {
        const isAny = arrays.map((value) => `${value} IS NOT NULL`).join(' OR ');
        return `CASE WHEN ${isAny} THEN list_concat(${arrays.join(', ')}) END`;
      });
      return madeOf(args, joined);
    },
  },
  {
    name: 'size_of',
    aliases: [],
    category,
    form,
    parameters: [{ ...array, description: 'An array, an object or a map.' }],
    signature: sizedSignature('integer', false),
    returnType: 'integer',
    description: 'The number of elements of an array, nulls among them, or of the fields of an object.',
    nulls: 'Null for null.',
    example: { expression: 'size_of([1, 2, 3, 4])', result: '4' },
    emit: (args) => madeOf(args, `CAST(${args.map(sizeOf).join('')} AS INTEGER)`),
  },
  upsertFunction('upsert_array_append', 'appended to the array that is stored'),
  {
    ...upsertFunction('upsert_array_replace', 'stored in place of the array that is there'),
    parameters: [array, { name: 'flag', type: 'any', description: 'Not looked at.', optional: true }],
    signature: (types) => withRest(identitySignature(types), types),
  },
];

/**
 * Marks an array for streaming upserts. Rows are inserted here, and an insert takes the array as it is.
 */
function upsertFunction(name: string, onUpdate: string): FunctionEntry {
  return {
    name,
    aliases: [],
    category,
    form,
    parameters: [array],
    signature: identitySignature,
    returnType: 'array',
    description: `The array itself: on an insert it is taken as it is. On an update it would be ${onUpdate}.`,
    nulls: 'Null for a null array.',
    example: { expression: `${name}([123, 456])`, result: '[123, 456]' },
    emit: ([only]) => only ?? total('NULL'),
  };
}

/** What is picked from the one argument, if that is an array; JSON that holds none counts as a value. */
function pickedFromOnly(
  args: readonly EmittedArgument[],
  pick: (list: string) => string,
): string | undefined {
  const [only] = args;
  if (args.length !== 1 || only === undefined) return undefined;
  if (isArray(only.type)) return pick(only.value);
  if (only.type !== 'json') return undefined;
  return withoutJsonNull(bindOnce([only.value], (value) => pick(listOfJson(value))));
}

function listOf(elements: readonly EmittedArgument[], type: ExpressionType): string {
  return `CAST([${elements.map(heldValue).join(', ')}] AS ${sqlTypeOf(type)})`;
}

function withFirst(first: ExpressionType, { arguments: types, returns }: Signature): Signature {
  return { arguments: [first, ...types.slice(1)], returns };
}

function withRest(outcome: Signature | Mismatch, types: readonly ExpressionType[]): Signature | Mismatch {
  return 'message' in outcome ? outcome : { ...outcome, arguments: [outcome.returns, ...types.slice(1)] };
}

function identitySignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const start = arrayArgument(types, 0);
  return 'message' in start ? start : { arguments: [start], returns: start };
}

function addSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const start = arrayArgument(types, 0);
  if ('message' in start) return start;
  const items = commonType([start.items, ...types.slice(1)]);
  return { arguments: [arrayOf(items), ...types.slice(1).map(() => items)], returns: arrayOf(items) };
}

function joinSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const items: ExpressionType[] = [];
  for (const index of types.keys()) {
    const argument = arrayArgument(types, index);
    if ('message' in argument) return argument;
    items.push(argument.items);
  }
  const type = arrayOf(commonType(items));
  return { arguments: types.map(() => type), returns: type };
}
