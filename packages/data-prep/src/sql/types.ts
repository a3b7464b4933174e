import { type ColumnType, decimalDigits, type ScalarNode, type XdmNode } from '@tributary/xdm';
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
    case 'object': {
      if (!fitsStruct(type.fields.map(({ name }) => name))) return sqlTypes.json;
      const fields = type.fields.map((field) => `${quoteIdentifier(field.name)} ${sqlTypeOf(field.type)}`);
      return `STRUCT(${fields.join(', ')})`;
    }
  }
}

/**
 * A STRUCT has at least one field, none without a name, and no two whose names differ only in case. Other objects are
 * held as JSON.
 */
export function fitsStruct(names: readonly string[]): boolean {
  if (names.includes('')) return false;
  return names.length > 0 && new Set(names.map((name) => name.toLowerCase())).size === names.length;
}

/** The type as which values of an object type are treated: `json` where they are held as such. */
export function heldAs<Type extends Goal>(type: Type): Type | 'json' {
  const isObject = typeof type === 'object' && type.kind === 'object';
  return isObject && !fitsStruct(type.fields.map(({ name }) => name)) ? 'json' : type;
}

/**
 * What a value must become to fill a node; undefined for one that declares nothing to fill. Of fields whose names differ
 * only in case the first counts, as a table's columns hold one.
 */
export function goalOfNode(node: XdmNode): Goal | undefined {
  switch (node.kind) {
    case 'scalar':
      return goalOf(node);
    case 'array': {
      const items = goalOfNode(node.items);
      return items === undefined ? undefined : { kind: 'array', items };
    }
    case 'map': {
      const values = goalOfNode(node.values);
      return values === undefined ? undefined : { kind: 'map', values };
    }
    case 'object': {
      const taken = new Set<string>();
      const fields = Array.from(node.properties).flatMap(([name, property]) => {
        const type = goalOfNode(property);
        if (type === undefined || taken.has(name.toLowerCase())) return [];
        taken.add(name.toLowerCase());
        return [{ name, type }];
      });
      return fields.length === 0 ? undefined : { kind: 'object', fields };
    }
  }
}

/** XDM's `int` is what sources call `integer`, and its numbers of a fixed scale are decimals; all other names agree. */
function goalOf({ xdmType, constraints }: ScalarNode): ScalarGoal {
  if (xdmType === 'number' && decimalDigits(constraints) !== undefined) return 'decimal';
  return xdmType === 'int' ? 'integer' : xdmType;
}
