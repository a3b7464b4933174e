import { join } from 'node:path';
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Db } from 'pg-boss';
import { lockDataFolder } from './data-folder-lock.ts';
import { openEmbeddedPostgres } from './embedded-postgres.ts';
import { makeDatabase } from './make-database.ts';
import { migrate } from './migrations/migrate.ts';
import { refuseMoved } from './moved-marker.ts';
import { prepareStatements } from './prepared-statements.ts';
import { createStore, type Store } from './store.ts';
import { keepStatistics, renewStatistics } from './table-statistics.ts';
import type { Tables } from './tables.ts';
import { embeddedDb, openWorkQueue, serverDb, type WorkQueue } from './work-queue.ts';

/** A database of the store's, brought up to date. */
export interface OpenDatabase {
  readonly database: Kysely<Tables>;
  /** The same, as the work queue speaks to it. */
  readonly db: Db;
  close(): Promise<void>;
}

/**
 * Opens the store that lies in `dataFolder` (PostgreSQL in this process, one process a folder) and brings it
 * up to date. Claims that a killed process left behind are ended, since nobody else can have one.
 * @throws {DataFolderInUse} while another process has it open.
 * @throws {StoreMoved} when it was moved to a server.
 */
export async function openEmbeddedStore(dataFolder: string): Promise<Store> {
  refuseMoved(dataFolder);
  const { database, db, close } = await openEmbeddedDatabase(dataFolder);
  try {
    // Few samples do: the planner needs orders of magnitude, and while they are taken nothing else is
    // answered.
    await sql`set default_statistics_target = 10`.execute(database);
    await renewStatistics(database);
    const work = await openWorkQueue(db, true);
    const stopStatistics = keepStatistics(database);
    const store = createStore(database, work, async () => {
      await work.stop();
      await stopStatistics();
      await close();
    });
    await store.queue.endClaims();
    await store.deliveries.endClaims();
    await store.readings.endClaims();
    await store.upkeep.endClaims();
    await store.queue.sendMissing();
    return store;
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws {DataFolderInUse} while another process has it open. */
export async function openEmbeddedDatabase(dataFolder: string): Promise<OpenDatabase> {
  const lock = lockDataFolder(dataFolder);
  try {
    const folder = join(dataFolder, 'store');
    await makeDatabase(folder);
    const pglite = await openEmbeddedPostgres(folder);
    const database = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
    await migrate(database);
    return {
      database,
      db: embeddedDb(database, pglite),
      async close() {
        await database.destroy();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Connections of one process to a PostgreSQL server. */
const POOL_SIZE = 10;
/**
 * A connection that has been silent for so long is probed: the end of its server's machine is told by nobody
 * else.
 */
const PROBED_AFTER_MS = 10_000;

/**
 * The PostgreSQL server does not answer, does not let this process in, or could not be brought up to date.
 */
export class DatabaseNotUsable extends Error {
  override readonly name = 'DatabaseNotUsable';

  constructor(cause: unknown) {
    super(`the PostgreSQL server of DATABASE_URL cannot be used: ${reasonOf(cause)}`, { cause });
  }
}

/** A host with several addresses fails with one error for each, and none of its own words. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/**
 * Opens the store on a PostgreSQL server, which many processes may share, and brings it up to date.
 * @throws {DatabaseNotUsable} whose message repeats nothing of the URL's credentials.
 */
export async function openPostgresStore(databaseUrl: string): Promise<Store> {
  const { database, db, close } = await openPostgresDatabase(databaseUrl);
  try {
    const work = await openWorkQueueAlone(database, db);
    const store = createStore(database, work, async () => {
      await work.stop();
      await close();
    });
    await store.queue.sendMissing();
    return store;
  } catch (error) {
    await close();
    throw new DatabaseNotUsable(error);
  }
}

/**
 * Processes that start at once come one after another: two that make the queue's schema trip over each other.
 */
function openWorkQueueAlone(database: Kysely<Tables>, db: Db): Promise<WorkQueue> {
  return database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('the work queue is opened', 0))`.execute(
      transaction,
    );
    return openWorkQueue(db, false);
  });
}

/** @throws {DatabaseNotUsable} whose message repeats nothing of the URL's credentials. */
export async function openPostgresDatabase(databaseUrl: string): Promise<OpenDatabase> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL_SIZE,
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBED_AFTER_MS,
  });
  // A connection that breaks fails its next query, and one that is idle is replaced: told of without a
  // listener, in the pool or between two queries of a transaction, it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  prepareStatements(pool);
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(database);
  } catch (error) {
    await database.destroy();
    throw new DatabaseNotUsable(error);
  }
  return { database, db: serverDb(pool), close: () => database.destroy() };
}
