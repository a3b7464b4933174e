import type {
  ColumnType,
  ObjectNode,
  SourceColumn,
  SourceType,
  XdmNode,
  XdmScalarType,
} from '@tributary/xdm';

const scalarTypes: Readonly<Record<XdmScalarType, ColumnType>> = {
  string: 'string',
  boolean: 'boolean',
  byte: 'integer',
  short: 'integer',
  int: 'integer',
  long: 'long',
  number: 'number',
  date: 'date',
  'date-time': 'date-time',
};

/** The columns that rows of an XDM schema have. */
export function columnsOfSchema({ properties }: ObjectNode): readonly SourceColumn[] {
  return Array.from(properties, ([name, node]) => ({ name, type: sourceTypeOf(node) }));
}

function sourceTypeOf(node: XdmNode): SourceType {
  switch (node.kind) {
    case 'scalar':
      return scalarTypes[node.xdmType];
    case 'array':
      return { kind: 'array', items: sourceTypeOf(node.items) };
    case 'map':
      return { kind: 'map', values: sourceTypeOf(node.values) };
    case 'object':
      // Nothing is known of what an object without fields holds.
      return node.properties.size === 0 ? 'json' : { kind: 'object', fields: columnsOfSchema(node) };
  }
}

/** The columns that a JSON Schema of a row describes; undefined where it describes no properties. */
export function columnsOfJsonSchema(schema: unknown): readonly SourceColumn[] | undefined {
  const properties = memberOf(schema, 'properties');
  if (!isRecord(properties)) return undefined;
  return Object.entries(properties).map(([name, property]) => ({ name, type: typeOfJsonSchema(property) }));
}

function typeOfJsonSchema(schema: unknown): SourceType {
  const given = memberOf(schema, 'type');
  // A type beside null is that type: every column may be null.
  const [type, another] = [given].flat().filter((name) => name !== 'null');
  if (another !== undefined) return 'json';
  switch (type) {
    case 'string': {
      const format = memberOf(schema, 'format');
      return format === 'date' || format === 'date-time' || format === 'time' ? format : 'string';
    }
    case 'integer':
      return 'long';
    case 'number':
    case 'boolean':
      return type;
    case 'array':
      return { kind: 'array', items: typeOfJsonSchema(memberOf(schema, 'items')) };
    default: {
      const fields = columnsOfJsonSchema(schema);
      if (fields !== undefined && fields.length > 0) return { kind: 'object', fields };
      const values = memberOf(schema, 'additionalProperties');
      return isRecord(values) ? { kind: 'map', values: typeOfJsonSchema(values) } : 'json';
    }
  }
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
