import type { TimeColumn } from './delta-columns.ts';
import type { DatabaseColumn, DatabaseTable, RangeColumn, TextRow } from './dialect.ts';

/** What a kind of database tells of a table in its catalog, in its own words. */
export interface CatalogTable {
  readonly path: DatabaseTable['path'];
  /** A row for each column, with its `name`, its `type` for people, and the `base` of that type. */
  readonly rows: readonly TextRow[];
  /** The columns of each key, the best key first. */
  readonly keys: readonly (readonly string[])[];
  /** By the base of the type of its first column, how a key is split into ranges. */
  readonly rangeKinds: ReadonlyMap<string, RangeColumn['kind']>;
  isReadable(row: TextRow): boolean;
  /** Undefined for a column that holds bytes. */
  columnOf(row: TextRow): DatabaseColumn | undefined;
  /** Of a column that holds points in time. */
  timeOf(row: TextRow): Omit<TimeColumn, 'name'>;
  isComputed(row: TextRow): boolean;
}

/** The table as it is read: its columns that can be, and why the others cannot. */
export function readableTable(table: CatalogTable): DatabaseTable {
  const read = table.rows.map((row) => ({ row, column: readableColumn(table, row) }));
  const readable = read.flatMap(({ row, column }) => (typeof column === 'string' ? [] : [{ row, column }]));
  const columns = new Map(readable.map(({ column }) => [column.column.name, column]));
  const keyColumns = table.keys.find((names) => names.every((name) => columns.has(name))) ?? [];
  const first = readable.find(({ column }) => column.column.name === keyColumns[0]);
  const rangeKind = table.rangeKinds.get(first?.row.base ?? '');
  return {
    path: table.path,
    columns,
    keyColumns,
    rangeColumn: first && rangeKind && { name: first.column.column.name, kind: rangeKind },
    times: readable.flatMap(({ row, column }) =>
      column.within === undefined ? [] : [{ name: column.column.name, ...table.timeOf(row) }],
    ),
    computedColumns: readable
      .filter(({ row }) => table.isComputed(row))
      .map(({ column }) => column.column.name),
    unreadable: read.flatMap(({ column }) => (typeof column === 'string' ? [column] : [])),
  };
}

/** The column, or why it cannot be read. */
function readableColumn(table: CatalogTable, row: TextRow): DatabaseColumn | string {
  if (!table.isReadable(row)) return `${row.name} is left out: the user may not select it`;
  return table.columnOf(row) ?? `${row.name} is left out: ${row.type} holds bytes, not text`;
}
