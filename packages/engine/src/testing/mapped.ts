import { type MappingInput, planMappings } from '@tributary/data-prep';
import {
  type Constraints,
  decimalDigits,
  type ObjectNode,
  type ScalarNode,
  type SourceColumn,
  type XdmNode,
  type XdmScalarType,
} from '@tributary/xdm';
import type { Mapping, TargetField, TargetFieldType } from '../index.ts';

export function scalar(xdmType: XdmScalarType, constraints: Constraints = {}): XdmNode {
  return { kind: 'scalar', xdmType, constraints };
}

export function list(items: XdmNode): XdmNode {
  return { kind: 'array', items };
}

export function mapOf(values: XdmNode): XdmNode {
  return { kind: 'map', values };
}

export function object(
  properties: Readonly<Record<string, XdmNode>>,
  required: readonly string[] = [],
): ObjectNode {
  return { kind: 'object', properties: new Map(Object.entries(properties)), required: new Set(required) };
}

/** Mappings as `[source, destination]`: attributes, or expressions where the source begins with `=`, constants with `"`. */
export type Mapped = readonly (readonly [source: string, destination: string])[];

/** Plans mappings of columns to a schema, whose table has all of its fields. */
export function mapped(mappings: Mapped, columns: readonly SourceColumn[], target: ObjectNode): Mapping {
  const planned = planMappings({ mappings: mappings.map(inputOf), columns, target });
  if (!planned.ok) throw new Error(planned.errors.map(({ message }) => message).join('\n'));
  return { columns, target, fields: fieldsOf(target), plan: planned.plan, now: new Date() };
}

function inputOf([source, destination]: Mapped[number]): MappingInput {
  if (source.startsWith('=')) return { sourceType: 'EXPRESSION', source: source.slice(1), destination };
  if (source.startsWith('"')) return { sourceType: 'STATIC', source: source.slice(1, -1), destination };
  return { sourceType: 'ATTRIBUTE', source, destination };
}

/** The columns of a schema's table. Field ids count from 1, parents before what is in them. */
export function fieldsOf(root: ObjectNode): readonly TargetField[] {
  let lastId = 0;
  const fields = (node: ObjectNode): readonly TargetField[] =>
    Array.from(node.properties, ([name, property]) => ({ name, id: ++lastId, type: typeOf(property) }));
  const typeOf = (node: XdmNode): TargetFieldType => {
    switch (node.kind) {
      case 'scalar':
        return { kind: 'scalar', icebergType: icebergTypeOf(node) };
      case 'object':
        return { kind: 'struct', fields: fields(node) };
      case 'array':
        return { kind: 'list', elementId: ++lastId, element: typeOf(node.items) };
      case 'map':
        return { kind: 'map', keyId: ++lastId, valueId: ++lastId, value: typeOf(node.values) };
    }
  };
  return fields(root);
}

function icebergTypeOf({ xdmType, constraints }: ScalarNode): string {
  const digits = decimalDigits(constraints);
  return digits === undefined ? ICEBERG_TYPES[xdmType] : `decimal(${digits.precision}, ${digits.scale})`;
}

export const ICEBERG_TYPES: Readonly<Record<XdmScalarType, string>> = {
  string: 'string',
  number: 'double',
  long: 'long',
  int: 'int',
  short: 'int',
  byte: 'int',
  boolean: 'boolean',
  date: 'date',
  'date-time': 'timestamptz',
};
