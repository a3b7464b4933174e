import type { SourceColumn } from '@tributary/xdm';
import { textAt, valueAt } from '../json.ts';
import { SourceError, type TableDescription, type TableListing } from '../source.ts';
import { type DynamicsApi, unexpected } from './api.ts';
import {
  ATTRIBUTE_PROPERTIES,
  type Attribute,
  attributeOf,
  columnsOf,
  type Property,
  unreadColumns,
} from './columns.ts';
import { DELETED_COLUMN, KEPT_DAYS } from './deleted-rows.ts';

/** Logical names of tables, and names of entity sets. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Best first: only modifiedon moves with every change. */
const DELTA_COLUMNS = ['modifiedon', 'createdon'];

/** What people should know of tables that are not kept where others are (EntityMetadata.TableType). */
const TABLE_TYPE_NOTICES: ReadonlyMap<string | undefined, string> = new Map([
  [
    'Virtual',
    'is a virtual table: its rows lie in another system, whose provider may give no more than 1,000 of them to a query',
  ],
  [
    'Elastic',
    'is an elastic table: rows are counted no further than 5,000, and rows of several partitions may share an id',
  ],
]);

/** A table with what queries of it must know. */
export interface DynamicsTable {
  readonly entitySet: string;
  readonly description: TableDescription;
  readonly properties: ReadonlyMap<string, Property>;
}

/** Lists the tables that have an entity set. */
export async function listTables(api: DynamicsApi, signal?: AbortSignal): Promise<readonly TableListing[]> {
  const path = 'EntityDefinitions?$select=LogicalName,EntitySetName,IsPrivate';
  const tables = itemsOf(await api.json({ path, signal }), 'tables');
  return tables
    .filter((table) => textAt(table, 'EntitySetName') !== undefined && valueAt(table, 'IsPrivate') !== true)
    .map((table) => textAt(table, 'LogicalName') ?? '')
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => ({ name, path: name, canPreview: true, canFetchSchema: true }));
}

/** Describes a table by its metadata. */
export async function describeTable(
  api: DynamicsApi,
  table: string,
  signal?: AbortSignal,
): Promise<DynamicsTable> {
  if (!NAME.test(table)) throw noSuchTable(table);
  const root = `EntityDefinitions(LogicalName='${table}')`;
  const ask = (path: string) => asTable(table, () => api.json({ path: `${root}${path}`, signal }));
  const [definition, items, datetimes] = await Promise.all([
    ask('?$select=LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled,TableType'),
    ask(`/Attributes?$select=${ATTRIBUTE_PROPERTIES}`),
    ask('/Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata?$select=LogicalName,DateTimeBehavior'),
  ]);
  const entitySet = textAt(definition, 'EntitySetName');
  if (entitySet === undefined || !NAME.test(entitySet)) throw noSuchTable(table);
  const attributes = itemsOf(items, 'columns').flatMap((item) => attributeOf(item) ?? []);
  const columns = columnsOf(attributes, dateOnlyColumns(datetimes));
  const names = new Set(columns.map(({ column }) => column.name));
  const key = textAt(definition, 'PrimaryIdAttribute');
  const keyColumns = key !== undefined && names.has(key) ? [key] : [];
  const tracksChanges = valueAt(definition, 'ChangeTrackingEnabled') === true && keyColumns.length > 0;
  return {
    entitySet,
    description: {
      table,
      columns: [...columns.map(({ column }) => column), ...(tracksChanges ? [deletedColumn] : [])],
      keyColumns,
      deltaColumns: DELTA_COLUMNS.filter((name) => names.has(name)),
      tracksChanges,
      ...(tracksChanges ? { deletions: { column: DELETED_COLUMN, keptDays: KEPT_DAYS } } : {}),
      computedColumns: columns.filter(({ isComputed }) => isComputed).map(({ column }) => column.name),
      notices: noticesOf(table, textAt(definition, 'TableType'), unreadColumns(attributes)),
    },
    properties: new Map(columns.map(({ column, property }) => [column.name, property])),
  };
}

const deletedColumn: SourceColumn = { name: DELETED_COLUMN, type: 'boolean', originalType: '$deletedEntity' };

function noticesOf(
  table: string,
  tableType: string | undefined,
  unread: readonly Attribute[],
): readonly string[] {
  const ofType = TABLE_TYPE_NOTICES.get(tableType);
  const names = unread.map(({ name, type }) => `${name} (${type || 'of no known type'})`);
  return [
    ...(ofType === undefined ? [] : [`${table} ${ofType}.`]),
    ...(names.length === 0
      ? []
      : [`Columns of ${table} without one plain value are not read: ${names.join(', ')}.`]),
  ];
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

/** Columns that hold a day. Those of the other behaviours hold a point in time, or a time on the wall (DateTimeBehavior). */
function dateOnlyColumns(datetimes: unknown): ReadonlySet<string> {
  const dateOnly = itemsOf(datetimes, 'columns').filter(
    (item) => textAt(valueAt(item, 'DateTimeBehavior'), 'Value') === 'DateOnly',
  );
  return new Set(dateOnly.map((item) => textAt(item, 'LogicalName') ?? ''));
}

/** The objects under `value` of an answer. */
export function itemsOf(body: unknown, what: string): readonly unknown[] {
  const items = valueAt(body, 'value');
  if (Array.isArray(items)) return items;
  throw unexpected(`the answer has no list of ${what}`);
}
