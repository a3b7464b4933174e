import { hasMariadb, MariadbServer, READER } from '../mariadb-server.test-kit.ts';
import { impatientClient, type TestDatabase } from '../test-database.test-kit.ts';
import { createMysqlSource } from './source.ts';

export const canRunMariadb = hasMariadb() || Boolean(process.env.CI);

export async function startTestMariadb(settings: readonly string[] = []): Promise<TestDatabase> {
  const server = await MariadbServer.start(settings);
  return {
    port: server.port,
    caCertificate: server.caCertificate,
    schema: 'shop',
    reader: READER,
    run: (sql) => server.run(sql),
    async transaction() {
      const connection = await server.connect();
      await connection.query('START TRANSACTION');
      return {
        run: async (sql) => void (await connection.query(sql)),
        async commit() {
          await connection.query('COMMIT');
          await connection.end();
        },
      };
    },
    source: (params = {}, options = {}) =>
      createMysqlSource(
        'Basic Authentication',
        {
          ...{ server: '127.0.0.1', port: server.port, database: 'shop' },
          ...{ username: READER.user, password: READER.password, ...params },
        },
        { outbound: impatientClient(), ...options },
      ),
    async connections() {
      const sql = `SELECT COUNT(*) AS total FROM information_schema.PROCESSLIST WHERE USER = '${READER.user}'`;
      return Number((await server.run(sql))[0]?.total);
    },
    async terminate() {
      const sql = `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = '${READER.user}'`;
      for (const { id } of await server.run(sql)) await server.run(`KILL ${id}`).catch(unlessGone);
    },
    halt: () => server.halt(),
    resume: () => server.resume(),
    dispose: () => server.dispose(),
  };
}

/** A connection may take leave by itself between being listed and being ended. */
function unlessGone(error: { readonly errno?: number }): void {
  if (error.errno !== NO_SUCH_THREAD) throw error;
}

const NO_SUCH_THREAD = 1094;
