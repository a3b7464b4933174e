import type { ColumnType } from '@tributary/xdm';
import type { EmittedSql, ExpressionType } from '../plan.ts';
import {
  type ArrayType,
  isArray,
  isMap,
  isObject,
  type MapType,
  type ObjectType,
  sameType,
} from '../types.ts';
import { automaticZone } from './automatic-date.ts';
import { anyOf, bindOnce, madeOf, madeOfOne, mayFail, total } from './emitted.ts';
import { emitJson, emitScalarOfJson } from './json-conversion.ts';
import { lambda } from './lambda.ts';
import { entryOf, fieldOf, listOfJson, mapOfJson, structOf, structOfJson } from './nested.ts';
import { quoteLiteral } from './quote.ts';
import { scalarConversions } from './scalar-conversion.ts';
import { type Goal, heldAs, type ScalarGoal, sqlTypeOf } from './types.ts';

type ArrayGoal = Extract<Goal, { readonly kind: 'array' }>;
type ObjectGoal = Extract<Goal, { readonly kind: 'object' }>;
type MapGoal = Extract<Goal, { readonly kind: 'map' }>;

/**
 * Whether values of one type can be brought to another at all; single values may still turn out unreadable.
 *
 * - Objects convert field by field, by name: a field that the source lacks is null, one that the goal lacks is dropped.
 * - Objects and maps convert into each other; a null field is an absent one.
 * - A single value becomes an array of it, and null stays null.
 * - What a `json` value holds shows in each row; what holds no such value fails there.
 * - Whatever there is can be written as `json`. Text is never parsed as JSON here; `json_to_object()` does that.
 */
export function canConvert(from: ExpressionType, to: Goal): boolean {
  if (isOpen(from) || isOpen(to) || from === 'json' || to === 'json') return true;
  if (sameType(from, to)) return true;
  if (isGoal(to, 'array')) return canConvert(isArray(from) ? from.items : from, to.items);
  if (typeof from === 'string') {
    return typeof to === 'string' && scalarConversions[from][to] !== undefined;
  }
  if (isGoal(to, 'object')) {
    if (isObject(from)) return commonFields(from, to).every((field) => canConvert(field.from, field.to));
    return isMap(from) && to.fields.every((field) => canConvert(from.values, field.type));
  }
  if (!isGoal(to, 'map')) return false;
  if (isObject(from)) return from.fields.every((field) => canConvert(field.type, to.values));
  return isMap(from) && canConvert(from.values, to.values);
}

/** Brings a value to another type; fails for values that have no counterpart there. See {@link canConvert}. */
export function emitConversion(emitted: EmittedSql, fromType: ExpressionType, goal: Goal): EmittedSql {
  const from = heldAs(fromType);
  const to = heldAs(goal);
  if (to === 'null' || to === 'unknown' || sameType(from, to)) return emitted;
  if (from === 'null') return madeOf([emitted], `CAST(${emitted.value} AS ${sqlTypeOf(to)})`);
  if (isSingle(from) && isSingle(to)) {
    const conversion = scalarConversions[from][to];
    if (conversion !== undefined) {
      const value = conversion.emit(emitted.value);
      const converted = conversion.canFail ? mayFail([emitted], value) : madeOfOne(emitted, value);
      const isRead = from === 'string' && to === 'date-time';
      return isRead ? { ...converted, zone: automaticZone(emitted.value) } : converted;
    }
  }
  return bound(emitted, (value) => convertNested(value, from, to));
}

/** What is converted is named twice, in the value and in its failure, and often in many fields. */
function bound(emitted: EmittedSql, convert: (value: string) => EmittedSql): EmittedSql {
  const converted = new WrittenOnce(convert);
  const value = bindOnce([emitted.value], (name) => converted.of(name).value);
  if (!converted.canFail) return madeOf([emitted], value);
  const fails = bindOnce([emitted.value], (name) => converted.of(name).fails ?? 'FALSE');
  return { value, fails: anyOf([emitted.fails, fails]) };
}

/**
 * A conversion whose value and failure are asked for apart. If each were written anew, what is nested in it would be
 * written twice as often at every level.
 */
class WrittenOnce {
  readonly #convert: (name: string) => EmittedSql;
  readonly #written = new Map<string, EmittedSql>();

  constructor(convert: (name: string) => EmittedSql) {
    this.#convert = convert;
  }

  of(name: string): EmittedSql {
    const written = this.#written.get(name) ?? this.#convert(name);
    this.#written.set(name, written);
    return written;
  }

  /** Whether what has been written can fail. */
  get canFail(): boolean {
    return this.#written.values().some(({ fails }) => fails !== undefined);
  }
}

function convertNested(value: string, from: ExpressionType, to: Goal): EmittedSql {
  if (to === 'json') return emitJson(value, from);
  if (from === 'json') return convertJson(value, to);
  if (isGoal(to, 'array'))
    return isArray(from) ? convertItems(value, from, to) : convertToOnly(value, from, to);
  if (isGoal(to, 'object') && isObject(from)) return convertFields(value, from, to);
  if (isGoal(to, 'object') && isMap(from)) return convertMapToObject(value, from, to);
  if (isGoal(to, 'map') && isObject(from)) return convertObjectToMap(value, from, to);
  if (isGoal(to, 'map') && isMap(from)) return convertValues(value, from, to);
  throw new Error(`There is no conversion from ${JSON.stringify(from)} to ${JSON.stringify(to)}`);
}

function convertJson(value: string, to: Goal): EmittedSql {
  if (isGoal(to, 'array')) {
    return bound(total(listOfJson(value)), (list) =>
      convertItems(list, { kind: 'array', items: 'json' }, to),
    );
  }
  if (isGoal(to, 'object')) {
    const fields = to.fields.map(({ name }) => ({ name, type: 'json' as const }));
    const struct = mayFail(
      [total(value)],
      structOfJson(
        value,
        fields.map(({ name }) => name),
      ),
    );
    return bound(struct, (read) => convertFields(read, { kind: 'object', fields }, to));
  }
  if (isGoal(to, 'map')) {
    const map = mayFail([total(value)], mapOfJson(value));
    return bound(map, (read) => convertValues(read, { kind: 'map', values: 'json' }, to));
  }
  if (isSingle(to)) return emitScalarOfJson(value, to);
  throw new Error(`There is no conversion from JSON to ${JSON.stringify(to)}`);
}

/** Converts element by element; the array fails as soon as one element does. */
function convertItems(array: string, from: ArrayType, to: ArrayGoal): EmittedSql {
  if (from.items === 'null') return total(`CAST(${array} AS ${sqlTypeOf(to)})`);
  if (sameType(from, to)) return total(array);
  const element = new WrittenOnce((name) => emitConversion(total(name), from.items, to.items));
  const value = `list_transform(${array}, ${lambda((name) => element.of(name).value)})`;
  return { value, fails: anyItemFails(array, element) };
}

function convertToOnly(value: string, from: ExpressionType, to: ArrayGoal): EmittedSql {
  const item = emitConversion(total(value), from, to.items);
  return { value: `CASE WHEN ${value} IS NOT NULL THEN [${item.value}] END`, fails: item.fails };
}

function convertFields(object: string, from: ObjectType, to: ObjectGoal): EmittedSql {
  const common = commonFields(from, to);
  const fields = to.fields.map(({ name, type }) => {
    const source = common.find((field) => field.name === name);
    if (source === undefined) return { name, ...total(`CAST(NULL AS ${sqlTypeOf(type)})`) };
    return { name, ...emitConversion(total(fieldOf(object, name)), source.from, type) };
  });
  return whereGiven(object, structOf(fields), fields);
}

function convertMapToObject(map: string, from: MapType, to: ObjectGoal): EmittedSql {
  const fields = to.fields.map(({ name, type }) => {
    return { name, ...emitConversion(total(entryOf(map, quoteLiteral(name))), from.values, type) };
  });
  return whereGiven(map, structOf(fields), fields);
}

function convertObjectToMap(object: string, from: ObjectType, to: MapGoal): EmittedSql {
  const fields = from.fields.map(({ name, type }) => {
    return { name, ...emitConversion(total(fieldOf(object, name)), type, to.values) };
  });
  const entries = fields.map(({ name, value }) => `{'key': ${quoteLiteral(name)}, 'value': ${value}}`);
  const present = `list_filter([${entries.join(', ')}], ${lambda((entry) => `${entry}.value IS NOT NULL`)})`;
  return whereGiven(object, `map_from_entries(${present})`, fields);
}

function convertValues(map: string, from: MapType, to: MapGoal): EmittedSql {
  if (from.values === 'null') return total(`CAST(${map} AS ${sqlTypeOf(to)})`);
  if (sameType(from, to)) return total(map);
  const converted = new WrittenOnce((name) => emitConversion(total(name), from.values, to.values));
  const entry = lambda((name) => `{'key': ${name}.key, 'value': ${converted.of(`${name}.value`).value}}`);
  return {
    value: `map_from_entries(list_transform(map_entries(${map}), ${entry}))`,
    fails: anyItemFails(`map_values(${map})`, converted),
  };
}

/** The items' conversion must have been written already. */
function anyItemFails(list: string, item: WrittenOnce): string | undefined {
  if (!item.canFail) return undefined;
  const failing = `list_filter(${list}, ${lambda((name) => item.of(name).fails ?? 'FALSE')})`;
  return `coalesce(len(${failing}) > 0, FALSE)`;
}

/** What is made of the parts of a value is null where there is no value. */
function whereGiven(value: string, made: string, parts: readonly EmittedSql[]): EmittedSql {
  return madeOf(parts, `CASE WHEN ${value} IS NOT NULL THEN ${made} END`);
}

function commonFields(from: ObjectType, to: ObjectGoal) {
  const given = new Map(from.fields.map((field) => [field.name, field.type]));
  return to.fields.flatMap(({ name, type }) => {
    const source = given.get(name);
    return source === undefined ? [] : [{ name, from: source, to: type }];
  });
}

function isOpen(type: Goal): type is 'null' | 'unknown' {
  return type === 'null' || type === 'unknown';
}

function isSingle(type: ExpressionType): type is ColumnType;
function isSingle(type: Goal): type is ScalarGoal;
function isSingle(type: Goal): boolean {
  return typeof type === 'string' && type !== 'json' && !isOpen(type);
}

function isGoal<Kind extends 'array' | 'object' | 'map'>(
  goal: Goal,
  kind: Kind,
): goal is Extract<Goal, { readonly kind: Kind }> {
  return typeof goal === 'object' && goal.kind === kind;
}
