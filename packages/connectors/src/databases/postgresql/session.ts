import type { ConnectionOptions } from 'node:tls';
import { Client, type ClientConfig } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { OutboundClient } from '../../outbound/client.ts';
import type { GuardedSocket } from '../../outbound/guarded-socket.ts';
import type { DatabaseParams } from '../database-params.ts';
import type { DatabaseSession, StagedText, TextRow, TextSelect } from '../dialect.ts';
import { type Connected, connectGuarded } from '../guarded-connection.ts';
import { zoneNamed } from '../time-zone.ts';
import { NO_TLS } from './errors.ts';

/** How long it may take to stop what runs at the server, in milliseconds. */
const CANCEL_TIMEOUT_MS = 5_000;

/**
 * One transaction, so that a pooler between us and the server keeps to one server connection, and the settings end with
 * it. It reads only, at a level that standbys have and that fails for nobody's writing, waits for no lock longer than a minute,
 * and writes values in the forms that are read.
 */
const BEGIN = [
  'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY',
  `SELECT current_setting('TimeZone') AS zone, pg_backend_pid() AS pid`,
  `SET LOCAL TimeZone = 'UTC'`,
  `SET LOCAL DateStyle = 'ISO'`,
  `SET LOCAL IntervalStyle = 'iso_8601'`,
  'SET LOCAL extra_float_digits = 3',
  'SET LOCAL standard_conforming_strings = on',
  `SET LOCAL lock_timeout = '60s'`,
  'SET LOCAL statement_timeout = 0',
  'SET LOCAL idle_in_transaction_session_timeout = 0',
  // PostgreSQL 17 and later.
  `SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'`,
].join('; ');

/** Connects, encrypted as the parameters say, and begins a transaction. */
export async function openPostgresSession(
  params: DatabaseParams,
  outbound: OutboundClient,
): Promise<DatabaseSession> {
  const { connection: client, socket } = await connect(params, outbound);
  try {
    const [, began] = await queries(client, BEGIN);
    const { zone, pid } = began?.[0] ?? {};
    return new PostgresSession(client, socket, params, outbound, zone ?? 'UTC', pid ?? '0');
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

class PostgresSession implements DatabaseSession {
  readonly zone: string;
  readonly #client: Client;
  readonly #socket: GuardedSocket;
  readonly #params: DatabaseParams;
  readonly #outbound: OutboundClient;
  readonly #pid: string;
  #abandoned: Promise<void> | undefined;

  constructor(
    client: Client,
    socket: GuardedSocket,
    params: DatabaseParams,
    outbound: OutboundClient,
    zone: string,
    pid: string,
  ) {
    this.#client = client;
    this.#socket = socket;
    this.#params = params;
    this.#outbound = outbound;
    this.zone = zoneNamed(params.timeZone ?? zone);
    this.#pid = pid;
  }

  async rows(sql: string): Promise<readonly TextRow[]> {
    const [rows = []] = await queries(this.#client, sql);
    return rows;
  }

  text({ sql }: TextSelect): StagedText {
    const client = this.#client;
    const stream = client.query(copyTo(sql));
    // It may break before anybody reads it: that must be kept for the reader, and end nothing else.
    stream.on('error', (error) => stream.destroy(error));
    let rows: number | undefined;
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* stream;
      // The server says how many rows there were after the last of them; this comes after that.
      await client.query('SELECT 1');
      rows = stream.rowCount;
    }
    return { body: body(), stream, rows: () => rows };
  }

  async end(): Promise<void> {
    try {
      await this.#client.query('COMMIT');
      await this.#client.end();
    } catch {
      this.#socket.destroy();
    }
  }

  abandon(): Promise<void> {
    this.#abandoned ??= this.#cancel().finally(() => this.#socket.destroy());
    return this.#abandoned;
  }

  /** A server that writes to a client which is gone notices; one that still looks for the first row does not. */
  async #cancel(): Promise<void> {
    if (this.#socket.destroyed) return;
    try {
      const { connection: client, socket } = await connect(this.#params, this.#outbound, CANCEL_TIMEOUT_MS);
      await client.query(`SELECT pg_cancel_backend(${this.#pid})`).finally(() => socket.destroy());
    } catch {
      // It is stopped once it writes.
    }
  }
}

function connect(
  params: DatabaseParams,
  outbound: OutboundClient,
  timeoutMs = outbound.connectTimeoutMs,
): Promise<Connected<Client>> {
  return connectGuarded(
    params,
    outbound,
    (socket, encrypted) => connectedClient(params, socket, timeoutMs, encrypted),
    (error) => error instanceof Error && error.message === NO_TLS,
  );
}

async function connectedClient(
  params: DatabaseParams,
  socket: GuardedSocket,
  timeoutMs: number,
  encrypted: boolean,
): Promise<Client> {
  const config: ClientConfig = {
    host: params.host,
    port: params.port,
    user: params.user,
    password: params.password,
    database: params.database,
    application_name: 'tributary',
    connectionTimeoutMillis: timeoutMs,
    ssl: encrypted ? tlsOptions(params) : false,
    stream: () => socket,
    // All values stay the texts that the server wrote.
    types: { getTypeParser: () => (text: string) => text },
  };
  const client = new Client(config);
  // What breaks is told by the query under way; a connection that nothing runs on may break unheard.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function tlsOptions({ tls, caCertificate }: DatabaseParams): ConnectionOptions {
  const verifies = tls === 'verify-ca' || tls === 'verify-full';
  return {
    rejectUnauthorized: verifies,
    ...(caCertificate === undefined ? {} : { ca: caCertificate }),
    ...(tls === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  };
}

/** The rows of each statement of a text. */
async function queries(client: Client, sql: string): Promise<readonly (readonly TextRow[])[]> {
  // A text of several statements answers with a list, which the types do not tell.
  const answer: unknown = await client.query<Record<string, string | null>>(sql);
  const results = Array.isArray(answer) ? answer : [answer];
  return results.map((result: { rows: TextRow[] }) => result.rows);
}
