import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { TestClock } from 'pg-boss';
import { migrate } from './migrations/migrate.ts';
import { createStore, type Store } from './store.ts';
import type { Tables } from './tables.ts';
import { embeddedDb, openWorkQueue } from './work-queue.ts';

/** A store in memory whose queue goes by a clock that stands still until it is moved. */
export interface ClockedStore {
  readonly store: Store;
  now(): Date;
  /** Lets time pass; what the queue does for its upkeep in such a time it has done by then. */
  pass(seconds: number): Promise<void>;
}

export async function openClockedStore(start: Date): Promise<ClockedStore> {
  const pglite = new PGlite();
  const database = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  await migrate(database);
  const clock = new TestClock(start);
  const work = await openWorkQueue(embeddedDb(database, pglite), true, clock);
  const store = createStore(database, work, async () => {
    await work.stop();
    await database.destroy();
  });
  return {
    store,
    now: () => new Date(clock.now()),
    async pass(seconds) {
      await clock.setTime(clock.now() + seconds * 1000);
      // What has fallen due by then is done now, once.
      await clock.tick(1);
    },
  };
}
