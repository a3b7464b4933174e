import { isIP } from 'node:net';
import { type Connection, type ConnectionOptions, createConnection, type QueryOptions } from 'mysql2';
import type { OutboundClient } from '../../outbound/client.ts';
import type { GuardedSocket } from '../../outbound/guarded-socket.ts';
import { SourceError } from '../../source.ts';
import type { DatabaseParams } from '../database-params.ts';
import {
  type DatabaseSession,
  QUOTE,
  quoteText,
  type StagedText,
  type TextRow,
  type TextSelect,
} from '../dialect.ts';
import { type Connected, connectGuarded } from '../guarded-connection.ts';
import { zoneNamed } from '../time-zone.ts';
import { RowStream } from './row-stream.ts';

/** How long it may take to stop what runs at the server, in milliseconds. */
const CANCEL_TIMEOUT_MS = 5_000;
/** How long the server waits for a reader that is held up, in seconds; a minute is its own rule. */
const WRITE_TIMEOUT_S = 600;
const LOCK_TIMEOUT_S = 60;
/** MySQL Reference Manual, Server System Variables: the greatest number that is possible. */
const NO_ROW_LIMIT = '18446744073709551615';

const NO_TLS = 'HANDSHAKE_NO_SSL_SUPPORT';

/** Connects, encrypted as the parameters say, and has the server write values in the forms that are read. */
export async function openMysqlSession(
  params: DatabaseParams,
  outbound: OutboundClient,
): Promise<DatabaseSession> {
  const connected = await connect(params, outbound);
  try {
    const [server] = await rowsOf(connected.connection, SERVER);
    await rowsOf(connected.connection, settingsOf(server?.version ?? ''));
    const zone = zoneNamed(params.timeZone ?? zoneOf(server ?? {}));
    if (params.timeZone !== undefined && zone !== 'UTC') await requireZone(connected.connection, zone);
    return new MysqlSession(connected, params, outbound, zone, server?.id ?? '0');
  } catch (error) {
    connected.socket.destroy();
    throw error;
  }
}

class MysqlSession implements DatabaseSession {
  readonly zone: string;
  readonly #connected: Connected<Connection>;
  readonly #params: DatabaseParams;
  readonly #outbound: OutboundClient;
  readonly #id: string;
  #abandoned: Promise<void> | undefined;

  constructor(
    connected: Connected<Connection>,
    params: DatabaseParams,
    outbound: OutboundClient,
    zone: string,
    id: string,
  ) {
    this.#connected = connected;
    this.#params = params;
    this.#outbound = outbound;
    this.zone = zone;
    this.#id = id;
  }

  rows(sql: string): Promise<readonly TextRow[]> {
    return rowsOf(this.#connected.connection, sql);
  }

  text({ sql, header }: TextSelect): StagedText {
    const { connection } = this.#connected;
    const query = connection.query({ sql, rowsAsArray: true, typeCast: false });
    const names = header.map((name) => `${QUOTE}${name.replaceAll(QUOTE, QUOTE + QUOTE)}${QUOTE}`);
    const stream = new RowStream(connection, query, names.join(','));
    // A connection that breaks tells itself, not the query.
    connection.on('error', (error) => stream.destroy(error));
    return { body: stream, stream, rows: () => stream.rowCount };
  }

  async end(): Promise<void> {
    await new Promise<void>((resolve) => this.#connected.connection.end(() => resolve()));
    this.#connected.socket.destroy();
  }

  abandon(): Promise<void> {
    this.#abandoned ??= this.#kill().finally(() => this.#connected.socket.destroy());
    return this.#abandoned;
  }

  /** A server that writes to a client which is gone notices; one that still looks for the first row does not. */
  async #kill(): Promise<void> {
    if (this.#connected.socket.destroyed) return;
    try {
      const { connection, socket } = await connect(this.#params, this.#outbound, CANCEL_TIMEOUT_MS);
      await rowsOf(connection, `KILL ${this.#id}`).finally(() => socket.destroy());
    } catch {
      // It is stopped once it writes.
    }
  }
}

function connect(
  params: DatabaseParams,
  outbound: OutboundClient,
  timeoutMs = outbound.connectTimeoutMs,
): Promise<Connected<Connection>> {
  return connectGuarded(
    params,
    outbound,
    (socket, encrypted) => standingConnection(params, socket, timeoutMs, encrypted),
    (error) => error instanceof Error && 'code' in error && error.code === NO_TLS,
  );
}

async function standingConnection(
  params: DatabaseParams,
  socket: GuardedSocket,
  timeoutMs: number,
  encrypted: boolean,
): Promise<Connection> {
  const options: ConnectionOptions = {
    host: params.host,
    port: params.port,
    user: params.user,
    password: params.password,
    database: params.database,
    charset: 'utf8mb4',
    connectTimeout: timeoutMs,
    stream: () => socket.connect(params.port, params.host),
    ...(encrypted ? { ssl: tlsOptions(params) } : {}),
  };
  const connection = createConnection(options);
  const standing = new Promise<void>((resolve, reject) => {
    connection.once('connect', () => resolve());
    connection.once('error', reject);
  });
  // What breaks is told by the query under way; a connection that nothing runs on may break unheard.
  connection.on('error', () => undefined);
  await standing;
  return connection;
}

function tlsOptions({ host, tls, caCertificate }: DatabaseParams): NonNullable<ConnectionOptions['ssl']> {
  // The client would hold the certificate against `localhost`.
  if (tls === 'verify-full' && isIP(host) !== 0)
    throw new SourceError(
      'refused',
      'NO_NAME_TO_VERIFY',
      'auth.params.server: VERIFY_IDENTITY needs the name of the server, not its address; give it, or take VERIFY_CA',
    );
  return {
    rejectUnauthorized: tls === 'verify-ca' || tls === 'verify-full',
    verifyIdentity: tls === 'verify-full',
    ...(caCertificate === undefined ? {} : { ca: caCertificate }),
  };
}

/** All values as the texts that the server wrote. */
function rowsOf(connection: Connection, sql: string): Promise<readonly TextRow[]> {
  const options: QueryOptions = { sql, typeCast: (field) => field.string() };
  return new Promise((resolve, reject) => {
    connection.query(options, (error, rows) => {
      if (error !== null) reject(error);
      // A statement without rows answers with an object.
      else resolve(Array.isArray(rows) ? (rows as TextRow[]) : []);
    });
  });
}

const SERVER = `
  SELECT VERSION() AS version, CONNECTION_ID() AS id, @@session.time_zone AS zone, @@system_time_zone AS system_zone`;

/**
 * A backslash is to mean itself in literals; a long read is to be cut off by no limit of a statement's time or rows, and to see
 * nothing that is not committed.
 */
function settingsOf(version: string): string {
  const isMariadb = /mariadb/i.test(version);
  const settings = {
    time_zone: `'+00:00'`,
    sql_mode: `'NO_BACKSLASH_ESCAPES'`,
    net_write_timeout: WRITE_TIMEOUT_S,
    lock_wait_timeout: LOCK_TIMEOUT_S,
    sql_select_limit: NO_ROW_LIMIT,
    sql_big_selects: 1,
    [isMariadb ? 'max_statement_time' : 'max_execution_time']: 0,
    [isMariadb ? 'tx_read_only' : 'transaction_read_only']: 1,
    [isMariadb ? 'tx_isolation' : 'transaction_isolation']: `'REPEATABLE-READ'`,
  };
  return `SET SESSION ${Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')}`;
}

function zoneOf({ zone, system_zone: systemZone }: TextRow): string {
  return zone === 'SYSTEM' && zoneNamed(systemZone ?? '') === 'UTC' ? 'UTC' : (zone ?? 'UTC');
}

/** Names of zones are known to a server only where its tables of them have been filled. */
async function requireZone(connection: Connection, zone: string): Promise<void> {
  const sql = `SELECT CONVERT_TZ('2020-01-01', ${quoteText(zone)}, '+00:00') AS time`;
  const [row] = await rowsOf(connection, sql);
  if (typeof row?.time === 'string') return;
  throw new SourceError(
    'refused',
    'UNKNOWN_ZONE',
    `auth.params.timeZone: the server does not know ${zone}; fill its tables of time zones (mysql_tzinfo_to_sql), or give an offset such as +01:00`,
  );
}
