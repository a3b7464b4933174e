/** A type in Iceberg's JSON form (spec: "Schemas and Data Types", appendix C). */
export type IcebergType = string | IcebergStruct | IcebergList | IcebergMap;

export interface IcebergField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
}

export interface IcebergStruct {
  readonly type: 'struct';
  readonly fields: readonly IcebergField[];
}

export interface IcebergList {
  readonly type: 'list';
  readonly 'element-id': number;
  readonly element: IcebergType;
  readonly 'element-required': boolean;
}

export interface IcebergMap {
  readonly type: 'map';
  readonly 'key-id': number;
  readonly key: IcebergType;
  readonly 'value-id': number;
  readonly value: IcebergType;
  readonly 'value-required': boolean;
}

/** A table schema: a struct with an id of its own. */
export interface IcebergSchema extends IcebergStruct {
  readonly 'schema-id': number;
  readonly 'identifier-field-ids'?: readonly number[];
}

/** A primitive column, and where it lies: values below a list or map occur any number of times in a row. */
export interface LeafColumn {
  readonly id: number;
  readonly type: string;
  readonly repeated: boolean;
}

/** The primitive columns of a schema, depth first. */
export function* leafColumns(schema: IcebergStruct): Generator<LeafColumn> {
  for (const field of schema.fields) yield* leavesOf(field.id, field.type, false);
}

function* leavesOf(id: number, type: IcebergType, repeated: boolean): Generator<LeafColumn> {
  if (typeof type === 'string') {
    yield { id, type, repeated };
  } else if (type.type === 'struct') {
    for (const field of type.fields) yield* leavesOf(field.id, field.type, repeated);
  } else if (type.type === 'list') {
    yield* leavesOf(type['element-id'], type.element, true);
  } else {
    yield* leavesOf(type['key-id'], type.key, true);
    yield* leavesOf(type['value-id'], type.value, true);
  }
}

/** Every id that the schema gives to a field, list element, map key or map value, depth first. */
export function* fieldIds(type: IcebergType): Generator<number> {
  if (typeof type === 'string') return;
  if (type.type === 'struct') {
    for (const field of type.fields) {
      yield field.id;
      yield* fieldIds(field.type);
    }
  } else if (type.type === 'list') {
    yield type['element-id'];
    yield* fieldIds(type.element);
  } else {
    yield type['key-id'];
    yield* fieldIds(type.key);
    yield type['value-id'];
    yield* fieldIds(type.value);
  }
}

export function highestFieldId(schema: IcebergStruct): number {
  return Math.max(0, ...fieldIds(schema));
}
