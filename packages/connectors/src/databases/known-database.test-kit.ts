import type { SourceSubject } from '../conformance/conformance-kit.ts';
import type { DatabaseWords } from './behaviour.test-kit.ts';
import { TcpProxy } from './tcp-proxy.test-kit.ts';
import type { TestDatabase } from './test-database.test-kit.ts';

const ROWS = 300;
const WRONG = 'wr0ng-one';
/** Far within the rows, and far beyond what describing the table takes. */
const MID_ROWS = 100_000;

/** How the conformance kit comes to know a table of a database, whose connections go by a proxy that makes trouble. */
export function knownDatabase(
  startDatabase: () => Promise<TestDatabase>,
  words: Pick<DatabaseWords, 'instant' | 'numbers' | 'analyze'>,
): SourceSubject {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let stamped = 0;
  let inserted = ROWS;
  let isHalted = false;

  const open = (params: object = {}, options: object = {}) =>
    database.source({ port: proxy.port, sslMode: 'Disable', ...params }, options);
  const calm = async () => {
    proxy.faults.length = 0;
    if (isHalted) await database.resume();
    isHalted = false;
  };
  const cut = (times: number, afterBytes = MID_ROWS) => ({
    async strike() {
      proxy.faults.push(...Array.from({ length: times }, () => ({ kind: 'cut', afterBytes }) as const));
    },
    hasStruck: async () => proxy.faults.length < times,
    calm,
  });

  return {
    async start() {
      database = await startDatabase();
      proxy = await TcpProxy.start(database.port);
      await database.run(
        `CREATE TABLE known (id INT PRIMARY KEY, name VARCHAR(100), amount DECIMAL(12, 2), born DATE, active BOOLEAN NOT NULL,
           updated_at ${words.instant} NULL, pad VARCHAR(2000))`,
      );
      await database.run(
        `INSERT INTO known SELECT n, CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE CONCAT('Name, "', n, '"') END,
           n / 4.0, '2001-02-03', n % 2 = 0, '2026-03-01 12:00:00.5', REPEAT('x', 1000)
         FROM ${words.numbers(ROWS)}`,
      );
      await database.run('UPDATE known SET updated_at = NULL WHERE id % 50 = 0');
      await database.run(words.analyze('known'));
    },
    async stop() {
      await proxy?.close();
      await database?.dispose();
    },
    open: ({ inParts = false } = {}) => open({}, inParts ? { rowsPerPartition: ROWS / 5 } : {}),
    table: {
      get path() {
        return `${database.schema}.known`;
      },
      missing: 'nowhere',
      key: { column: 'id', isTold: true },
      types: {
        id: 'integer',
        name: 'string',
        amount: 'decimal',
        born: 'date',
        active: 'boolean',
        updated_at: 'date-time',
      },
      rows: () => database.run('SELECT * FROM known'),
      async mutate() {
        inserted += 1;
        await database.run(
          `UPDATE known SET name = 'changed', updated_at = '2026-03-02 12:00:00' WHERE id % 10 = 3`,
        );
        await database.run(`INSERT INTO known (id, active) VALUES (${inserted}, true)`);
        await database.run(
          `DELETE FROM known WHERE id = (SELECT n FROM (SELECT min(id) AS n FROM known) AS least)`,
        );
      },
    },
    pages: 1,
    parts: 'of a window',
    window: {
      column: 'updated_at',
      notATime: 'name',
      async stamp(at, rows) {
        const from = (stamped % ROWS) + 1;
        stamped += rows;
        const stamp = at.toISOString().replace('T', ' ').replace('Z', '');
        await database.run(
          `UPDATE known SET updated_at = '${stamp}' WHERE id >= ${from} AND id < ${from + rows}`,
        );
      },
    },
    deletions: { cannot: 'a row that is deleted leaves nothing behind' },
    changeTokens: { cannot: 'SQL knows none' },
    items: { cannot: 'rows of a table are no items' },
    count: 'exact',
    clock: { now: async () => new Date(), withinMs: 1000 },
    refusals: [
      { name: 'a wrong password', open: () => open({ password: WRONG }) },
      { name: 'a database that is not there', open: () => open({ database: 'nowhere' }) },
      { name: 'a metadata address', open: () => open({ server: '169.254.169.254' }) },
      { name: 'a parameter that is missing', open: () => open({ server: undefined }) },
    ],
    secrets: () => [WRONG, database.reader.password],
    faults: [
      { ...cut(2), name: 'the connection is reset in mid-body', outcome: 'recovers' },
      { ...cut(20), name: 'the connection is reset in mid-body each time', outcome: 'busy' },
      {
        ...cut(2, 100),
        name: 'the connection is reset while the read is planned',
        outcome: 'recovers',
        strikesPlan: true,
      },
      {
        name: 'the server is gone',
        outcome: 'busy',
        async strike() {
          isHalted = true;
          await database.halt();
        },
        hasStruck: async () => isHalted,
        calm,
      },
    ],
    leftOpen: () => database.connections(),
  };
}
