import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { expect } from 'vitest';
import { postgresPrograms, startPostgres } from '../../packages/store/src/stores.test-kit.ts';
import { ServerUnderTest } from '../server-under-test.ts';
import { COMMAND, WorkerUnderTest } from '../worker-under-test.ts';
import { letAnHourPass } from './passing-time.ts';

/** A process that is killed at random, and started again. */
export interface Part {
  readonly name: string;
  readonly isRunning: boolean;
  start(): Promise<unknown>;
  kill(): Promise<unknown>;
}

/** Answers a query on the store's own tables, past the product. */
export type Query = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

export type Settings = Readonly<Record<string, string>>;

/** All processes of one installation, and where what they keep lies. */
export interface Installation {
  readonly server: ServerUnderTest;
  readonly workers: readonly WorkerUnderTest[];
  readonly parts: readonly [Part, ...Part[]];
  readonly lakeFolder: string;
  /** Where staging and diagnostics lie. */
  readonly runsFolder: string;
  /** Once server and workers have ended. */
  withStore<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Has the upkeep fall due: at once, or when a process starts that alone can reach the store. */
  letAnHourPass(): Promise<void>;
  output(): string;
  dispose(): Promise<void>;
}

/** Makes an installation whose server and workers have never been started. */
export type MakeInstallation = (settings: Settings) => Promise<Installation>;

const common = {
  TRIBUTARY_VAULT_KEY: Buffer.alloc(32, 7).toString('base64'),
  TRIBUTARY_SETTLE_SECONDS: '10',
  TRIBUTARY_ENGINE_MEMORY_MB: '512',
};

/** One process does all. */
export async function embedded(settings: Settings): Promise<Installation> {
  const server = new ServerUnderTest({ ...common, ...settings });
  const part = killable('server', server);
  let hasHourPassed = false;
  async function withStore<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const pglite = await PGlite.create(join(server.dataFolder, 'store'));
    try {
      return await work(async (text) => (await pglite.query<Record<string, unknown>>(text)).rows);
    } finally {
      await pglite.close();
    }
  }
  return {
    server,
    workers: [],
    parts: [
      {
        name: part.name,
        get isRunning() {
          return part.isRunning;
        },
        async start() {
          if (hasHourPassed) await withStore(letAnHourPass);
          hasHourPassed = false;
          await part.start();
        },
        kill: part.kill,
      },
    ],
    lakeFolder: join(server.dataFolder, 'lake'),
    runsFolder: server.dataFolder,
    withStore,
    async letAnHourPass() {
      hasHourPassed = true;
    },
    output: () => server.output,
    dispose: () => server.dispose(),
  };
}

/** A server and workers, on a PostgreSQL server that keeps what it has acknowledged. */
export async function onPostgres(workerCount: number, settings: Settings): Promise<Installation> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error("PostgreSQL is not installed (Debian's package: postgresql)");
  const postgres = await startPostgres(programs, { isDurable: true });
  const folder = mkdtempSync(join(tmpdir(), 'tributary-prove-'));
  const shared = {
    ...common,
    DATABASE_URL: postgres.url,
    LAKE_URI: join(folder, 'lake'),
    TRIBUTARY_STAGING: folder,
    ...settings,
  };
  const server = new ServerUnderTest(shared, [COMMAND, 'server']);
  const workers = Array.from({ length: workerCount }, () => new WorkerUnderTest(shared));
  async function withStore<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: postgres.url });
    // A connection that breaks fails its query: told of beside that, it would end this process.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(async (text) => (await client.query(text)).rows);
    } finally {
      await client.end();
    }
  }
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
    withStore,
    letAnHourPass: () => withStore(letAnHourPass),
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

/** Starts what does not run. */
export async function startAll({ parts }: Installation): Promise<void> {
  await Promise.all(parts.filter(({ isRunning }) => !isRunning).map(revive));
}

/** Server and workers end in good order. */
export async function endAll({ server, workers }: Installation): Promise<void> {
  const ends = await Promise.all([server, ...workers].map((process) => process.end('SIGTERM')));
  expect(ends, 'how the server and its workers ended').toEqual(ends.map(() => 0));
}
