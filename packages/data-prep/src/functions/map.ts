import { memberType } from '../member-type.ts';
import type { EmittedSql, ExpressionType } from '../plan.ts';
import { canConvert, emitConversion } from '../sql/conversion.ts';
import { anyOf, bindOnce, madeOf, total, valuesOf } from '../sql/emitted.ts';
import { lambda, lambdaOfTwo } from '../sql/lambda.ts';
import { emitMember } from '../sql/member.ts';
import { entryOf, mapEntry, mapOfEntries } from '../sql/nested.ts';
import {
  arrayOf,
  commonType,
  describeType,
  isArray,
  isOpen,
  itemsOf,
  mapOf,
  typeOfValues,
} from '../types.ts';
import { emitElement } from './element.ts';
import type {
  EmittedArgument,
  FunctionEntry,
  LiteralValue,
  Mismatch,
  Parameter,
  Signature,
} from './entry.ts';
import { mapOfPairs, pairParameters, pairsSignature } from './pairs.ts';
import { elementSignature } from './signature.ts';

const category = 'Hierarchies - Maps';
const form = 'function';
const map: Parameter = {
  name: 'map',
  type: 'map',
  description: 'A map, or an object, whose fields count as keys.',
};
const keys: Parameter = { name: 'keys', type: 'any', description: 'One key, or an array of keys.' };

/** Functions on maps. Keys are text; whatever else is given as a key is written as text. */
export const mapFunctions: readonly FunctionEntry[] = [
  {
    name: 'map_get_values',
    aliases: [],
    category: 'Hierarchies - Objects',
    form,
    parameters: [map, keys],
    signature: getSignature,
    returnType: 'any',
    description:
      'The value of one key; for an array of keys, the values of those that are there, each key once.',
    nulls: 'Null for a null map, and where the one key is absent.',
    example: { expression: 'map_get_values(to_map("a", 1, "b", 2), "b")', result: '2' },
    emit: (args) => (args[1] !== undefined && isArray(args[1].type) ? valuesOfKeys(args) : emitElement(args)),
  },
  {
    name: 'map_has_keys',
    aliases: [],
    category: 'Hierarchies - Objects',
    form,
    parameters: [map, keys],
    signature: (types) => {
      const asMap = mapArgument(types, 0);
      if (isProblem(asMap)) return asMap;
      return { arguments: [asMap, keysType(types[1])], returns: 'boolean' };
    },
    returnType: 'boolean',
    description: 'Whether a map has a key; for an array of keys, whether it has any of them.',
    nulls: 'False for a null map or key.',
    example: { expression: 'map_has_keys(to_map("a", 1), ["x", "a"])', result: 'true' },
    emit: (args) => {
      const [all = 'NULL', wanted = 'NULL'] = valuesOf(args);
      const isList = args[1] !== undefined && isArray(args[1].type);
      const has = isList ? 'list_has_any' : 'list_contains';
      return madeOf(args, `coalesce(${has}(map_keys(${all}), ${wanted}), FALSE)`);
    },
  },
  {
    name: 'add_to_map',
    aliases: [],
    category: 'Hierarchies - Objects',
    form,
    parameters: [map, map, { ...map, name: 'more', description: 'Further maps.', repeated: true }],
    signature: addSignature,
    returnType: 'map',
    description: 'Puts maps together. Of a key that several maps have, the first value stays.',
    nulls: 'A null map counts as empty; null when all are null.',
    example: { expression: 'add_to_map(to_map("a", 1), to_map("b", 2, "a", 3))', result: '{"a": 1, "b": 2}' },
    emit: (args) => {
      const united = bindOnce(valuesOf(args), (...maps) => {
        const entries = maps.map((value) => `map_entries(${value})`);
        const isAny = maps.map((value) => `${value} IS NOT NULL`).join(' OR ');
        return `CASE WHEN ${isAny} THEN ${mapOfEntries(`list_concat(${entries.join(', ')})`, 'first')} END`;
      });
      return madeOf(args, united);
    },
  },
  {
    name: 'array_to_map',
    aliases: [],
    category,
    form,
    parameters: [
      { name: 'array', type: 'array', description: 'An array of objects.' },
      {
        name: 'attribute',
        type: 'string',
        description: 'The field whose value becomes the key.',
        readAs: 'attribute',
      },
    ],
    signature: byAttributeSignature,
    returnType: 'map',
    description:
      'Makes a map of an array of objects, by the value of one of their fields. Of equal keys the last object counts; one without a key is left out.',
    nulls: 'Null for a null array.',
    example: {
      expression: 'array_to_map([to_object("k", "a", "v", 1)], "k")',
      result: '{"a": {"k": "a", "v": 1}}',
    },
    emit: mapByAttribute,
  },
  {
    name: 'object_to_map',
    aliases: [],
    category,
    form,
    parameters: [
      {
        name: 'value',
        type: 'any',
        description: 'An object; an array of objects; or the first key of pairs.',
      },
      {
        name: 'attribute',
        type: 'any',
        description: 'The field whose value becomes the key; or the value of the first key.',
        optional: true,
        readAs: 'attribute',
      },
      { name: 'more', type: 'any', description: 'Further pairs of key and value.', repeated: true },
    ],
    signature: objectToMapSignature,
    returnType: 'map',
    description:
      'Makes a map of the fields of an object; of an array of objects by the value of a field; or of keys and values in turn.',
    nulls: 'Null for a null object or array.',
    example: { expression: 'object_to_map(to_object("city", "Oslo"))', result: '{"city": "Oslo"}' },
    emit: (args, call) => {
      const [first, attribute] = args;
      if (attribute === undefined) return first ?? total('NULL');
      return first !== undefined && isArray(first.type)
        ? mapByAttribute(args)
        : madeOf(args, mapOfPairs(args, call.type));
    },
  },
  {
    name: 'to_map',
    aliases: [],
    category,
    form,
    parameters: pairParameters.map((parameter) => ({ ...parameter, optional: true })),
    signature: pairsSignature,
    returnType: 'map',
    description: 'Makes a map of keys and values in turn. Of equal keys the last counts.',
    nulls: 'A null value is kept; an entry with a null key is left out.',
    example: {
      expression: 'to_map("firstName", "John", "lastName", "Doe")',
      result: '{"firstName": "John", "lastName": "Doe"}',
    },
    emit: (args, call) => madeOf(args, mapOfPairs(args, call.type)),
  },
];

/** The map type in which an argument is taken, or why it can't be one. */
function mapArgument(types: readonly ExpressionType[], index: number): ExpressionType | Mismatch {
  const type = types[index] ?? 'null';
  if (isOpen(type)) return type === 'null' ? mapOf('null') : type;
  if (type === 'json') return mapOf('json');
  const values = typeOfValues(type);
  if (values !== undefined) return mapOf(values);
  return {
    argument: index,
    message: `a map or an object is needed here, not a value of type ${describeType(type)}`,
  };
}

function isProblem(outcome: ExpressionType | Mismatch): outcome is Mismatch {
  return typeof outcome === 'object' && 'message' in outcome;
}

function keysType(type: ExpressionType = 'null'): ExpressionType {
  return isArray(type) ? arrayOf('string') : 'string';
}

function getSignature(types: readonly ExpressionType[], literals: readonly LiteralValue[]) {
  const [container = 'null', wanted = 'null'] = types;
  const asMap = mapArgument(types, 0);
  if (isProblem(asMap)) return asMap;
  if (!isArray(wanted)) {
    // A field of an object keeps its own type; one that isn't there is null, as a key of a map would be.
    const literal = literals[1];
    const isField = literal !== undefined && 'type' in memberType(container, String(literal));
    if (isField) return elementSignature(types, literals);
    return elementSignature([asMap, 'string'], []);
  }
  const values = typeof asMap === 'object' && asMap.kind === 'map' ? asMap.values : asMap;
  return { arguments: [asMap, arrayOf('string')], returns: arrayOf(values) };
}

function valuesOfKeys(args: readonly EmittedArgument[]): EmittedSql {
  const values = bindOnce(valuesOf(args), (all, wanted) => {
    const isPresent = lambdaOfTwo((key, position) => {
      return `list_contains(map_keys(${all}), ${key}) AND list_position(${wanted}, ${key}) = ${position}`;
    });
    const present = `list_filter(${wanted}, ${isPresent})`;
    const values = `list_transform(${present}, ${lambda((key) => entryOf(all, key))})`;
    return `CASE WHEN ${all} IS NOT NULL THEN ${values} END`;
  });
  return madeOf(args, values);
}

function addSignature(types: readonly ExpressionType[]): Signature | Mismatch {
  const maps: ExpressionType[] = [];
  for (const index of types.keys()) {
    const asMap = mapArgument(types, index);
    if (isProblem(asMap)) return asMap;
    maps.push(asMap);
  }
  const type = commonType(maps);
  return { arguments: types.map(() => type), returns: type };
}

function objectToMapSignature(
  types: readonly ExpressionType[],
  literals: readonly LiteralValue[],
): Signature | Mismatch {
  const [first = 'null'] = types;
  if (types.length === 2 && first === 'unknown') return { arguments: types, returns: 'unknown' };
  const mayBeArray = isArray(first) || ((first === 'json' || first === 'null') && literals[1] !== undefined);
  if (types.length === 2 && mayBeArray) return byAttributeSignature(types, literals);
  if (types.length > 1) return pairsSignature(types);
  const asMap = mapArgument(types, 0);
  return isProblem(asMap) ? asMap : { arguments: [asMap], returns: asMap };
}

function byAttributeSignature(
  types: readonly ExpressionType[],
  literals: readonly LiteralValue[],
): Signature | Mismatch {
  const [type = 'null', attribute = 'null'] = types;
  const items = itemsOf(type);
  if (items === undefined || typeof attribute === 'object') {
    const argument = items === undefined ? 0 : 1;
    const needed = argument === 0 ? 'an array of objects' : 'the name of a field';
    return {
      argument,
      message: `${needed} is needed here, not a value of type ${describeType(types[argument] ?? 'null')}`,
    };
  }
  const literal = literals[1];
  if (literal === undefined || literal === null) {
    const message = 'the name of the field must be a text in quotation marks, as it is compiled ahead';
    return { argument: 1, message };
  }
  const member = memberType(items, String(literal));
  if ('problem' in member) return { argument: 1, message: member.problem, hint: member.hint };
  if (!canConvert(member.type, 'string')) {
    return { argument: 1, message: `a value of type ${describeType(member.type)} can't be a key` };
  }
  return { arguments: [arrayOf(items), attribute], returns: mapOf(items) };
}

function mapByAttribute(args: readonly EmittedArgument[]): EmittedSql {
  const [array, attribute] = args;
  const items = array === undefined ? undefined : itemsOf(array.type);
  if (array === undefined || attribute === undefined || items === undefined) {
    throw new Error('A map by an attribute needs an array and a name');
  }
  const name = String(attribute.literal);
  const member = memberType(items, name);
  if ('problem' in member) throw new Error(`The signature let the attribute ${name} pass`);
  const entry = lambda((item) => {
    const key = emitConversion(total(emitMember(item, items, name)), member.type, 'string');
    return mapEntry(key.value, item);
  });
  const entries = `list_transform(${array.value}, ${entry})`;
  return { value: mapOfEntries(entries, 'last'), fails: anyOf([array.fails, attribute.fails]) };
}
