import type { SourceType } from '@tributary/xdm';
import type { ExpressionType } from '../plan.ts';
import { heldAs } from '../sql/types.ts';
import { commonType } from '../types.ts';

/** The type of a source column that holds this value and no other; null is taken for a text. */
export function typeOfValue(value: unknown): SourceType {
  return sourceType(typeOf(value));
}

function typeOf(value: unknown): ExpressionType {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'number';
  if (typeof value !== 'object') return 'string';
  if (Array.isArray(value)) return { kind: 'array', items: commonType(value.map(typeOf)) };
  const fields = Object.entries(value).map(([name, field]) => ({ name, type: typeOf(field) }));
  return heldAs<ExpressionType>({ kind: 'object', fields });
}

function sourceType(type: ExpressionType): SourceType {
  if (type === 'null' || type === 'unknown') return 'string';
  if (typeof type === 'string') return type;
  if (type.kind === 'array') return { kind: 'array', items: sourceType(type.items) };
  if (type.kind === 'map') return { kind: 'map', values: sourceType(type.values) };
  return {
    kind: 'object',
    fields: type.fields.map(({ name, type: field }) => ({ name, type: sourceType(field) })),
  };
}
