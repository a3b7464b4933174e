import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { freePort, ServerProgram } from './server-program.test-kit.ts';

const SERVER = '/usr/sbin/mariadbd';
const INSTALL = '/usr/bin/mariadb-install-db';

/** Whether MariaDB's programs are installed where Debian's packages put them. */
export function hasMariadb(): boolean {
  return existsSync(SERVER) && existsSync(INSTALL);
}

export const READER = { user: 'reader', password: `rea'd;er"pw\\` };

/** A MariaDB server of one's own, on a port of the loopback address. */
export class MariadbServer {
  readonly port: number;
  /** The server's certificate, in PEM, which has signed itself. */
  readonly caCertificate: string;
  readonly #program = new ServerProgram('mysql');
  readonly #settings: readonly string[];
  #connection: Connection | undefined;

  private constructor(port: number, settings: readonly string[]) {
    this.port = port;
    const { key, certificate } = this.#program.makeCertificate();
    this.caCertificate = readFileSync(certificate, 'utf8');
    this.#settings = [`--ssl-key=${key}`, `--ssl-cert=${certificate}`, ...settings];
  }

  static async start(settings: readonly string[] = []): Promise<MariadbServer> {
    const server = new MariadbServer(await freePort(), settings);
    server.#program.run(INSTALL, [
      ...['--no-defaults', `--datadir=${server.#data}`, '--auth-root-authentication-method=normal'],
      ...['--skip-test-db', '--skip-name-resolve', '--innodb-log-file-size=4M', '--debug-no-sync'],
    ]);
    await server.resume();
    await server.run(
      `CREATE USER ${READER.user}@'%' IDENTIFIED BY '${READER.password.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`,
    );
    await server.run(`GRANT SELECT ON *.* TO ${READER.user}@'%'`);
    return server;
  }

  /** Runs SQL as the administrator, on one connection in the database `shop`, in UTC. */
  async run(sql: string): Promise<Record<string, unknown>[]> {
    this.#connection ??= await this.connect();
    const [rows] = await this.#connection.query(sql);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  }

  /** A further connection of the administrator, in UTC. */
  async connect(): Promise<Connection> {
    const connection = await createConnection({
      ...{ host: '127.0.0.1', port: this.port, user: 'root', charset: 'utf8mb4', dateStrings: true },
    });
    connection.on('error', () => undefined);
    await connection.query('CREATE DATABASE IF NOT EXISTS shop');
    await connection.query('USE shop');
    await connection.query(`SET time_zone = '+00:00'`);
    return connection;
  }

  /** Starts the server again. */
  async resume(): Promise<void> {
    const args = [
      ...['--no-defaults', `--datadir=${this.#data}`, '--bind-address=127.0.0.1', `--port=${this.port}`],
      ...[`--socket=${join(this.#program.folder, 'socket')}`, '--skip-name-resolve', '--skip-log-bin'],
      ...['--innodb-log-file-size=4M', '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=64M'],
      ...['--innodb-fast-shutdown=2', '--debug-no-sync', '--character-set-server=utf8mb4', ...this.#settings],
    ];
    await this.#program.start(SERVER, args, 'ready for connections');
  }

  /** Ends the server and every connection to it. */
  async halt(): Promise<void> {
    this.#connection?.destroy();
    this.#connection = undefined;
    await this.#program.end('SIGTERM');
  }

  async dispose(): Promise<void> {
    await this.halt();
    this.#program.remove();
  }

  get #data(): string {
    return join(this.#program.folder, 'data');
  }
}
