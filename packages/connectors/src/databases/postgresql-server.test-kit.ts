import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort, ServerProgram } from './server-program.test-kit.ts';

/** Where Debian's packages put `initdb` and `postgres`. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** The folder of PostgreSQL's server programs; undefined where they are not installed. */
export function postgresqlPrograms(): string | undefined {
  if (!existsSync(DEBIAN_FOLDER)) return undefined;
  return readdirSync(DEBIAN_FOLDER)
    .map((version) => join(DEBIAN_FOLDER, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb')));
}

export const READER = { user: 'reader', password: `rea'd;er"pw` };

/** A PostgreSQL server of one's own, on a port of the loopback address, that asks for passwords. */
export class PostgresqlServer {
  readonly port: number;
  /** The server's certificate, in PEM, which has signed itself. */
  readonly caCertificate: string;
  readonly #program: ServerProgram;
  readonly #programs: string;
  readonly #settings: readonly string[];
  #client: Client | undefined;

  private constructor(program: ServerProgram, programs: string, port: number, settings: readonly string[]) {
    this.#program = program;
    this.#programs = programs;
    this.port = port;
    const { key, certificate } = program.makeCertificate();
    this.caCertificate = readFileSync(certificate, 'utf8');
    this.#settings = ['ssl=on', `ssl_key_file=${key}`, `ssl_cert_file=${certificate}`, ...settings];
  }

  static async start(programs: string, settings: readonly string[] = []): Promise<PostgresqlServer> {
    const server = new PostgresqlServer(new ServerProgram('postgres'), programs, await freePort(), settings);
    const superuserPassword = join(server.#program.folder, 'superuser');
    writeFileSync(superuserPassword, ADMIN.password, { mode: 0o644 });
    server.#program.run(join(programs, 'initdb'), [
      ...['-D', server.#data, '-U', ADMIN.user, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
      ...['--auth=scram-sha-256', `--pwfile=${superuserPassword}`],
    ]);
    await server.resume();
    await server.run(`CREATE ROLE ${READER.user} LOGIN PASSWORD '${READER.password.replaceAll("'", "''")}'`);
    await server.run(`GRANT pg_read_all_data TO ${READER.user}`);
    return server;
  }

  /** Starts a standby, which replays what is committed here. */
  async startStandby(): Promise<PostgresqlServer> {
    const program = new ServerProgram('postgres');
    const standby = new PostgresqlServer(program, this.#programs, await freePort(), this.#settings);
    const primary = `host=127.0.0.1 port=${this.port} user=${ADMIN.user} password=${ADMIN.password}`;
    standby.#program.run(join(this.#programs, 'pg_basebackup'), [
      ...['-d', primary, '-D', standby.#data, '--write-recovery-conf', '--checkpoint=fast', '--no-sync'],
    ]);
    await standby.resume();
    return standby;
  }

  /** Runs SQL as the superuser, on one connection. */
  async run(sql: string): Promise<Record<string, string | null>[]> {
    this.#client ??= await this.connect();
    return (await this.#client.query(sql)).rows;
  }

  /** A further connection of the superuser, in UTC. */
  async connect(): Promise<Client> {
    const client = new Client({
      ...{ host: '127.0.0.1', port: this.port, database: 'postgres', ...ADMIN },
      options: '-c TimeZone=UTC',
      types: { getTypeParser: () => (text: string) => text },
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Starts the server again. */
  async resume(): Promise<void> {
    const settings = [
      ...['listen_addresses=127.0.0.1', `port=${this.port}`, 'unix_socket_directories=', 'fsync=off'],
      ...this.#settings,
    ];
    const args = ['-D', this.#data, ...settings.flatMap((setting) => ['-c', setting])];
    await this.#program.start(join(this.#programs, 'postgres'), args, 'database system is ready to accept');
  }

  /** Ends the server and every connection to it. */
  async halt(): Promise<void> {
    await this.#client?.end().catch(() => undefined);
    this.#client = undefined;
    await this.#program.end('SIGINT');
  }

  async dispose(): Promise<void> {
    await this.halt();
    this.#program.remove();
  }

  get #data(): string {
    return join(this.#program.folder, 'data');
  }
}

const ADMIN = { user: 'admin', password: 'admin-password' };
