import { OutboundClient } from '../outbound/client.ts';
import {
  type Partition,
  type ReadRequest,
  type Sink,
  type Source,
  SourceError,
  type TableDescription,
  type TableListing,
} from '../source.ts';
import type { DatabaseParams } from './database-params.ts';
import { deltaColumnsOf, deltaNotices } from './delta-columns.ts';
import type { DatabaseSession, DatabaseTable, Dialect } from './dialect.ts';
import { fromClause, planDatabaseRead, rowQueryOf } from './plan.ts';
import { previewValue } from './preview-value.ts';
import { readDatabasePartition } from './read.ts';
import { formatTablePath, parseTablePath } from './table-path.ts';
import { withSession } from './with-session.ts';

export interface DatabaseOptions {
  readonly outbound?: OutboundClient;
  /** Windows of more rows are split into ranges. */
  readonly rowsPerPartition?: number;
  /** How often one partition is begun whose connection breaks. */
  readonly pageAttempts?: number;
}

const ROWS_PER_PARTITION = 500_000;
const PAGE_ATTEMPTS = 5;

/** A source over one database. Every call has a connection of its own, and none is kept. */
export function createDatabaseSource(
  dialect: Dialect,
  params: DatabaseParams,
  options: DatabaseOptions = {},
): Source {
  const {
    outbound = new OutboundClient(),
    rowsPerPartition = ROWS_PER_PARTITION,
    pageAttempts = PAGE_ATTEMPTS,
  } = options;
  const database = { dialect, params, outbound };
  return {
    check: (signal?: AbortSignal) =>
      withSession(database, signal, async (session) => {
        await session.rows('SELECT 1');
      }),
    explore: (_folder?: string, signal?: AbortSignal) =>
      withSession(database, signal, (session) => listTables(dialect, session)),
    describe: (table: string, signal?: AbortSignal) =>
      withSession(database, signal, async (session) =>
        descriptionOf(table, await describe(dialect, session, table), session.zone),
      ),
    preview: (table: string, limit: number, signal?: AbortSignal) =>
      withSession(database, signal, async (session) =>
        preview(dialect, session, await describe(dialect, session, table), limit),
      ),
    clock: (signal?: AbortSignal) => withSession(database, signal, (session) => readClock(dialect, session)),
    plan: (request: ReadRequest, signal?: AbortSignal) =>
      withSession(database, signal, async (session) => {
        const query = rowQueryOf(dialect, await describe(dialect, session, request.table), request);
        return planDatabaseRead(session, dialect, query, rowsPerPartition);
      }),
    count: (request: ReadRequest, signal?: AbortSignal) =>
      withSession(database, signal, async (session) => {
        const query = rowQueryOf(dialect, await describe(dialect, session, request.table), request);
        const [row] = await session.rows(`SELECT count(*) AS total ${fromClause(dialect, query)}`);
        return Number(row?.total);
      }),
    read: (partition: Partition, sink: Sink, signal?: AbortSignal) =>
      readDatabasePartition(database, partition, sink, pageAttempts, signal),
  };
}

async function listTables(dialect: Dialect, session: DatabaseSession): Promise<readonly TableListing[]> {
  const rows = await session.rows(dialect.tablesQuery);
  return rows.map(({ schema, table }) => ({
    name: table ?? '',
    path: formatTablePath(schema ?? '', table ?? ''),
    canPreview: true,
    canFetchSchema: true,
  }));
}

async function readClock(dialect: Dialect, session: DatabaseSession): Promise<Date> {
  const [row] = await session.rows(dialect.clockQuery);
  const milliseconds = Number(row?.milliseconds ?? Number.NaN);
  if (Number.isFinite(milliseconds)) return new Date(milliseconds);
  throw new SourceError('busy', 'NO_CLOCK', `${dialect.name}: the server does not tell its time`);
}

async function describe(dialect: Dialect, session: DatabaseSession, table: string): Promise<DatabaseTable> {
  const path = parseTablePath(table);
  const described = path && (await dialect.describe(session, path));
  if (described !== undefined && described.columns.size === 0)
    throw new SourceError('invalid', 'NO_COLUMNS', `table: ${table} has no column that can be read`);
  if (described !== undefined) return described;
  throw new SourceError(
    'invalid',
    'NO_SUCH_TABLE',
    `table: ${dialect.name} has no table ${JSON.stringify(table)}, or its user may not read it; a path is schema.table, each in double quotes where it holds a dot`,
  );
}

function descriptionOf(table: string, described: DatabaseTable, zone: string): TableDescription {
  const { columns, keyColumns, times, computedColumns, unreadable } = described;
  const notices = [...unreadable, ...deltaNotices(times, zone)];
  return {
    table,
    columns: [...columns.values()].map(({ column }) => column),
    keyColumns,
    deltaColumns: deltaColumnsOf(times),
    ...(computedColumns.length === 0 ? {} : { computedColumns }),
    ...(notices.length === 0 ? {} : { notices }),
  };
}

async function preview(
  dialect: Dialect,
  session: DatabaseSession,
  table: DatabaseTable,
  limit: number,
): Promise<readonly Record<string, unknown>[]> {
  const columns = [...table.columns.values()];
  const selected = columns.map(({ column, text }) => `${text} AS ${dialect.quoteName(column.name)}`);
  const rows = await session.rows(
    `SELECT ${selected.join(', ')} ${fromClause(dialect, { table, conditions: [] })} LIMIT ${Math.max(0, Math.floor(limit))}`,
  );
  return rows.map((row) =>
    Object.fromEntries(
      columns.map(({ column }) => [column.name, previewValue(column.type, row[column.name] ?? null)]),
    ),
  );
}
