import type { ExpressionType } from '../plan.ts';
import { isMap, isObject } from '../types.ts';
import { bindOnce } from './emitted.ts';
import { lambda, lambdaOfTwo } from './lambda.ts';
import { quoteLiteral } from './quote.ts';
import { sqlTypeOf } from './types.ts';

/** A field or an entry and the SQL of its value. */
export interface NamedSql {
  readonly name: string;
  readonly value: string;
}

/** SQL that makes a STRUCT; there must be a field, and names must differ in more than case. */
export function structOf(fields: readonly NamedSql[]): string {
  return `{${fields.map(({ name, value }) => `${quoteLiteral(name)}: ${value}`).join(', ')}}`;
}

/** SQL that reads a field of a STRUCT. */
export function fieldOf(struct: string, name: string): string {
  return `struct_extract(${struct}, ${quoteLiteral(name)})`;
}

/** SQL that reads the value of a key of a MAP; NULL where the key is absent. */
export function entryOf(map: string, key: string): string {
  return `(${map})[${key}]`;
}

/** SQL that makes a MAP of entries `{key, value}`. An entry without a key is left out; of equal keys one entry counts. */
export function mapOfEntries(entries: string, kept: 'first' | 'last'): string {
  const keyed = `list_filter(${entries}, ${lambda((entry) => `${entry}.key IS NOT NULL`)})`;
  const unique = bindOnce([keyed], (list) => {
    return bindOnce([`list_transform(${list}, ${lambda((entry) => `${entry}.key`)})`], (keys) => {
      const isKept = lambdaOfTwo((entry, position) => {
        return kept === 'first'
          ? `list_position(${keys}, ${entry}.key) = ${position}`
          : `NOT list_contains(${keys}[${position} + 1:], ${entry}.key)`;
      });
      return `list_filter(${list}, ${isKept})`;
    });
  });
  return `map_from_entries(${unique})`;
}

/** SQL that makes an entry of a MAP. */
export function mapEntry(key: string, value: string): string {
  return `{'key': ${key}, 'value': ${value}}`;
}

/** SQL that reads a member of a JSON object; of an array, the array of that member of each element. */
export function memberOfJson(json: string, name: string): string {
  const pointer = quoteLiteral(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return bindOnce([json], (value) => {
    const ofEach = `list_transform(TRY_CAST(${value} AS JSON[]), ${lambda((item) => `json_extract(${item}, ${pointer})`)})`;
    const member = withoutJsonNull(`json_extract(${value}, ${pointer})`);
    return `CASE WHEN json_type(${value}) = 'ARRAY' THEN to_json(${ofEach}) ELSE ${member} END`;
  });
}

/** SQL that reads the member of a JSON object that a text names, or the element of an array at a position from 0. */
export function entryOfJson(json: string, key: string, isPosition: boolean): string {
  if (isPosition) {
    const position = bindOnce([key], (index) => `CASE WHEN ${index} >= 0 THEN ${index} END`);
    return withoutJsonNull(`json_extract(${json}, ${position})`);
  }
  const pointer = `'/' || replace(replace(${key}, '~', '~0'), '/', '~1')`;
  return withoutJsonNull(`json_extract(${json}, ${pointer})`);
}

/** JSON's own null is held as NULL. */
export function withoutJsonNull(json: string): string {
  return bindOnce([json], (value) => `CASE WHEN ${value} <> 'null' THEN ${value} END`);
}

/** SQL that reads a JSON object as a STRUCT of JSON values, where an absent or null member is NULL. */
export function structOfJson(json: string, names: readonly string[]): string {
  const structure = JSON.stringify(Object.fromEntries(names.map((name) => [name, 'JSON'])));
  return `CASE WHEN json_type(${json}) = 'OBJECT' THEN from_json(${json}, ${quoteLiteral(structure)}) END`;
}

/** SQL that reads a JSON object as a MAP of JSON values; NULL for other JSON. */
export function mapOfJson(json: string): string {
  return `from_json(${json}, '"MAP(VARCHAR, JSON)"')`;
}

/** SQL that reads a JSON array as a list of JSON values, and any other value as a list of it alone. */
export function listOfJson(json: string): string {
  return `coalesce(TRY_CAST(${json} AS JSON[]), CASE WHEN ${json} IS NOT NULL THEN [${json}] END)`;
}

/** SQL of a value that may be of the type `null`, as nested values hold it. */
export function heldValue({
  value,
  type,
}: {
  readonly value: string;
  readonly type: ExpressionType;
}): string {
  return type === 'null' ? `CAST(${value} AS ${sqlTypeOf(type)})` : value;
}

/** SQL of the keys of an object, map or JSON object: those with a value, where the structure is fixed. */
export function keysOf(value: string, type: ExpressionType): string {
  if (isMap(type)) return `map_keys(${value})`;
  if (!isObject(type)) return `CASE WHEN json_type(${value}) = 'OBJECT' THEN json_keys(${value}) END`;
  return bindOnce([value], (object) => {
    const names = type.fields.map(({ name }) => {
      return `CASE WHEN ${fieldOf(object, name)} IS NOT NULL THEN ${quoteLiteral(name)} END`;
    });
    const present = `list_filter([${names.join(', ')}], ${lambda((name) => `${name} IS NOT NULL`)})`;
    return `CASE WHEN ${object} IS NOT NULL THEN ${present} END`;
  });
}
