import type { ExpressionType } from '../plan.ts';
import { callOf, madeOf, valuesOf } from '../sql/emitted.ts';
import { sqlTypeOf } from '../sql/types.ts';
import { arrayOf, commonType, describeType, isArray, isOpen } from '../types.ts';
import { emitCoalesce } from './conditional.ts';
import type { EmittedArgument, FunctionEntry, Mismatch, Parameter, Signature } from './entry.ts';
import { alternativesOrArray, arrayMismatch, arrayOfCommon, asGiven, fixed } from './signature.ts';

const category = 'Hierarchies - Arrays';
const form = 'function';
const array: Parameter = { name: 'array', type: 'array', description: 'The array.' };
const element: Parameter = { name: 'element', type: 'any', description: 'An element.', repeated: true };
const valueOrArray: Parameter = { name: 'value', type: 'any', description: 'A value, or one array for all.' };

/** Functions on arrays. */
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
      const [only] = args;
      if (args.length !== 1 || only === undefined || !isArray(only.type)) return emitCoalesce(args);
      return madeOf(args, `list_filter(${only.value}, lambda item: item IS NOT NULL)[1]`);
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
        const [only] = args;
        const position = name === 'first' ? 0 : -1;
        if (args.length === 1 && only !== undefined && isArray(only.type)) {
          return madeOf(args, `${only.value}[${position === 0 ? 1 : -1}]`);
        }
        return madeOf(args, args.at(position)?.value ?? 'NULL');
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
    nulls: 'Null elements are kept or left out, as the first argument says.',
    example: { expression: 'to_array(false, 1, null, 2, 3)', result: '[1, 2, 3]' },
    emit: (args, call) => {
      const [includeNulls, ...elements] = args;
      const all = listOf(elements, call.type);
      if (includeNulls?.literal === true) return madeOf(args, all);
      const kept = `item IS NOT NULL OR ${includeNulls?.literal === false ? 'FALSE' : includeNulls?.value}`;
      return madeOf(args, `list_filter(${all}, lambda item: ${kept})`);
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
    nulls: 'A null array counts as empty.',
    example: { expression: "join_arrays(['a', 'b'], ['c'])", result: '["a", "b", "c"]' },
    emit: (args) => (args.length === 1 ? madeOf(args, valuesOf(args).join('')) : callOf('list_concat', args)),
  },
  {
    name: 'size_of',
    aliases: [],
    category,
    form,
    parameters: [array],
    signature: (types) => arrayMismatch(types, 0) ?? asGiven('integer')(types),
    returnType: 'integer',
    description: 'The number of elements of an array, nulls among them.',
    nulls: 'Null for a null array.',
    example: { expression: 'size_of([1, 2, 3, 4])', result: '4' },
    emit: (args) => madeOf(args, `CAST(len(${valuesOf(args).join('')}) AS INTEGER)`),
  },
  {
    name: 'is_empty',
    aliases: [],
    category: 'Hierarchies - Objects',
    form,
    parameters: [{ name: 'value', type: 'any', description: 'An array or a text.' }],
    signature: emptySignature,
    returnType: 'boolean',
    description: 'Whether an array has no elements, or a text no characters.',
    nulls: 'True for null.',
    example: { expression: 'is_empty([1, null, 2, 3])', result: 'false' },
    emit: (args) => madeOf(args, `coalesce(len(${valuesOf(args).join('')}) = 0, TRUE)`),
  },
];

/** An array of the arguments, typed even where it is empty. */
export function listOf(elements: readonly EmittedArgument[], type: ExpressionType): string {
  const list = `[${valuesOf(elements).join(', ')}]`;
  return isArray(type) && elements.length === 0 ? `CAST([] AS ${sqlTypeOf(type)})` : list;
}

function withFirst(first: ExpressionType, outcome: Signature | Mismatch): Signature | Mismatch {
  if ('message' in outcome) return outcome;
  return { ...outcome, arguments: [first, ...outcome.arguments.slice(1)] };
}

function addSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const mismatch = arrayMismatch(types, 0);
  if (mismatch !== undefined) return mismatch;
  const [start = 'null', ...elements] = types;
  const items = commonType([isArray(start) ? start.items : 'null', ...elements]);
  if (items === undefined)
    return { argument: 1, message: `the elements don't go with an ${describeType(start)}` };
  return { arguments: [arrayOf(items), ...elements.map(() => items)], returns: arrayOf(items) };
}

function joinSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  for (const index of types.keys()) {
    const mismatch = arrayMismatch(types, index);
    if (mismatch !== undefined) return mismatch;
  }
  const type = commonType(types);
  if (type === undefined)
    return { argument: 1, message: 'the arrays hold values of types that do not go together' };
  return { arguments: types.map(() => type), returns: type };
}

function emptySignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const [type = 'null'] = types;
  if (type === 'string' || type === 'null') return fixed(['string'], 'boolean')(types);
  if (isArray(type) || isOpen(type)) return asGiven('boolean')(types);
  return {
    argument: 0,
    message: `an array or a text is needed here, not a value of type ${describeType(type)}`,
  };
}
