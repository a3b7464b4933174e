import { isObject, textAt, valueAt } from '../json.ts';

/** A field that a mapping can fill. */
export interface SchemaField {
  readonly path: string;
  /** Such as `string` or `date-time`. */
  readonly type: string;
}

/** Nobody maps to a field deeper than this; a schema that holds itself would otherwise have no end. */
const MAX_DEPTH = 12;

/** The fields of a resolved schema (`xed-full`) that hold values, by path. Arrays are fields as a whole. */
export function schemaFields(schema: unknown, prefix = '', depth = 0): readonly SchemaField[] {
  const properties = valueAt(schema, 'properties');
  if (!isObject(properties) || depth > MAX_DEPTH) return [];
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name.replaceAll('.', '\\.')}`;
    const inner = schemaFields(field, `${path}.`, depth + 1);
    return inner.length > 0 ? inner : [{ path, type: typeOf(field) }];
  });
}

function typeOf(field: unknown): string {
  return textAt(field, 'meta:xdmType') ?? textAt(field, 'format') ?? textAt(field, 'type') ?? 'any';
}

/** A field to begin with: of text, and within an object, as classes' own fields outside of one are mostly ids. */
export function firstDestination(fields: readonly SchemaField[]): string {
  const isPlain = ({ path, type }: SchemaField) => type === 'string' && !path.startsWith('_');
  const found = fields.find((field) => isPlain(field) && field.path.includes('.')) ?? fields.find(isPlain);
  return (found ?? fields[0])?.path ?? '';
}
