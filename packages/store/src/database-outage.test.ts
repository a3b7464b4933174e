import pg from 'pg';
import { expect, test } from 'vitest';
import { isDatabaseOutage } from './database-outage.ts';
import { openPostgresStore } from './open-store.ts';
import { postgresPrograms, startPostgres } from './stores.test-kit.ts';

const programs = postgresPrograms();

test.skipIf(programs === undefined)('a query to a server that has gone fails as an outage', async () => {
  const server = await startPostgres(programs ?? '');
  const store = await openPostgresStore(server.url);
  const failure = () =>
    store.organizations.sandbox('ACME@AdobeOrg', 'prod').then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(await failure()).toBeUndefined();

  const outage = failure();
  await server.stop();

  await outage;
  expect(isDatabaseOutage(await failure())).toBe(true);
  await store.close();
});

test.skipIf(programs === undefined)(
  'a transaction whose connection breaks between two queries fails as an outage, and the process lives',
  async () => {
    const server = await startPostgres(programs ?? '');
    const store = await openPostgresStore(server.url);
    const administrator = new pg.Client({ connectionString: server.url });
    await administrator.connect();
    const sandboxed = store.scoped({ orgId: 'ACME@AdobeOrg', sandboxId: 'none' });
    const failure = sandboxed
      .transaction(async (held) => {
        await held.holdName('a connection');
        await administrator.query(
          'select pg_terminate_backend(pid, 10000) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
        );
        return held.resources('flow').get('any');
      })
      .catch((error: unknown) => error);
    expect(isDatabaseOutage(await failure)).toBe(true);
    expect(await store.organizations.sandbox('ACME@AdobeOrg', 'prod')).toBeUndefined();
    await administrator.end();
    await store.close();
    await server.stop();
  },
);

test.for([
  ['connect', 'ECONNREFUSED'],
  ['write', 'EPIPE'],
  ['read', 'ECONNRESET'],
] as const)('a socket that fails to %s fails the query as an outage', ([syscall, code]) => {
  const error = Object.assign(new Error(`${syscall} ${code}`), { syscall, code });
  expect(isDatabaseOutage(error)).toBe(true);
});

test('a disk that is full is no outage', () => {
  const error = Object.assign(new Error('ENOSPC: no space left'), { syscall: 'write', code: 'ENOSPC' });
  expect(isDatabaseOutage(error)).toBe(false);
});

test('a mistake in a query is no outage', () => {
  expect(isDatabaseOutage(new TypeError('exp(...).toOperationNode is not a function'))).toBe(false);
});
