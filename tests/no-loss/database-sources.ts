import {
  canRunMariadb,
  startTestMariadb,
} from '../../packages/connectors/src/databases/mysql/test-database.test-kit.ts';
import {
  canRunPostgresql,
  startTestPostgresql,
} from '../../packages/connectors/src/databases/postgresql/test-database.test-kit.ts';
import { TcpProxy } from '../../packages/connectors/src/databases/tcp-proxy.test-kit.ts';
import type { TestDatabase } from '../../packages/connectors/src/databases/test-database.test-kit.ts';
import type { LossySource } from './lossy-source.ts';

/** CRMToAEP, which the platform documents for databases too. */
const CRM_TO_AEP = '14518937-270c-4525-bdec-c2ba7cce3860';
/** Far within the rows, and far beyond what describing the table takes. */
const MID_ROWS = 100_000;

interface DatabaseWords {
  readonly name: string;
  readonly canRun: boolean;
  start(): Promise<TestDatabase>;
  readonly connectionSpecId: string;
  readonly database: string;
  readonly stamp: string;
  readonly numbers: string;
}

function databaseSource(words: DatabaseWords): LossySource {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let changes = 0;
  const calm = async () => void proxy.faults.splice(0);
  return {
    name: words.name,
    mode: 'mirror',
    async start() {
      if (!words.canRun) return false;
      database = await words.start();
      proxy = await TcpProxy.start(database.port);
      await database.run(
        `CREATE TABLE customer (id VARCHAR(20) PRIMARY KEY, last_name VARCHAR(200), note VARCHAR(20), pad VARCHAR(500), updated_at ${words.stamp})`,
      );
      await database.run(
        `INSERT INTO customer (id, last_name, pad) SELECT CONCAT('c', n), CASE WHEN n % 9 > 0 THEN CONCAT('Name, "', n, '"') END, REPEAT('x', 400) FROM ${words.numbers}`,
      );
      return true;
    },
    async stop() {
      await proxy?.close();
      await database?.dispose();
    },
    walk: () => ({
      crm: {
        connectionSpecId: words.connectionSpecId,
        auth: {
          specName: 'Basic Authentication',
          params: {
            server: '127.0.0.1',
            port: proxy.port,
            database: words.database,
            username: database.reader.user,
            password: database.reader.password,
            sslMode: 'Disable',
          },
        },
        table: `${database.schema}.customer`,
        deltaColumn: 'updated_at',
        flowSpecId: CRM_TO_AEP,
        columnNames: { first_name: '', last_name: '', email: '' },
      },
      mappings: [
        ['id', '_id'],
        ['last_name', 'person.name.lastName'],
        ['pad', 'person.name.middleName'],
      ],
      mode: 'mirror',
    }),
    async rows() {
      const rows = await database.run('SELECT id, last_name FROM customer');
      return rows.map(({ id, last_name: text }) => [String(id), text === null ? null : String(text)]);
    },
    async change() {
      changes += 1;
      await database.run(`UPDATE customer SET last_name = 'Changed ${changes}' WHERE id LIKE '%${changes}'`);
      await database.run(`INSERT INTO customer (id, last_name) VALUES ('new${changes}', 'New')`);
      await database.run(`DELETE FROM customer WHERE id LIKE 'c${changes}3%'`);
    },
    troubles: [
      {
        name: 'the connection is reset in mid-body',
        strike: async () =>
          void proxy.faults.push(
            { kind: 'cut', afterBytes: MID_ROWS },
            { kind: 'cut', afterBytes: MID_ROWS },
          ),
        hasStruck: async () => proxy.faults.length === 0,
        calm,
      },
      {
        name: 'the server ends and starts again while the run goes on',
        async strike() {
          await database.halt();
          setTimeout(() => void database.resume(), 300);
        },
        hasStruck: async () => true,
        calm,
      },
      {
        name: 'columns come and go that no mapping reads',
        async strike() {
          await database.run('ALTER TABLE customer ADD COLUMN region VARCHAR(20)');
          await database.run('ALTER TABLE customer DROP COLUMN note');
        },
        hasStruck: async () => true,
        calm,
      },
    ],
  };
}

export const databaseSources: readonly LossySource[] = [
  databaseSource({
    name: 'PostgreSQL',
    canRun: canRunPostgresql,
    start: startTestPostgresql,
    connectionSpecId: '74a1c565-4e59-48d7-9d67-7c03b8a13137',
    database: 'postgres',
    stamp: 'timestamptz NOT NULL DEFAULT now()',
    numbers: 'generate_series(1, 1500) AS numbers (n)',
  }),
  databaseSource({
    name: 'MariaDB',
    canRun: canRunMariadb,
    start: startTestMariadb,
    connectionSpecId: '3000eb99-cd47-43f3-827c-43caf170f015',
    database: 'shop',
    stamp: 'TIMESTAMP(6) NOT NULL DEFAULT NOW(6) ON UPDATE NOW(6)',
    numbers: '(SELECT seq AS n FROM seq_1_to_1500) AS numbers',
  }),
];
