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

test('a mistake in a query is no outage', () => {
  expect(isDatabaseOutage(new TypeError('exp(...).toOperationNode is not a function'))).toBe(false);
});
