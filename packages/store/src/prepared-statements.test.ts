import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isDatabaseOutage } from './database-outage.ts';
import { prepareStatements } from './prepared-statements.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from './stores.test-kit.ts';

const programs = postgresPrograms();
const TEXT = 'select * from things where name = $1';
const OFTEN = 12;

describe.skipIf(programs === undefined)('statements that come again and again', () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let client: pg.PoolClient;

  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
    pool = new pg.Pool({ connectionString: server.url, max: 1 });
    // A server that stops tells connections that are still closing, which would end the round of tests.
    pool.on('error', () => undefined);
    pool.on('connect', (connected) => connected.on('error', () => undefined));
    prepareStatements(pool);
    client = await pool.connect();
    await client.query('create table things (name text)');
    await client.query('insert into things values ($1)', ['a']);
  });
  afterAll(async () => {
    client.release();
    await pool.end();
    await server.stop();
  });

  const ask = async () => (await client.query<{ name: string }>(TEXT, ['a'])).rows;
  const askOften = async () => {
    for (let times = 0; times < OFTEN; times++) await ask();
  };
  const prepared = async () =>
    (await client.query<{ statement: string }>('select statement from pg_prepared_statements')).rows.map(
      ({ statement }) => statement,
    );

  test('are prepared, however many others there are that do not', async () => {
    for (let number = 0; number < 1_500; number++)
      await client.query(`select ${number} from things where name = $1`, ['a']);
    expect(await prepared()).toEqual([]);
    await askOften();
    expect(await prepared()).toEqual([TEXT]);
  });

  test('are prepared anew once a table has changed, and the one that failed for it counts as an outage', async () => {
    await askOften();
    await client.query('alter table things add column colour text');
    expect(isDatabaseOutage(await ask().catch((error: unknown) => error))).toBe(true);
    expect(await ask()).toEqual([{ name: 'a', colour: null }]);
    await askOften();
    expect(await prepared()).toEqual([TEXT, TEXT]);
  });

  test('are not prepared any more where something between the server and here hands its connections around', async () => {
    await askOften();
    await client.query('deallocate all');
    expect(isDatabaseOutage(await ask().catch((error: unknown) => error))).toBe(true);
    await askOften();
    expect(await prepared()).toEqual([]);
  });
});
