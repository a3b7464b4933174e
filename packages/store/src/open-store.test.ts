import { expect, test } from 'vitest';
import { openPostgresStore } from './open-store.ts';
import { postgresPrograms, startPostgres } from './stores.test-kit.ts';

const programs = postgresPrograms();
const PROCESSES = 4;

test.skipIf(programs === undefined)(
  'processes that start at the same time on an empty database all open their store',
  async () => {
    const server = await startPostgres(programs ?? '');
    const opened = await Promise.allSettled(
      Array.from({ length: PROCESSES }, () => openPostgresStore(server.url)),
    );
    const stores = opened.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    await Promise.all(stores.map((store) => store.close()));
    await server.stop();
    expect(stores).toHaveLength(PROCESSES);
  },
);
