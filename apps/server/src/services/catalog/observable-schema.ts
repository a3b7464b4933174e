import type { IcebergField, IcebergType } from '@tributary/lake';
import { schemaLookup } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { type FieldSchema, renderResource } from '@tributary/xdm';
import type { ObservedColumns } from './lake-tables.ts';

/** The part of a schema that the rows of a dataset have values for, as a JSON Schema; undefined when it is not there. */
export async function observableSchema(
  store: ScopedStore,
  schemaId: string,
  columns: ObservedColumns,
): Promise<FieldSchema | undefined> {
  const lookup = await schemaLookup(store, [schemaId]);
  const schema = lookup.find(schemaId);
  if (schema === undefined) return undefined;
  const form = {
    form: 'full',
    majorVersion: 1,
    text: true,
    descriptors: false,
    deprecatedFields: false,
  } as const;
  const rendered = renderResource(schema, form, lookup);
  if (!rendered.ok) return undefined;
  const properties = observedProperties(rendered.value, columns.schema.fields, columns);
  return { $id: schemaId, title: schema.title, type: 'object', 'meta:xdmType': 'object', properties };
}

/** The properties of an object that hold anything, with what lies in them cut down alike. */
function observedProperties(
  object: FieldSchema,
  fields: readonly IcebergField[],
  columns: ObservedColumns,
): Readonly<Record<string, FieldSchema>> {
  const entries = fields.flatMap((field): [string, FieldSchema][] => {
    const property = propertyOf(object, field.name);
    const observed = property && observedPart(property, field.type, field.id, columns);
    return observed === undefined ? [] : [[field.name, observed]];
  });
  return Object.fromEntries(entries);
}

function observedPart(
  schema: FieldSchema,
  type: IcebergType,
  fieldId: number,
  columns: ObservedColumns,
): FieldSchema | undefined {
  if (typeof type === 'string') return columns.isObserved(fieldId) ? schema : undefined;
  switch (type.type) {
    case 'struct': {
      const properties = observedProperties(schema, type.fields, columns);
      const { required: _required, ...others } = schema;
      return Object.keys(properties).length === 0 ? undefined : { ...others, properties };
    }
    case 'list': {
      const items = observedPart(schema.items ?? {}, type.element, type['element-id'], columns);
      return items && { ...schema, items };
    }
    case 'map':
      return columns.isObserved(type['key-id']) ? schema : undefined;
  }
}

function propertyOf({ properties = {} }: FieldSchema, name: string): FieldSchema | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}
