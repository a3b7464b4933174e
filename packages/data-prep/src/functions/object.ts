import type { EmittedSql, ExpressionType } from '../plan.ts';
import { bindOnce, madeOf, mayFail, valuesOf } from '../sql/emitted.ts';
import { lambda } from '../sql/lambda.ts';
import { entryOf, heldValue, keysOf, mapEntry, mapOfEntries, structOf } from '../sql/nested.ts';
import { fitsStruct } from '../sql/types.ts';
import { arrayOf, describeType, isOpen, mapOf, typeOfValues } from '../types.ts';
import { emitElement } from './element.ts';
import type {
  CallContext,
  EmittedArgument,
  FunctionEntry,
  LiteralValue,
  Mismatch,
  Parameter,
  Signature,
} from './entry.ts';
import { isValue, literalKeys, mapOfPairs, pairParameters, pairsMismatch, pairsSignature } from './pairs.ts';
import { asGiven, elementSignature, fixed } from './signature.ts';
import { sizedSignature, sizeOf } from './size.ts';

const category = 'Hierarchies - Objects';
const form = 'function';
const object: Parameter = { name: 'object', type: 'object', description: 'An object or a map.' };
const text: Parameter = { name: 'text', type: 'string', description: 'The delimited text.' };
const valueDelimiter: Parameter = {
  name: 'valueDelimiter',
  type: 'string',
  description: 'Stands between a key and its value; a colon when null, empty or left out.',
  optional: true,
};
const fieldDelimiter: Parameter = {
  name: 'fieldDelimiter',
  type: 'string',
  description: 'Stands between two fields; a comma when null, empty or left out.',
  optional: true,
};

/**
 * Functions on objects. Where the structure of an object is fixed, a field that is null counts as absent: nothing tells
 * the two apart in a column.
 */
export const objectFunctions: readonly FunctionEntry[] = [
  {
    name: 'is_empty',
    aliases: [],
    category,
    form,
    parameters: [{ name: 'value', type: 'any', description: 'An array, an object, a map or a text.' }],
    signature: sizedSignature('boolean', true),
    returnType: 'boolean',
    description: 'Whether an array has no elements, an object no fields, or a text no characters.',
    nulls: 'True for null.',
    example: { expression: 'is_empty([1, null, 2, 3])', result: 'false' },
    emit: (args) => madeOf(args, `coalesce(${args.map(sizeOf).join('')} = 0, ${isNothing(args)})`),
  },
  {
    name: 'to_object',
    aliases: [],
    category,
    form,
    parameters: pairParameters.map((parameter) => ({ ...parameter, optional: true })),
    signature: objectSignature,
    returnType: 'object',
    description: 'Makes an object of keys and values in turn. Of equal keys the last counts.',
    nulls: 'A null value makes an empty field.',
    example: {
      expression: 'to_object("firstName", "John", "lastName", "Doe")',
      result: '{"firstName": "John", "lastName": "Doe"}',
    },
    emit: (args, call) => madeOf(args, objectOfPairs(args, call)),
  },
  {
    name: 'str_to_object',
    aliases: [],
    category,
    form,
    parameters: [text, valueDelimiter, fieldDelimiter],
    signature: fixed(['string'], mapOf('string')),
    returnType: 'map',
    description:
      'Reads delimited text as an object of texts. Blanks around keys and values are dropped, and so is what has no delimiter.',
    nulls: 'Null for a null text.',
    example: {
      expression: 'str_to_object("firstName=John,lastName=Doe", "=", ",")',
      result: '{"firstName": "John", "lastName": "Doe"}',
    },
    emit: ([value, ofValue, ofField]) => readDelimited(value, ofValue, ofField),
  },
  {
    name: 'get_values',
    aliases: [],
    category,
    form,
    parameters: [
      text,
      { name: 'key', type: 'string', description: 'The key to look for.' },
      { ...valueDelimiter, optional: false },
      fieldDelimiter,
    ],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description: 'The value of one key in delimited text, without the blanks around it.',
    nulls: 'Null for a null text or key, and where the key is absent.',
    example: {
      expression: 'get_values("firstName - John , lastName - Cena", "firstName", "-", ",")',
      result: '"John"',
    },
    emit: ([value, key, ofValue, ofField]) => {
      const fields = readDelimited(value, ofValue, ofField);
      return madeOf(
        [fields, ...(key === undefined ? [] : [key])],
        entryOf(fields.value, key?.value ?? 'NULL'),
      );
    },
  },
  {
    name: 'get',
    aliases: [],
    category,
    form: 'method',
    parameters: [
      { name: 'object', type: 'any', description: 'An object, a map or an array.' },
      { name: 'key', type: 'any', description: 'A key; for an array the position, from 0.' },
    ],
    signature: elementSignature,
    returnType: 'any',
    description: 'The value under a key.',
    nulls: 'Null where the key is absent.',
    example: { expression: 'str_to_object("a:1,b:2").get("b")', result: '"2"' },
    emit: emitElement,
  },
  {
    name: 'contains_key',
    aliases: ['is_set'],
    category,
    form,
    parameters: [
      {
        name: 'path',
        type: 'string',
        description: 'A path of the source, in quotation marks.',
        readAs: 'path',
      },
    ],
    signature: asGiven('boolean'),
    returnType: 'boolean',
    description: 'Whether the source row has a value at a path.',
    nulls: 'False where the path leads to null or to nothing.',
    example: { expression: 'contains_key("evars.evar.field1")', result: 'false' },
    emit: (args) => madeOf(args, `(${valuesOf(args).join('')} IS NOT NULL)`),
  },
  {
    name: 'nullify',
    aliases: [],
    category,
    form,
    parameters: [],
    signature: () => ({ arguments: [], returns: 'null' }),
    returnType: 'any',
    description: 'Leaves the attribute empty.',
    nulls: 'Always null.',
    example: { expression: 'nullify()', result: 'null' },
    emit: () => ({ value: 'NULL', fails: undefined }),
  },
  {
    name: 'get_keys',
    aliases: [],
    category,
    form,
    parameters: [object],
    signature: (types, literals) => keyedMismatch(types) ?? asGiven(arrayOf('string'))(types, literals),
    returnType: 'array',
    description: 'The keys of an object, in no order that can be relied on.',
    nulls: 'Null for a null object.',
    example: { expression: 'get_keys({"book1": "Emma"})', result: '["book1"]' },
    emit: (args) => {
      const [{ value, type } = { value: 'NULL', type: 'null' as const }] = args;
      const keys = keysOf(value, type);
      if (type === 'null') return madeOf(args, 'CAST(NULL AS VARCHAR[])');
      return type === 'json' ? mayFail(args, keys) : madeOf(args, keys);
    },
  },
];

/** Null is empty, but JSON that has no size, a number say, is not. */
function isNothing([arg]: readonly EmittedArgument[]): string {
  return arg?.type === 'json' ? `${arg.value} IS NULL` : 'TRUE';
}

function keyedMismatch([type = 'null']: readonly ExpressionType[]): Mismatch | undefined {
  if (isOpen(type) || type === 'json' || typeOfValues(type) !== undefined) return undefined;
  return {
    argument: 0,
    message: `an object or a map is needed here, not a value of type ${describeType(type)}`,
  };
}

/** With literal keys the structure is fixed; else the object is a map. */
function objectSignature(
  types: readonly ExpressionType[],
  literals: readonly LiteralValue[],
): Signature | Mismatch {
  const mismatch = pairsMismatch(types);
  if (mismatch !== undefined) return mismatch;
  const keys = literalKeys(literals);
  const values = types.filter((_, index) => isValue(index));
  const fields = new Map(keys?.map((name, index) => [name, values[index] ?? 'null']));
  if (!fitsStruct([...fields.keys()])) return pairsSignature(types);
  return {
    arguments: types,
    returns: { kind: 'object', fields: Array.from(fields, ([name, type]) => ({ name, type })) },
  };
}

function objectOfPairs(args: readonly EmittedArgument[], { type }: CallContext): string {
  const keys = literalKeys(args.map(({ literal }) => literal));
  if (keys === undefined || typeof type === 'string' || type.kind !== 'object') return mapOfPairs(args, type);
  const values = args.filter((_, index) => isValue(index)).map(heldValue);
  const fields = new Map(keys.map((name, index) => [name, values[index] ?? 'NULL']));
  return structOf(Array.from(fields, ([name, value]) => ({ name, value })));
}

function readDelimited(
  text: EmittedArgument | undefined,
  ofValue: EmittedArgument | undefined,
  ofField: EmittedArgument | undefined,
): EmittedSql {
  const parts = [text, ofValue, ofField].filter((part) => part !== undefined);
  const delimiters = [delimiterOr(ofValue, ':'), delimiterOr(ofField, ',')];
  const fields = bindOnce([text?.value ?? 'NULL', ...delimiters], (value, between, separator) => {
    const all = `string_split(${value}, ${separator})`;
    const delimited = `list_filter(${all}, ${lambda((field) => `contains(${field}, ${between})`)})`;
    const entry = lambda((field) => {
      const position = `instr(${field}, ${between})`;
      const key = `left(${field}, ${position} - 1)`;
      const rest = `substring(${field}, ${position} + length(${between}))`;
      return mapEntry(trimmed(key), trimmed(rest));
    });
    return mapOfEntries(`list_transform(${delimited}, ${entry})`, 'last');
  });
  return madeOf(parts, fields);
}

function trimmed(text: string): string {
  return `regexp_replace(${text}, '^\\s+|\\s+$', '', 'g')`;
}

function delimiterOr(delimiter: EmittedArgument | undefined, fallback: string): string {
  if (delimiter === undefined || delimiter.literal === null || delimiter.literal === '')
    return `'${fallback}'`;
  if (typeof delimiter.literal === 'string') return delimiter.value;
  return bindOnce(
    [delimiter.value],
    (given) => `CASE WHEN ${given} <> '' THEN ${given} ELSE '${fallback}' END`,
  );
}
