import {
  IcebergFormatError,
  optional,
  readBoolean,
  readFields,
  readInteger,
  readList,
  readString,
} from './fields.ts';
import { fieldIds, type IcebergField, type IcebergSchema, type IcebergType } from './schema.ts';

/** The primitive types of format version 2 (spec, "Primitive Types"). */
const PRIMITIVE =
  /^(boolean|int|long|float|double|date|time|timestamp|timestamptz|string|uuid|binary|fixed\[\d+\]|decimal\(\s*\d+\s*,\s*\d+\s*\))$/;
const GREATEST_PRECISION = 38;

/**
 * Reads a schema from its JSON form (spec, appendix C). Attributes that are not known here stay as they are.
 * Throws `IcebergFormatError` naming the field where the schema breaks the spec: an unknown type, an id or a
 * name given twice.
 */
export function readSchema(value: unknown, field = 'schema'): IcebergSchema {
  const fields = readFields(value, field);
  const identifiers = optional(fields['identifier-field-ids'], `${field}.identifier-field-ids`, (ids, at) =>
    readList(ids, at, readInteger),
  );
  const schema: IcebergSchema = {
    ...fields,
    ...readStruct(fields, field),
    'schema-id': readInteger(fields['schema-id'], `${field}.schema-id`),
    ...(identifiers && { 'identifier-field-ids': identifiers }),
  };
  refuseRepeatedIds(schema, field);
  return schema;
}

function readStruct(value: unknown, field: string): { type: 'struct'; fields: readonly IcebergField[] } {
  const fields = readFields(value, field);
  if (fields.type !== 'struct') throw new IcebergFormatError(`${field}.type`, 'must be "struct"');
  const columns = readList(fields.fields, `${field}.fields`, readField);
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) throw new IcebergFormatError(`${field}.fields`, `has two fields named "${name}"`);
    names.add(name);
  }
  return { ...fields, type: 'struct', fields: columns };
}

function readField(value: unknown, field: string): IcebergField {
  const fields = readFields(value, field);
  const doc = optional(fields.doc, `${field}.doc`, readString);
  return {
    ...fields,
    id: readInteger(fields.id, `${field}.id`),
    name: readString(fields.name, `${field}.name`),
    required: readBoolean(fields.required, `${field}.required`),
    type: readType(fields.type, `${field}.type`),
    ...(doc !== undefined && { doc }),
  };
}

function readType(value: unknown, field: string): IcebergType {
  if (typeof value === 'string') return readPrimitive(value, field);
  const fields = readFields(value, field);
  switch (fields.type) {
    case 'struct':
      return readStruct(fields, field);
    case 'list':
      return {
        ...fields,
        type: 'list',
        'element-id': readInteger(fields['element-id'], `${field}.element-id`),
        element: readType(fields.element, `${field}.element`),
        'element-required': readBoolean(fields['element-required'], `${field}.element-required`),
      };
    case 'map':
      return {
        ...fields,
        type: 'map',
        'key-id': readInteger(fields['key-id'], `${field}.key-id`),
        key: readType(fields.key, `${field}.key`),
        'value-id': readInteger(fields['value-id'], `${field}.value-id`),
        value: readType(fields.value, `${field}.value`),
        'value-required': readBoolean(fields['value-required'], `${field}.value-required`),
      };
    default:
      throw new IcebergFormatError(`${field}.type`, 'must be "struct", "list" or "map"');
  }
}

function readPrimitive(type: string, field: string): string {
  const precision = /^decimal\(\s*(\d+)/.exec(type)?.[1];
  if (!PRIMITIVE.test(type) || Number(precision ?? 1) > GREATEST_PRECISION) {
    throw new IcebergFormatError(field, `"${type}" is not a type of Iceberg format version 2`);
  }
  return type;
}

function refuseRepeatedIds(schema: IcebergSchema, field: string): void {
  const seen = new Set<number>();
  for (const id of fieldIds(schema)) {
    if (seen.has(id)) throw new IcebergFormatError(field, `gives the field id ${id} twice`);
    seen.add(id);
  }
}
