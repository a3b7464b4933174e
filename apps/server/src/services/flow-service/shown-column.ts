import { type ColumnType, decimalField, type SourceColumn, type SourceType } from '@tributary/xdm';

/** What `explore` tells of a column's type: JSON Schema, as XDM has it. */
interface ShownType {
  readonly type: string;
  readonly format?: string;
  readonly items?: ShownType;
  readonly properties?: Readonly<Record<string, ShownType>>;
  readonly additionalProperties?: ShownType;
}

const scalarTypes: Readonly<Record<ColumnType, ShownType>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  long: { type: 'integer' },
  number: { type: 'number' },
  decimal: { type: 'number' },
  date: { type: 'string', format: 'date' },
  'date-time': { type: 'string', format: 'date-time' },
  time: { type: 'string' },
};

/** A source column as `explore` answers it. */
export function shownColumn({ name, type, originalType, digits }: SourceColumn) {
  const xdm = { ...shownType(type), ...(digits && decimalField(digits)) };
  return {
    name,
    type: typeof type === 'string' ? type : type.kind,
    ...(xdm.format && { 'meta:xdmType': xdm.format }),
    ...(originalType && { meta: { originalType } }),
    xdm,
  };
}

function shownType(type: SourceType): ShownType {
  if (type === 'json') return { type: 'object' };
  if (typeof type === 'string') return scalarTypes[type];
  switch (type.kind) {
    case 'array':
      return { type: 'array', items: shownType(type.items) };
    case 'map':
      return { type: 'object', additionalProperties: shownType(type.values) };
    case 'object':
      return {
        type: 'object',
        properties: Object.fromEntries(type.fields.map((field) => [field.name, shownType(field.type)])),
      };
  }
}
