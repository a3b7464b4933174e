import type { ColumnType, SourceColumn, SourceType } from '@tributary/xdm';
import { NOT_NESTED, nestingWithin } from './nesting.ts';

/**
 * The columns that sample rows have, in the order in which they are met. A column's type is the one that holds all of its
 * values: whole numbers widen to numbers, other single values of several types are text, objects have the fields of all,
 * and what goes together in no such way is `json`, as is a column, a field or an element without any value: it may be of any
 * type; and so is what is nested too deep to be taken apart ({@link nestingWithin}).
 */
export function columnsOfRows(rows: readonly Readonly<Record<string, unknown>>[]): readonly SourceColumn[] {
  const row = rows.map(shapeOf).reduce(joined, undefined);
  if (row === undefined || typeof row === 'string' || row.kind !== 'object') return [];
  return Array.from(row.fields, ([name, shape]) => ({ name, type: typeOf(shape) }));
}

/** What is known of a value's type; undefined for null, which may be of any. */
type Shape =
  | undefined
  | ColumnType
  | 'json'
  | { readonly kind: 'array'; readonly items: Shape }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Shape> };

function shapeOf(value: unknown): Shape {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'long' : 'number';
  if (Array.isArray(value)) return { kind: 'array', items: value.map(shapeOf).reduce(joined, undefined) };
  if (typeof value !== 'object') return 'string';
  return {
    kind: 'object',
    fields: new Map(Object.entries(value).map(([name, member]) => [name, shapeOf(member)])),
  };
}

function joined(one: Shape, other: Shape): Shape {
  if (one === undefined || other === undefined) return one ?? other;
  if (one === 'json' || other === 'json') return 'json';
  if (typeof one === 'string' && typeof other === 'string') return widerColumnType(one, other);
  if (typeof one === 'string' || typeof other === 'string') return 'json';
  if (one.kind === 'array' && other.kind === 'array') {
    return { kind: 'array', items: joined(one.items, other.items) };
  }
  if (one.kind !== 'object' || other.kind !== 'object') return 'json';
  const fields = new Map(one.fields);
  for (const [name, shape] of other.fields) fields.set(name, joined(fields.get(name), shape));
  return { kind: 'object', fields };
}

function widerColumnType(one: ColumnType, other: ColumnType): ColumnType {
  if (one === other) return one;
  const areNumbers = [one, other].every((type) => type === 'long' || type === 'number');
  return areNumbers ? 'number' : 'string';
}

function typeOf(shape: Shape, nesting = NOT_NESTED): SourceType {
  if (shape === undefined) return 'json';
  if (typeof shape === 'string') return shape;
  const within = nestingWithin(nesting, shape.kind);
  if (within === undefined) return 'json';
  if (shape.kind === 'array') return { kind: 'array', items: typeOf(shape.items, within) };
  const fields = Array.from(shape.fields, ([name, member]) => ({ name, type: typeOf(member, within) }));
  return fields.length === 0 ? 'json' : { kind: 'object', fields };
}
