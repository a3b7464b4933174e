import { PostgresqlServer, postgresqlPrograms, READER } from '../postgresql-server.test-kit.ts';
import { impatientClient, type TestDatabase } from '../test-database.test-kit.ts';
import { createPostgresqlSource } from './source.ts';

const programs = postgresqlPrograms();
export const canRunPostgresql = programs !== undefined || Boolean(process.env.CI);

export async function startTestPostgresql(settings: readonly string[] = []): Promise<TestDatabase> {
  const server = await PostgresqlServer.start(programs ?? '', settings);
  return {
    port: server.port,
    caCertificate: server.caCertificate,
    schema: 'public',
    reader: READER,
    run: (sql) => server.run(sql),
    async transaction() {
      const client = await server.connect();
      await client.query('BEGIN');
      return {
        run: async (sql) => void (await client.query(sql)),
        async commit() {
          await client.query('COMMIT');
          await client.end();
        },
      };
    },
    source: (params = {}, options = {}) =>
      createPostgresqlSource(
        'Basic Authentication',
        {
          ...{ server: '127.0.0.1', port: server.port, database: 'postgres' },
          ...{ username: READER.user, password: READER.password, ...params },
        },
        { outbound: impatientClient(), ...options },
      ),
    async connections() {
      const sql = `SELECT count(*) AS total FROM pg_stat_activity WHERE usename = '${READER.user}'`;
      return Number((await server.run(sql))[0]?.total);
    },
    async terminate() {
      await server.run(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${READER.user}'`,
      );
    },
    halt: () => server.halt(),
    resume: () => server.resume(),
    dispose: () => server.dispose(),
  };
}
