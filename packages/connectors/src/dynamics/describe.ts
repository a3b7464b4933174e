import type { ColumnType, SourceColumn } from '@tributary/xdm';
import { textAt, valueAt } from '../json.ts';
import { SourceError, type TableDescription, type TableListing } from '../source.ts';
import { type DynamicsApi, unexpected } from './api.ts';

/** Logical names of tables and columns, and names of entity sets. */
const LOGICAL_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/**
 * Column types by metadata class (`AttributeTypeName` less its `Type`; Column data types). `AttributeType` tells less:
 * types that came later are all `Virtual` there. Classes that are not listed hold no plain value.
 */
const COLUMN_TYPES: ReadonlyMap<string, ColumnType> = new Map(
  Object.entries({
    Uniqueidentifier: 'string',
    String: 'string',
    Memo: 'string',
    EntityName: 'string',
    // Codes joined by commas.
    MultiSelectPicklist: 'string',
    Picklist: 'integer',
    State: 'integer',
    Status: 'integer',
    Integer: 'integer',
    BigInt: 'long',
    Double: 'number',
    Decimal: 'decimal',
    Money: 'decimal',
    Boolean: 'boolean',
    DateTime: 'date-time',
    Lookup: 'string',
    Customer: 'string',
    Owner: 'string',
  } as const),
);

const LOOKUPS: ReadonlySet<string> = new Set(['Lookup', 'Customer', 'Owner']);
const CHOICES: ReadonlySet<string> = new Set([
  'Picklist',
  'State',
  'Status',
  'MultiSelectPicklist',
  'Boolean',
]);

/** Best first: only modifiedon moves with every change. */
const DELTA_COLUMNS = ['modifiedon', 'createdon'];

export const FORMATTED_VALUE = 'OData.Community.Display.V1.FormattedValue';
const LOOKUP_TABLE = 'Microsoft.Dynamics.CRM.lookuplogicalname';

/** Where a column's value stands in the rows of the Web API. */
export interface Property {
  /** What `$select` names. */
  readonly name: string;
  /** The annotation of that property which holds the value; undefined for the property's own value. */
  readonly annotation: string | undefined;
}

/** A table with what queries of it must know. */
export interface DynamicsTable {
  readonly entitySet: string;
  readonly description: TableDescription;
  readonly properties: ReadonlyMap<string, Property>;
}

interface Attribute {
  readonly name: string;
  readonly type: string;
  /** The column that this one shows the label, name or table of. */
  readonly of: string | undefined;
}

/** Lists the tables that have an entity set. */
export async function listTables(api: DynamicsApi, signal?: AbortSignal): Promise<readonly TableListing[]> {
  const path = 'EntityDefinitions?$select=LogicalName,EntitySetName,IsPrivate';
  const tables = itemsOf(await api.json({ path, signal }), 'tables');
  return tables
    .filter((table) => textAt(table, 'EntitySetName') !== undefined && valueAt(table, 'IsPrivate') !== true)
    .map((table) => textAt(table, 'LogicalName') ?? '')
    .filter((name) => LOGICAL_NAME.test(name))
    .sort()
    .map((name) => ({ name, path: name, canPreview: true, canFetchSchema: true }));
}

/** Describes a table by the columns that the Web API gives, and those that annotations of them hold. */
export async function describeTable(
  api: DynamicsApi,
  table: string,
  signal?: AbortSignal,
): Promise<DynamicsTable> {
  if (!LOGICAL_NAME.test(table)) throw noSuchTable(table);
  const root = `EntityDefinitions(LogicalName='${table}')`;
  const [definition, attributes, datetimes] = await Promise.all([
    asTable(table, () =>
      api.json({ path: `${root}?$select=LogicalName,EntitySetName,PrimaryIdAttribute`, signal }),
    ),
    asTable(table, () =>
      api.json({
        path: `${root}/Attributes?$select=LogicalName,AttributeType,AttributeTypeName,AttributeOf,IsValidForRead`,
        signal,
      }),
    ),
    asTable(table, () =>
      api.json({
        path: `${root}/Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata?$select=LogicalName,DateTimeBehavior`,
        signal,
      }),
    ),
  ]);
  const entitySet = textAt(definition, 'EntitySetName');
  if (entitySet === undefined || !LOGICAL_NAME.test(entitySet)) throw noSuchTable(table);
  const dateOnly = new Set(itemsOf(datetimes, 'columns').filter(isDateOnly).map(nameOf));
  const columns = columnsOf(itemsOf(attributes, 'columns').filter(isReadable).map(attributeOf), dateOnly);
  const names = new Set(columns.map(({ column }) => column.name));
  const key = textAt(definition, 'PrimaryIdAttribute');
  return {
    entitySet,
    description: {
      table,
      columns: columns.map(({ column }) => column),
      keyColumns: key !== undefined && names.has(key) ? [key] : [],
      deltaColumns: DELTA_COLUMNS.filter((name) => names.has(name)),
    },
    properties: new Map(columns.map(({ column, property }) => [column.name, property])),
  };
}

async function asTable<T>(table: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof SourceError && cause.kind === 'invalid') throw noSuchTable(table, cause);
    throw cause;
  }
}

function noSuchTable(table: string, cause?: SourceError): SourceError {
  const message = `table: Dynamics has no table ${JSON.stringify(table)} by its logical name (contact, not contacts), or its user may not see it`;
  return new SourceError(
    'invalid',
    cause?.code ?? 'INVALID_TABLE',
    message,
    cause === undefined ? {} : { cause },
  );
}

interface DescribedColumn {
  readonly column: SourceColumn;
  readonly property: Property;
}

function columnsOf(
  attributes: readonly Attribute[],
  dateOnly: ReadonlySet<string>,
): readonly DescribedColumn[] {
  const byName = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  return attributes.flatMap((attribute) => {
    const parent = attribute.of === undefined ? undefined : byName.get(attribute.of);
    if (attribute.of !== undefined) return parent === undefined ? [] : annotationColumn(attribute, parent);
    return ownColumn(attribute, dateOnly);
  });
}

function ownColumn({ name, type }: Attribute, dateOnly: ReadonlySet<string>): readonly DescribedColumn[] {
  const columnType = dateOnly.has(name) ? 'date' : COLUMN_TYPES.get(type);
  if (columnType === undefined) return [];
  const property = propertyOf(name, type);
  return [
    {
      column: { name: property, type: columnType, originalType: type },
      property: { name: property, annotation: undefined },
    },
  ];
}

/** Labels of choices, names and tables of lookups: Dataverse lists columns for them, and gives them as annotations. */
function annotationColumn({ name, type }: Attribute, parent: Attribute): readonly DescribedColumn[] {
  const isLookup = LOOKUPS.has(parent.type);
  const isLabel = name === `${parent.name}name` && (isLookup || CHOICES.has(parent.type));
  const isTable = name === `${parent.name}type` && isLookup;
  if (!isLabel && !isTable) return [];
  return [
    {
      column: { name, type: 'string', originalType: type },
      property: {
        name: propertyOf(parent.name, parent.type),
        annotation: isLabel ? FORMATTED_VALUE : LOOKUP_TABLE,
      },
    },
  ];
}

function propertyOf(name: string, type: string): string {
  return LOOKUPS.has(type) ? `_${name}_value` : name;
}

function attributeOf(item: unknown): Attribute {
  const typeName = textAt(valueAt(item, 'AttributeTypeName'), 'Value')?.replace(/Type$/, '');
  return {
    name: nameOf(item),
    type: typeName ?? textAt(item, 'AttributeType') ?? '',
    of: textAt(item, 'AttributeOf'),
  };
}

function isReadable(item: unknown): boolean {
  return LOGICAL_NAME.test(nameOf(item)) && valueAt(item, 'IsValidForRead') !== false;
}

function isDateOnly(item: unknown): boolean {
  return textAt(valueAt(item, 'DateTimeBehavior'), 'Value') === 'DateOnly';
}

function nameOf(item: unknown): string {
  return textAt(item, 'LogicalName') ?? '';
}

/** The objects under `value` of an answer. */
export function itemsOf(body: unknown, what: string): readonly unknown[] {
  const items = valueAt(body, 'value');
  if (Array.isArray(items)) return items;
  throw unexpected(`the answer has no list of ${what}`);
}
