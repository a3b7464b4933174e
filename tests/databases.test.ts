import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  canRunMariadb,
  startTestMariadb,
} from '../packages/connectors/src/databases/mysql/test-database.test-kit.ts';
import {
  canRunPostgresql,
  startTestPostgresql,
} from '../packages/connectors/src/databases/postgresql/test-database.test-kit.ts';
import { TcpProxy } from '../packages/connectors/src/databases/tcp-proxy.test-kit.ts';
import type { TestDatabase } from '../packages/connectors/src/databases/test-database.test-kit.ts';
import { landedRows, landings } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { type Crm, type Walk, walkTutorial } from './tutorial.ts';

/** CRMToAEP, which the platform documents for databases too. */
const CRM_TO_AEP = '14518937-270c-4525-bdec-c2ba7cce3860';
const CONTACTS = 3_000;
const server = new ServerUnderTest({ TRIBUTARY_LOG: 'off' });

beforeAll(() => server.start());
afterAll(() => server.dispose());

const mappings = [
  ['id', '_id'],
  ['first_name', 'person.name.firstName'],
  ['last_name', 'person.name.lastName'],
  ['email', 'personalEmail.address'],
] as const;

const kinds = [
  {
    name: 'PostgreSQL',
    canRun: canRunPostgresql,
    start: startTestPostgresql,
    connectionSpecId: '74a1c565-4e59-48d7-9d67-7c03b8a13137',
    stamp: 'timestamptz NOT NULL DEFAULT now()',
    numbers: `generate_series(1, ${CONTACTS}) AS numbers (n)`,
    changed: 'updated_at = now()',
    odd: String.raw`'line' || chr(10) || '"\N", 😀'`,
  },
  {
    name: 'MariaDB',
    canRun: canRunMariadb,
    start: startTestMariadb,
    connectionSpecId: '3000eb99-cd47-43f3-827c-43caf170f015',
    stamp: 'TIMESTAMP(6) NOT NULL DEFAULT NOW(6) ON UPDATE NOW(6)',
    numbers: `(SELECT seq AS n FROM seq_1_to_${CONTACTS}) AS numbers`,
    changed: 'updated_at = NOW(6)',
    odd: String.raw`CONCAT('line', CHAR(10), '"\\N", 😀')`,
  },
];

describe.each(kinds)('$name', ({ name, canRun, start, connectionSpecId, stamp, numbers, changed, odd }) => {
  describe.skipIf(!canRun)(`a flow from it${canRun ? '' : ' (skipped: it is not installed)'}`, () => {
    let database: TestDatabase;
    let proxy: TcpProxy;
    let crm: Crm;
    const ended = new Map<string, number>();

    beforeAll(async () => {
      database = await start();
      proxy = await TcpProxy.start(database.port);
      await database.run(
        `CREATE TABLE contact (id VARCHAR(20) PRIMARY KEY, first_name VARCHAR(200), last_name VARCHAR(200), email VARCHAR(200), updated_at ${stamp})`,
      );
      await database.run(
        `INSERT INTO contact (id, first_name, last_name, email)
         SELECT CONCAT('c', n), CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN ${odd} ELSE CONCAT('First ', n) END,
           CONCAT('Last, ', n), CASE WHEN n % 5 > 0 THEN CONCAT('user', n, '@example.com') END
         FROM ${numbers}`,
      );
      const { user, password } = database.reader;
      const quoted = `"${password.replaceAll('"', '""')}"`;
      const text = `Server=127.0.0.1;Port=${proxy.port};Database=${name === 'PostgreSQL' ? 'postgres' : 'shop'};UID=${user};Password=${quoted}`;
      crm = {
        connectionSpecId,
        auth: { specName: 'Connection String Based Authentication', params: { connectionString: text } },
        table: `${database.schema}.contact`,
        deltaColumn: 'updated_at',
        flowSpecId: CRM_TO_AEP,
        columnNames: { first_name: 'first_name', last_name: 'last_name', email: 'email' },
      };
    });
    afterAll(async () => {
      await proxy?.close();
      await database?.dispose();
    });

    async function runOf(walk: Walk, isFirst = false) {
      if (!isFirst) {
        const body = { flowId: walk.flowId };
        const answer = await server.call('POST', '/data/foundation/flowservice/runs', { body });
        expect(answer.status).toBe(201);
      }
      ended.set(walk.flowId, (ended.get(walk.flowId) ?? 0) + 1);
      const run = await server.runsEnded(walk.flowId, ended.get(walk.flowId) ?? 0);
      expect(run.metrics.statusSummary).toMatchObject({ status: 'success', errors: [] });
      return run.metrics.recordSummary;
    }

    /** The rows of the source, and those that have landed, in one form. */
    async function bothSides(walk: Walk): Promise<[string[], string[]]> {
      const rows = await database.run('SELECT id, first_name, last_name, email FROM contact');
      const source = rows.map((row) => [row.id, row.first_name, row.last_name, row.email]);
      const landed = (await landedRows(server, walk.dataSetId)).map(({ _id, person, personalEmail }) => [
        ...[_id, person?.name?.firstName, person?.name?.lastName, personalEmail?.address],
      ]);
      return [textsOf(source), textsOf(landed)];
    }

    test('lands every row as it is, though the connection breaks, and then what changes, once', async () => {
      proxy.faults.push({ kind: 'cut', afterBytes: 60_000 });
      const walk = await walkTutorial(server, `${name} append`, { crm, mappings, runsOnce: true });
      expect(await runOf(walk, true)).toMatchObject({ inputRecordCount: CONTACTS, failedRecordCount: 0 });
      expect(proxy.faults).toEqual([]);
      const [source, landed] = await bothSides(walk);
      expect(landed).toEqual(source);

      await database.run(
        `UPDATE contact SET last_name = 'Changed', ${changed} WHERE id IN ('c1', 'c2', 'c3')`,
      );
      await database.run(`INSERT INTO contact (id, last_name) VALUES ('new1', 'New'), ('new2', 'New')`);
      expect(await runOf(walk)).toMatchObject({ outputRecordCount: 5 });
      expect(await runOf(walk)).toMatchObject({ outputRecordCount: 0 });
      const counts = await landings(server, walk.dataSetId);
      expect(['c1', 'c2', 'c3', 'c4', 'new1', 'new2'].map((id) => counts.get(id))).toEqual([
        2, 2, 2, 1, 1, 1,
      ]);
    });

    test('lands a row that is committed after a run with a stamp from before it', async () => {
      const walk = await walkTutorial(server, `${name} late`, { crm, mappings, runsOnce: true });
      await runOf(walk, true);
      const late = await database.transaction();
      await late.run(`INSERT INTO contact (id, last_name) VALUES ('late', 'Late')`);
      await database.run(`INSERT INTO contact (id, last_name) VALUES ('prompt', 'Prompt')`);
      expect(await runOf(walk)).toMatchObject({ outputRecordCount: 1 });
      await late.commit();
      expect(await runOf(walk)).toMatchObject({ outputRecordCount: 1 });
      expect(await runOf(walk)).toMatchObject({ outputRecordCount: 0 });
      const counts = await landings(server, walk.dataSetId);
      expect([counts.get('late'), counts.get('prompt')]).toEqual([1, 1]);
    });

    test('mirrors the table: what changes, what is new and what is gone', async () => {
      const walk = await walkTutorial(server, `${name} mirror`, {
        crm,
        mappings,
        mode: 'mirror',
        runsOnce: true,
      });
      await runOf(walk, true);
      await database.run(`UPDATE contact SET first_name = 'Changed', ${changed} WHERE id IN ('c10', 'c11')`);
      await database.run(`DELETE FROM contact WHERE id IN ('c12', 'c13')`);
      await database.run(`INSERT INTO contact (id, last_name) VALUES ('mirrored', 'New')`);
      await runOf(walk);
      const [source, landed] = await bothSides(walk);
      expect(landed).toEqual(source);
    });
  });
});

function textsOf(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => JSON.stringify(row.map((value) => value ?? null))).sort();
}
