import type { FieldSchema } from './resource.ts';
import { scalarTypeOf } from './scalar-type.ts';

/** What a field is structurally; the keywords decide, `type` only where they are silent. */
export type FieldKind = 'object' | 'array' | 'map' | 'scalar';

export function fieldKindOf(field: FieldSchema): FieldKind {
  if (field.type === 'array' || field.items !== undefined) return 'array';
  if (isComposed(field)) return 'object';
  if (typeof field.additionalProperties === 'object') return 'map';
  return field.type === 'object' || field.required !== undefined ? 'object' : 'scalar';
}

function isComposed(field: FieldSchema): boolean {
  return [field.$ref, field.allOf, field.properties].some((keyword) => keyword !== undefined);
}

/** `meta:xdmType` of any field. A `$ref` counts as an object: references name objects, save to local definitions. */
export function xdmTypeOf(field: FieldSchema): string {
  const kind = fieldKindOf(field);
  return kind === 'scalar' ? scalarTypeOf(field) : kind;
}

/** The same field with `type` and `meta:xdmType` on it and on every field within, as the registry stores it. */
export function withXdmTypes(field: FieldSchema): FieldSchema {
  const kind = fieldKindOf(field);
  const { allOf, properties, items, additionalProperties } = field;
  return {
    ...field,
    type: field.type ?? (kind === 'scalar' ? 'string' : kind === 'map' ? 'object' : kind),
    ...(allOf !== undefined && { allOf: allOf.map(withXdmTypes) }),
    ...(properties !== undefined && { properties: withXdmTypesByName(properties) }),
    ...(items !== undefined && { items: withXdmTypes(items) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: withXdmTypes(additionalProperties),
    }),
    'meta:xdmType': xdmTypeOf(field),
  };
}

export function withXdmTypesByName(
  fields: Readonly<Record<string, FieldSchema>>,
): Readonly<Record<string, FieldSchema>> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, withXdmTypes(field)]));
}
