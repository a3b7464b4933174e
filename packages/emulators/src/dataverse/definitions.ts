import type { GeneratedField, GeneratedObject, StampFields } from '../rows/field.ts';
import type { Snapshot } from '../rows/table.ts';
import account from './tables/account.json' with { type: 'json' };
import contact from './tables/contact.json' with { type: 'json' };
import lead from './tables/lead.json' with { type: 'json' };
import opportunity from './tables/opportunity.json' with { type: 'json' };
import systemColumns from './tables/system-columns.json' with { type: 'json' };
import systemuser from './tables/systemuser.json' with { type: 'json' };
import transactioncurrency from './tables/transactioncurrency.json' with { type: 'json' };

/** Types of columns by the names of the metadata classes (`AttributeTypeName`, less its `Type`). */
export type ColumnTypeName =
  | 'Uniqueidentifier'
  | 'String'
  | 'Memo'
  | 'Integer'
  | 'BigInt'
  | 'Decimal'
  | 'Double'
  | 'Money'
  | 'Boolean'
  | 'DateTime'
  | 'Lookup'
  | 'Customer'
  | 'Owner'
  | 'Picklist'
  | 'State'
  | 'Status'
  | 'MultiSelectPicklist'
  | 'Image';

export interface Option {
  readonly value: number;
  readonly label: string;
}

export interface ColumnDefinition extends GeneratedField {
  readonly label: string;
  readonly type: ColumnTypeName;
  readonly length?: number;
  readonly format?: string;
  readonly required?: boolean;
  readonly options?: readonly Option[];
  /** Tables that a lookup may lead to. */
  readonly targets?: readonly string[];
  readonly behavior?: 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent';
  /** 1: calculated, 2: rolled up. Such columns change without a change of their row. */
  readonly sourceType?: 1 | 2;
}

export interface TableDefinition extends GeneratedObject<ColumnDefinition> {
  readonly label: string;
  readonly collectionLabel: string;
  readonly entitySet: string;
  readonly schemaName: string;
  readonly primaryId: string;
  readonly primaryName: string;
  readonly typeCode: number;
  /** False where rows have no owner and no state. */
  readonly owned?: boolean;
  /** False where change tracking is not enabled. */
  readonly tracksChanges?: boolean;
}

/** The rows of one table at one moment. */
export type TableSnapshot = Snapshot<TableDefinition>;

// JSON modules widen literals to `string`; definitions.test.ts checks every definition against these types' rules.
const ownDefinitions = [
  account,
  contact,
  lead,
  opportunity,
  systemuser,
  transactioncurrency,
] as readonly unknown[];
const system = systemColumns as unknown as Record<'owned' | 'all', readonly ColumnDefinition[]>;

/** Every table the emulator knows. */
export const tableDefinitions: readonly TableDefinition[] = (
  ownDefinitions as readonly TableDefinition[]
).map((table) => ({
  ...table,
  fields: [
    {
      name: table.primaryId,
      label: table.label,
      type: 'Uniqueidentifier' as const,
      make: { kind: 'id' as const },
    },
    ...table.fields,
    ...(table.owned === false ? [] : system.owned),
    ...system.all,
  ].map(withValues),
}));

function withValues(column: ColumnDefinition): ColumnDefinition {
  if (column.options === undefined || column.type === 'Boolean') return column;
  return { ...column, values: column.options.map(({ value }) => value) };
}

export function findTable(logicalName: string): TableDefinition | undefined {
  return tableDefinitions.find(({ name }) => name === logicalName);
}

export function findEntitySet(entitySet: string): TableDefinition | undefined {
  return tableDefinitions.find((table) => table.entitySet === entitySet);
}

export function findColumn(table: TableDefinition, name: string): ColumnDefinition | undefined {
  return table.fields.find((column) => column.name === name);
}

export const isLookup = ({ type }: ColumnDefinition): boolean =>
  type === 'Lookup' || type === 'Customer' || type === 'Owner';

/** The name of a column as a property of the Web API: lookups have one of their own. */
export function propertyName(column: ColumnDefinition): string {
  return isLookup(column) ? `_${column.name}_value` : column.name;
}

/** Columns that the Web API gives in rows, which images are not. */
export function readableColumns(table: TableDefinition): readonly ColumnDefinition[] {
  return table.fields.filter(({ type }) => type !== 'Image');
}

export function versionColumn(table: TableDefinition): ColumnDefinition {
  const column = table.fields.find(({ make }) => make.kind === 'version');
  if (column === undefined) throw new Error(`${table.name} has no version number.`);
  return column;
}

export const stampFields: StampFields = {
  created: ['createdon'],
  changed: ['modifiedon'],
  version: 'versionnumber',
};
