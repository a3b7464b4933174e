import { type Partition, type ReadRequest, SourceError } from '../source.ts';
import type { DatabaseColumn, DatabaseSession, DatabaseTable, Dialect } from './dialect.ts';
import { rangesOf } from './key-ranges.ts';
import { timeRangeOf } from './window-bounds.ts';

/** The rows that a request asks for: `FROM …`, and the columns of them. */
export interface RowQuery {
  readonly table: DatabaseTable;
  readonly columns: readonly DatabaseColumn[];
  readonly conditions: readonly string[];
}

/** Checks a request against the table as it is. */
export function rowQueryOf(dialect: Dialect, table: DatabaseTable, request: ReadRequest): RowQuery {
  const columns = request.columns.map(
    (name) =>
      table.columns.get(name) ??
      invalid(
        'NO_SUCH_COLUMN',
        `columns: ${request.table} has no column ${JSON.stringify(name)} that can be read`,
      ),
  );
  const { window } = request;
  if (window === undefined) return { table, columns, conditions: [] };
  const delta = table.columns.get(window.column);
  if (delta === undefined)
    invalid('NO_SUCH_COLUMN', `deltaColumn: ${request.table} has no column ${JSON.stringify(window.column)}`);
  if (delta.within === undefined)
    invalid(
      'NOT_A_TIME',
      `deltaColumn: ${window.column} of ${request.table} is ${delta.column.originalType}, which tells no point in time; name a timestamp, or read a view of ${dialect.name} that makes one of it`,
    );
  return { table, columns, conditions: [delta.within(timeRangeOf(window))] };
}

export function fromClause(
  dialect: Dialect,
  { table, conditions }: Pick<RowQuery, 'table' | 'conditions'>,
): string {
  const { schema, table: name } = table.path;
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `FROM ${dialect.quoteName(schema)}.${dialect.quoteName(name)}${where}`;
}

/**
 * Splits a read of many rows into ranges of the table's key, each a query of its own, to be read and repeated alone.
 *
 * Each range is seen as it stands when it is read, so a row that moves from one to another in between could be missed or
 * read twice. With a window none is: what changes after the window's end has a stamp beyond it, and leaves the window
 * for the next. Without a window nothing would tell, so a whole table is read by one query, from one snapshot.
 */
export async function planDatabaseRead(
  session: DatabaseSession,
  dialect: Dialect,
  query: RowQuery,
  rowsPerPartition: number,
): Promise<readonly Partition[]> {
  const from = (conditions: readonly string[]) => fromClause(dialect, { table: query.table, conditions });
  const whole = {
    id: 'rows',
    announcedRows: undefined,
    state: stateOf(dialect, query, from(query.conditions)),
  };
  const { rangeColumn } = query.table;
  if (query.conditions.length === 0 || rangeColumn === undefined) return [whole];
  const estimate = await dialect.estimate(session, `SELECT 1 ${from(query.conditions)}`);
  if (estimate <= rowsPerPartition) return [whole];
  const ranges = await rangesOf(session, dialect, from([]), rangeColumn, estimate, rowsPerPartition);
  return ranges.map((range, index) => ({
    id: `range-${index + 1}`,
    announcedRows: undefined,
    state: stateOf(dialect, query, from([...query.conditions, ...range])),
  }));
}

function stateOf(dialect: Dialect, { columns }: RowQuery, from: string): Readonly<Record<string, unknown>> {
  return { ...dialect.textSelect(columns, from) };
}

function invalid(code: string, message: string): never {
  throw new SourceError('invalid', code, message);
}
