import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresqlServer, postgresqlPrograms, READER } from '../postgresql-server.test-kit.ts';
import { impatientClient, linesOf, until } from '../test-database.test-kit.ts';
import { createPostgresqlSource } from './source.ts';
import { canRunPostgresql } from './test-database.test-kit.ts';

describe.skipIf(!canRunPostgresql)('a standby of PostgreSQL', () => {
  let primary: PostgresqlServer;
  let standby: PostgresqlServer;

  beforeAll(async () => {
    primary = await PostgresqlServer.start(postgresqlPrograms() ?? '');
    // Standbys know no such level.
    await primary.run(`ALTER ROLE ${READER.user} SET default_transaction_isolation = 'serializable'`);
    await primary.run(
      'CREATE TABLE ticks (id int PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now())',
    );
    standby = await primary.startStandby();
  });
  afterAll(async () => {
    await standby?.dispose();
    await primary?.dispose();
  });

  const source = () =>
    createPostgresqlSource(
      'Basic Authentication',
      {
        ...{ server: '127.0.0.1', port: standby.port, database: 'postgres' },
        ...{ username: READER.user, password: READER.password },
      },
      { outbound: impatientClient() },
    );
  const idsUpTo = (upTo: Date) =>
    linesOf(source(), {
      table: 'ticks',
      columns: ['id'],
      window: { column: 'updated_at', after: undefined, upTo },
    });
  const hasReplayed = async (id: number) =>
    (await standby.run(`SELECT FROM ticks WHERE id = ${id}`)).length === 1;

  test('tells the time up to which it shows everything, though it lags', async () => {
    await primary.run('INSERT INTO ticks VALUES (1)');
    await until(() => hasReplayed(1));
    await standby.run('SELECT pg_wal_replay_pause()');
    await until(async () => {
      const [state] = await standby.run('SELECT pg_get_wal_replay_pause_state() AS state');
      return state?.state === 'paused';
    });
    const clock = await source().clock();
    await primary.run('INSERT INTO ticks VALUES (2)');
    expect(await source().clock()).toEqual(clock);
    expect(await idsUpTo(clock)).toEqual(['1']);

    await standby.run('SELECT pg_wal_replay_resume()');
    await until(() => hasReplayed(2));
    const later = await source().clock();
    expect(later.getTime()).toBeGreaterThan(clock.getTime());
    expect(await idsUpTo(later)).toEqual(['1', '2']);
  });
});
