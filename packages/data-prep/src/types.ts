import type { ColumnType } from '@tributary/xdm';
import type { ExpressionType } from './plan.ts';

export type ArrayType = Extract<ExpressionType, { readonly kind: 'array' }>;

/** Whole numbers first, each type holding all values of those before it but for the last digits of a `long`. */
const numericTypes: readonly ColumnType[] = ['integer', 'long', 'decimal', 'number'];

export function isArray(type: ExpressionType): type is ArrayType {
  return typeof type === 'object' && type.kind === 'array';
}

export function isNumeric(type: ExpressionType): boolean {
  return typeof type === 'string' && (numericTypes as readonly string[]).includes(type);
}

/** True for the types that every place accepts: always null, and not known yet. */
export function isOpen(type: ExpressionType): type is 'null' | 'unknown' {
  return type === 'null' || type === 'unknown';
}

export function sameType(a: ExpressionType, b: ExpressionType): boolean {
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
 * numbers widen, dates become date-times, and next to text everything is text. Undefined when there is none.
 */
export function commonType(types: readonly ExpressionType[]): ExpressionType | undefined {
  return types.reduce<ExpressionType | undefined>((common, type) => {
    return common === undefined ? undefined : widerType(common, type);
  }, 'null');
}

function widerType(a: ExpressionType, b: ExpressionType): ExpressionType | undefined {
  if (sameType(a, b) || b === 'null') return a;
  if (a === 'null') return b;
  if (a === 'unknown' || b === 'unknown') return 'unknown';
  if (isArray(a) && isArray(b)) {
    const items = widerType(a.items, b.items);
    return items === undefined ? undefined : arrayOf(items);
  }
  if (typeof a === 'object' || typeof b === 'object' || a === 'json' || b === 'json') return undefined;
  if (isNumeric(a) && isNumeric(b)) return widerNumber(a, b);
  if (a === 'string' || b === 'string') return 'string';
  const isDate = (type: ColumnType) => type === 'date' || type === 'date-time';
  return isDate(a) && isDate(b) ? 'date-time' : undefined;
}

/** The type in which two values are compared: like {@link commonType}, but text is read as what it meets. */
export function comparableType(a: ExpressionType, b: ExpressionType): ExpressionType | undefined {
  if (a === 'string') return typeMetByText(b);
  if (b === 'string') return typeMetByText(a);
  return widerType(a, b);
}

/** Text may hold a fraction or a time of day, also where it is compared with what has none. */
function typeMetByText(type: ExpressionType): ExpressionType | undefined {
  if (typeof type === 'object') return undefined;
  if (type === 'null') return 'string';
  if (isNumeric(type)) return 'number';
  return type === 'date' ? 'date-time' : type;
}

function widerNumber(a: ColumnType, b: ColumnType): ColumnType {
  return numericTypes.indexOf(a) < numericTypes.indexOf(b) ? b : a;
}
