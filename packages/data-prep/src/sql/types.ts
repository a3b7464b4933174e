import type { ColumnType, XdmNode, XdmScalarType } from '@tributary/xdm';
import type { ExpressionType } from '../plan.ts';
import { quoteIdentifier } from './quote.ts';

/** What a single value can be brought to: the types of columns, and the narrower whole numbers of XDM. */
export type ScalarGoal = ColumnType | 'short' | 'byte';

/** What a value can be brought to: the type of a parameter, or of a node of the target schema. */
export type Goal =
  | ScalarGoal
  | ExpressionType
  | { readonly kind: 'array'; readonly items: Goal }
  | { readonly kind: 'object'; readonly fields: readonly { readonly name: string; readonly type: Goal }[] }
  | { readonly kind: 'map'; readonly values: Goal };

const sqlTypes: Readonly<Record<ScalarGoal | 'json', string>> = {
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
  byte: 'INTEGER',
  short: 'INTEGER',
  integer: 'INTEGER',
  long: 'BIGINT',
  number: 'DOUBLE',
  // Sources write amounts as the shortest text of a double: 18 places keep what has 17 digits whole.
  decimal: 'DECIMAL(38,18)',
  date: 'DATE',
  'date-time': 'TIMESTAMPTZ',
  time: 'TIME',
  json: 'JSON',
};

/** The DuckDB type in which values of a type are held. What is always null is held as text. */
export function sqlTypeOf(type: Goal): string {
  if (typeof type === 'string') return type === 'null' || type === 'unknown' ? 'VARCHAR' : sqlTypes[type];
  switch (type.kind) {
    case 'array':
      return `${sqlTypeOf(type.items)}[]`;
    case 'map':
      return `MAP(VARCHAR, ${sqlTypeOf(type.values)})`;
    case 'object':
      return `STRUCT(${type.fields.map((field) => `${quoteIdentifier(field.name)} ${sqlTypeOf(field.type)}`).join(', ')})`;
  }
}

/** What a value must become to fill a node; undefined for objects and maps, which no single value fills. */
export function goalOfNode(node: XdmNode): Goal | undefined {
  if (node.kind === 'scalar') return goalOf(node.xdmType);
  if (node.kind !== 'array') return undefined;
  const items = goalOfNode(node.items);
  return items === undefined ? undefined : { kind: 'array', items };
}

/** XDM's `int` is what sources call `integer`; all other names agree. */
function goalOf(xdmType: XdmScalarType): ScalarGoal {
  return xdmType === 'int' ? 'integer' : xdmType;
}
