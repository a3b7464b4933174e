import type { ExpressionType } from './plan.ts';
import { type Goal, heldAs } from './sql/types.ts';

export type ArrayType = Extract<ExpressionType, { readonly kind: 'array' }>;
export type ObjectType = Extract<ExpressionType, { readonly kind: 'object' }>;
export type MapType = Extract<ExpressionType, { readonly kind: 'map' }>;

/** Whole numbers first, each type holding all values of those before it but for the last digits of a `long`. */
const numericTypes = ['integer', 'long', 'decimal', 'number'] as const;
type NumericType = (typeof numericTypes)[number];

export function isArray(type: ExpressionType): type is ArrayType {
  return typeof type === 'object' && type.kind === 'array';
}

export function isObject(type: ExpressionType): type is ObjectType {
  return typeof type === 'object' && type.kind === 'object';
}

export function isMap(type: ExpressionType): type is MapType {
  return typeof type === 'object' && type.kind === 'map';
}

/** The type of the elements where an array is needed: JSON may hold one. Undefined for what is no array. */
export function itemsOf(type: ExpressionType): ExpressionType | undefined {
  if (isArray(type)) return type.items;
  return type === 'json' || isOpen(type) ? type : undefined;
}

export function isNumeric(type: ExpressionType): type is NumericType {
  return typeof type === 'string' && (numericTypes as readonly string[]).includes(type);
}

/** True for the types that every place accepts: always null, and not known yet. */
export function isOpen(type: ExpressionType): type is 'null' | 'unknown' {
  return type === 'null' || type === 'unknown';
}

export function sameType(a: Goal, b: Goal): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  switch (a.kind) {
    case 'array':
      return b.kind === 'array' && sameType(a.items, b.items);
    case 'map':
      return b.kind === 'map' && sameType(a.values, b.values);
    case 'object': {
      if (b.kind !== 'object' || a.fields.length !== b.fields.length) return false;
      return a.fields.every(({ name, type }, index) => {
        const other = b.fields[index];
        return other?.name === name && sameType(type, other.type);
      });
    }
  }
}

export function arrayOf(items: ExpressionType): ArrayType {
  return { kind: 'array', items };
}

export function mapOf(values: ExpressionType): MapType {
  return { kind: 'map', values };
}

/** For messages: `boolean`, `array of string`, `map of number`. */
export function describeType(type: ExpressionType): string {
  if (typeof type === 'string') return type;
  switch (type.kind) {
    case 'array':
      return `array of ${describeType(type.items)}`;
    case 'map':
      return `map of ${describeType(type.values)}`;
    case 'object':
      return 'object';
  }
}

/**
 * The one type that all values can be brought to without losing anything, where they are alternatives of one result:
 * numbers widen, dates become date-times or text, objects get the fields of all. What does not go together is `json`,
 * which keeps every value as it is.
 */
export function commonType(types: readonly ExpressionType[]): ExpressionType {
  return types.reduce<ExpressionType>(widerType, 'null');
}

function widerType(a: ExpressionType, b: ExpressionType): ExpressionType {
  if (sameType(a, b) || b === 'null') return a;
  if (a === 'null') return b;
  if (a === 'unknown' || b === 'unknown') return 'unknown';
  if (typeof a === 'object' || typeof b === 'object') return widerNested(a, b);
  if (isNumeric(a) && isNumeric(b)) return widerNumber(a, b);
  if (isTemporal(a) && isTemporal(b)) return 'date-time';
  const isText = (type: ExpressionType) => type === 'string' || type === 'time' || isTemporal(type);
  return isText(a) && isText(b) ? 'string' : 'json';
}

function widerNested(a: ExpressionType, b: ExpressionType): ExpressionType {
  if (isArray(a) && isArray(b)) return arrayOf(widerType(a.items, b.items));
  if (isObject(a) && isObject(b)) {
    const fields = [...a.fields, ...b.fields];
    const names = [...new Set(fields.map(({ name }) => name))];
    const typesOf = (name: string) => fields.filter((field) => field.name === name).map(({ type }) => type);
    return heldAs({
      kind: 'object',
      fields: names.map((name) => ({ name, type: commonType(typesOf(name)) })),
    });
  }
  const values = [a, b].map(typeOfValues);
  return values.includes(undefined) ? 'json' : mapOf(commonType(values.filter((type) => type !== undefined)));
}

/** The type of all values of a map or an object. */
export function typeOfValues(type: ExpressionType): ExpressionType | undefined {
  if (isMap(type)) return type.values;
  return isObject(type) ? commonType(type.fields.map((field) => field.type)) : undefined;
}

function isTemporal(type: ExpressionType): boolean {
  return type === 'date' || type === 'date-time';
}

/** The type in which two values are compared: like {@link commonType}, but text is read as what it meets. */
export function comparableType(a: ExpressionType, b: ExpressionType): ExpressionType | undefined {
  if (a === 'string') return typeMetByText(b);
  if (b === 'string') return typeMetByText(a);
  if (a === 'json' && typeof b === 'string') return typeMetByJson(b);
  if (b === 'json' && typeof a === 'string') return typeMetByJson(a);
  const common = widerType(a, b);
  return common === 'json' && a !== 'json' && b !== 'json' ? undefined : common;
}

/** JSON is read as what it meets, numbers with their fraction. */
function typeMetByJson(type: Exclude<ExpressionType, object>): ExpressionType {
  return isNumeric(type) ? 'number' : type === 'date' ? 'date-time' : type;
}

/** Text may hold a fraction or a time of day, also where it is compared with what has none. */
function typeMetByText(type: ExpressionType): ExpressionType | undefined {
  if (typeof type === 'object') return undefined;
  if (type === 'null' || type === 'json') return 'string';
  if (isNumeric(type)) return 'number';
  return type === 'date' ? 'date-time' : type;
}

function widerNumber(a: NumericType, b: NumericType): NumericType {
  return numericTypes.indexOf(a) < numericTypes.indexOf(b) ? b : a;
}
