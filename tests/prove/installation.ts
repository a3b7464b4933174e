import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { postgresPrograms, startPostgres } from '../../packages/store/src/stores.test-kit.ts';
import { ServerUnderTest } from '../server-under-test.ts';
import { COMMAND, WorkerUnderTest } from '../worker-under-test.ts';

/** A process that is killed at random, and started again. */
export interface Part {
  readonly name: string;
  readonly isRunning: boolean;
  start(): Promise<unknown>;
  kill(): Promise<unknown>;
}

/** Answers a query on the store's own tables, past the product. */
export type Query = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** All processes of one installation, and where what they keep lies. */
export interface Installation {
  readonly server: ServerUnderTest;
  readonly workers: readonly WorkerUnderTest[];
  readonly parts: readonly [Part, ...Part[]];
  readonly lakeFolder: string;
  /** Where staging and diagnostics lie. */
  readonly runsFolder: string;
  /** Once server and workers have ended. */
  readStore<T>(read: (query: Query) => Promise<T>): Promise<T>;
  output(): string;
  dispose(): Promise<void>;
}

const common = {
  TRIBUTARY_VAULT_KEY: Buffer.alloc(32, 7).toString('base64'),
  TRIBUTARY_SETTLE_SECONDS: '10',
  TRIBUTARY_ENGINE_MEMORY_MB: '512',
};

/** One process does all. */
export async function startEmbedded(): Promise<Installation> {
  const server = await new ServerUnderTest(common).start();
  return {
    server,
    workers: [],
    parts: [killable('server', server)],
    lakeFolder: join(server.dataFolder, 'lake'),
    runsFolder: server.dataFolder,
    async readStore(read) {
      const pglite = await PGlite.create(join(server.dataFolder, 'store'));
      try {
        return await read(async (text) => (await pglite.query<Record<string, unknown>>(text)).rows);
      } finally {
        await pglite.close();
      }
    },
    output: () => server.output,
    dispose: () => server.dispose(),
  };
}

/** A server and workers, on a PostgreSQL server that keeps what it has acknowledged. */
export async function startOnPostgres(workerCount: number): Promise<Installation> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error("PostgreSQL is not installed (Debian's package: postgresql)");
  const postgres = await startPostgres(programs, { isDurable: true });
  const folder = mkdtempSync(join(tmpdir(), 'tributary-prove-'));
  const shared = {
    ...common,
    DATABASE_URL: postgres.url,
    LAKE_URI: join(folder, 'lake'),
    TRIBUTARY_STAGING: folder,
  };
  const server = await new ServerUnderTest(shared, [COMMAND, 'server']).start();
  const workers = Array.from({ length: workerCount }, () => new WorkerUnderTest(shared));
  await Promise.all(workers.map((worker) => worker.start()));
  return {
    server,
    workers,
    parts: [
      killable('server', server),
      ...workers.map((worker, index) => killable(`worker ${index + 1}`, worker)),
      {
        name: 'database',
        get isRunning() {
          return postgres.isRunning;
        },
        start: () => postgres.start(),
        kill: () => postgres.kill(),
      },
    ],
    lakeFolder: join(folder, 'lake'),
    runsFolder: folder,
    async readStore(read) {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      try {
        return await read(async (text) => (await client.query(text)).rows);
      } finally {
        await client.end();
      }
    },
    output: () =>
      [server.output, ...workers.map(({ output }, index) => `--- worker ${index + 1}\n${output}`)].join('\n'),
    async dispose() {
      await Promise.all([server.dispose(), ...workers.map((worker) => worker.dispose())]);
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function killable(name: string, process: ServerUnderTest | WorkerUnderTest): Part {
  return {
    name,
    get isRunning() {
      return process.isRunning;
    },
    start: () => process.start(),
    kill: () => process.end('SIGKILL'),
  };
}

/** Starts what was killed until it is up: it ends at its start while the database is not there. */
export async function revive(part: Part): Promise<void> {
  for (;;) {
    try {
      await part.start();
      return;
    } catch {
      await part.kill();
      await pause(100);
    }
  }
}
