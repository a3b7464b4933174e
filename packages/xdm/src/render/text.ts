import type { FieldSchema, RegistryResource } from '../registry/resource.ts';

/** The field or resource without titles and descriptions, at every level; fields *named* so stay. */
export function withoutText(field: FieldSchema): FieldSchema {
  const { title: _title, description: _description, ...rest } = field;
  const { allOf, properties, items, additionalProperties } = field;
  // Only resources have definitions, and they are raw fields like any other.
  const { definitions } = field as RegistryResource;
  return {
    ...rest,
    ...(allOf !== undefined && { allOf: allOf.map(withoutText) }),
    ...(definitions !== undefined && { definitions: withoutTextByName(definitions) }),
    ...(properties !== undefined && { properties: withoutTextByName(properties) }),
    ...(items !== undefined && { items: withoutText(items) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: withoutText(additionalProperties),
    }),
  };
}

function withoutTextByName(fields: Readonly<Record<string, FieldSchema>>): Record<string, FieldSchema> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, withoutText(field)]));
}
