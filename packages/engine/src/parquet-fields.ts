import { quoteIdentifier, sqlTypeOf } from '@tributary/data-prep';
import { EngineError } from './engine-error.ts';
import type { TargetField, TargetFieldType } from './transform.ts';

/** DuckDB's type for a field's values. */
export function sqlType(type: TargetFieldType): string {
  return typeText(type, scalarSqlType);
}

/**
 * DuckDB's type for a field's values until they have been checked: decimals have all the places that mappings compute with, so
 * that none is rounded off unseen.
 */
export function heldSqlType(type: TargetFieldType): string {
  return typeText(type, (icebergType) =>
    isDecimal(icebergType) ? sqlTypeOf('decimal') : scalarSqlType(icebergType),
  );
}

export function isDecimal(icebergType: string): boolean {
  return DECIMAL_TYPE.test(icebergType);
}

const DECIMAL_TYPE = /^decimal\(\d+,\s*\d+\)$/;

function typeText(type: TargetFieldType, scalar: (icebergType: string) => string): string {
  const textOf = (inner: TargetFieldType) => typeText(inner, scalar);
  switch (type.kind) {
    case 'scalar':
      return scalar(type.icebergType);
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${quoteIdentifier(field.name)} ${textOf(field.type)}`).join(', ')})`;
    case 'list':
      return `${textOf(type.element)}[]`;
    case 'map':
      return `MAP(VARCHAR, ${textOf(type.value)})`;
  }
}

const SQL_TYPES: ReadonlyMap<string, string> = new Map([
  ['boolean', 'BOOLEAN'],
  ['int', 'INTEGER'],
  ['long', 'BIGINT'],
  ['float', 'FLOAT'],
  ['double', 'DOUBLE'],
  ['date', 'DATE'],
  ['time', 'TIME'],
  ['timestamp', 'TIMESTAMP'],
  ['timestamptz', 'TIMESTAMPTZ'],
  ['string', 'VARCHAR'],
  ['uuid', 'UUID'],
  ['binary', 'BLOB'],
]);

function scalarSqlType(icebergType: string): string {
  const known = SQL_TYPES.get(icebergType);
  if (known !== undefined) return known;
  if (isDecimal(icebergType)) return icebergType.toUpperCase();
  throw new EngineError('invalid', `The field type ${JSON.stringify(icebergType)} can't be written.`);
}

/** The Iceberg field ids of the written columns, in the form of COPY's `FIELD_IDS`. */
export function fieldIds(fields: readonly TargetField[]): string {
  return `{${typeFieldIds({ kind: 'struct', fields })}}`;
}

function fieldIdEntry(name: string, id: number, inside: string): string {
  return inside === ''
    ? `${quoteIdentifier(name)}: ${id}`
    : `${quoteIdentifier(name)}: {__duckdb_field_id: ${id}, ${inside}}`;
}

function typeFieldIds(type: TargetFieldType): string {
  switch (type.kind) {
    case 'scalar':
      return '';
    case 'struct':
      return type.fields
        .map(({ name, id, type: inner }) => fieldIdEntry(name, id, typeFieldIds(inner)))
        .join(', ');
    case 'list':
      return fieldIdEntry('element', type.elementId, typeFieldIds(type.element));
    case 'map':
      return `${fieldIdEntry('key', type.keyId, '')}, ${fieldIdEntry('value', type.valueId, typeFieldIds(type.value))}`;
  }
}

/** A leaf column of a Parquet file as Iceberg knows it. */
export interface LeafField {
  readonly id: number;
  readonly icebergType: string;
}

/** All leaves by the path that DuckDB's `RETURN_STATS` gives them. */
export function leavesByPath(fields: readonly TargetField[]): ReadonlyMap<string, LeafField> {
  return new Map(fields.flatMap(({ name, id, type }) => leavesBelow([name], id, type)));
}

function leavesBelow(
  path: readonly string[],
  id: number,
  type: TargetFieldType,
): readonly (readonly [string, LeafField])[] {
  switch (type.kind) {
    case 'scalar':
      return [[path.map(quoteIdentifier).join('.'), { id, icebergType: type.icebergType }]];
    case 'struct':
      return type.fields.flatMap((field) => leavesBelow([...path, field.name], field.id, field.type));
    case 'list':
      return leavesBelow([...path, 'element'], type.elementId, type.element);
    case 'map':
      return [
        ...leavesBelow([...path, 'key'], type.keyId, { kind: 'scalar', icebergType: 'string' }),
        ...leavesBelow([...path, 'value'], type.valueId, type.value),
      ];
  }
}

/** The scalar field at a path of objects. */
export function leafField(fields: readonly TargetField[], path: readonly string[]): TargetField {
  const [name, ...rest] = path;
  const field = fields.find((candidate) => candidate.name === name);
  if (field !== undefined && rest.length === 0 && field.type.kind === 'scalar') return field;
  if (field?.type.kind === 'struct' && rest.length > 0) return leafField(field.type.fields, rest);
  throw new EngineError('invalid', `The table has no single value ${JSON.stringify(path.join('.'))}.`);
}
