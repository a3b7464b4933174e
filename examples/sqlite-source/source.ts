import type { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import {
  type Partition,
  parseAuthParams,
  type ReadRequest,
  type Source,
  type SourceDefinition,
  SourceError,
  tableConnectionSpec,
} from '@tributary/connectors';
import { type Column, columnsOf, jsonOf, momentOf, quoteName } from './columns.ts';
import { SqliteFile } from './sqlite-file.ts';

const PAGE_ROWS = 5_000;
const BEGINNING = String(-(2n ** 63n));

export const source: SourceDefinition = {
  connectionSpec: tableConnectionSpec({
    id: '5c0b6f0e-6f0c-4f0c-9a55-5d1e3a0f2c11',
    name: 'sqlite',
    connectorName: 'SQLite',
    description: 'Tables of a SQLite file on the server',
    category: 'Databases',
    auth: {
      'Database File': {
        required: ['file'],
        properties: { file: { type: 'string', description: 'Path of the file, such as /srv/shop.db' } },
      },
    },
  }),
  create(authSpecName, params, options) {
    const path = parseAuthParams({ 'Database File': (given) => given.text('file') }, authSpecName, params);
    return sqliteSource(new SqliteFile(path, options?.files?.roots ?? []));
  },
};

/** A source over the tables of one file. Pages are JSON that SQLite itself makes: no row is touched on its way. */
export function sqliteSource(file: SqliteFile, pageRows = PAGE_ROWS): Source {
  return {
    check: (signal) =>
      file.with(signal, (database) => void database.prepare('SELECT 1 FROM sqlite_schema').get()),

    explore: (_folder, signal) =>
      file.with(signal, (database) =>
        database
          .prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr = 0 AND name NOT GLOB 'sqlite_*'",
          )
          .all()
          .map(({ name }) => String(name))
          .map((name) => ({ name, path: name, canPreview: true, canFetchSchema: true })),
      ),

    describe: (table, signal) =>
      file.with(signal, (database) => {
        const { columns, keyColumns, notices } = columnsOf(database, table);
        const times = columns.filter(({ type }) => type === 'date-time').map(({ name }) => name);
        const deltaColumns = times.filter((name) => /updated|modified|changed/i.test(name));
        return { table, columns, keyColumns, deltaColumns, notices };
      }),

    preview: (table, limit, signal) =>
      file.with(signal, (database) => {
        const { columns } = columnsOf(database, table);
        return JSON.parse(pageOf(database, { table, columns, condition: 'TRUE' }, BEGINNING, limit).text);
      }),

    // Who writes to the file is on this machine.
    clock: async () => new Date(),

    // One file is read by one query after another; a source of a service would split the rows, and be read side by side.
    plan: (request, signal) =>
      file.with(signal, (database) => {
        queryOf(database, request);
        return [
          { id: 'rows', announcedRows: undefined, state: { request: JSON.parse(JSON.stringify(request)) } },
        ];
      }),

    count: (request, signal) =>
      file.with(signal, (database) => {
        const { table, condition } = queryOf(database, request);
        const sql = `SELECT count(*) AS total FROM ${quoteName(table)} WHERE ${condition}`;
        return Number(database.prepare(sql).get()?.total);
      }),

    async read(partition, sink, signal) {
      const request = requestOf(partition);
      let next = sink.resumeFrom;
      do {
        const from = next ?? BEGINNING;
        const page = await file.with(signal, (database) =>
          pageOf(database, queryOf(database, request), from, pageRows),
        );
        next = page.rows < pageRows ? undefined : page.last;
        const body = Readable.from([Buffer.from(page.text)]);
        await sink.stage({ format: { kind: 'json-array' }, rows: page.rows, body, next });
      } while (next !== undefined);
      signal?.throwIfAborted();
    },
  };
}

interface Query {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly condition: string;
}

/** What a request asks for, held against the table as it is now. */
function queryOf(database: DatabaseSync, { table, columns: names, window }: ReadRequest): Query {
  const { columns } = columnsOf(database, table);
  const columnOf = (name: string): Column =>
    columns.find((column) => column.name === name) ?? refuse(`columns: ${table} has no column ${name}`);
  const query = { table, columns: names.map(columnOf), condition: 'TRUE' };
  if (window === undefined) return query;
  const { name, type } = columnOf(window.column);
  if (type !== 'date-time') refuse(`deltaColumn: ${name} of ${table} holds no time`);
  const stamp = momentOf(quoteName(name));
  const [after, upTo] = [window.after, window.upTo].map((bound) => bound && new Date(bound).toISOString());
  const isBefore = `${stamp} <= '${upTo}'`;
  const condition =
    after === undefined ? `${stamp} IS NULL OR ${isBefore}` : `${stamp} > '${after}' AND ${isBefore}`;
  return { ...query, condition: `(${condition})` };
}

/** The next rows in the order of their row ids, after one of them: it is where the page after them begins. */
function pageOf(database: DatabaseSync, { table, columns, condition }: Query, after: string, limit: number) {
  const sql = `SELECT count(*) AS rows, CAST(max(at) AS TEXT) AS last, json_group_array(json(object)) AS text FROM (
      SELECT _rowid_ AS at, ${jsonOf(columns)} AS object FROM ${quoteName(table)}
      WHERE _rowid_ > CAST(? AS INTEGER) AND ${condition} ORDER BY _rowid_ LIMIT ?)`;
  const row = database.prepare(sql).get(after, limit);
  return { rows: Number(row?.rows), last: String(row?.last), text: String(row?.text) };
}

/** A partition may have been stored by another version of this source: then it must be planned anew. */
function requestOf({ state }: Partition): ReadRequest {
  const { request } = state;
  if (typeof request === 'object' && request !== null && 'table' in request) return request as ReadRequest;
  throw new SourceError('expired', 'UNKNOWN_PARTITION', 'The partition was planned by another version');
}

function refuse(message: string): never {
  throw new SourceError('invalid', 'INVALID_REQUEST', message);
}
