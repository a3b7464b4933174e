import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMadeStore } from './made-store.test-kit.ts';
import { openPostgresStore } from './open-store.ts';
import type { Store } from './store.ts';

/** A store to test on, and how to get rid of it. */
export interface TestStore {
  readonly store: Store;
  dispose(): Promise<void>;
}

export interface StoreKind {
  readonly name: string;
  open(): Promise<TestStore>;
}

/** The kinds of store that can run here: the embedded one always, a PostgreSQL server where its programs are installed. */
export function storeKinds(): StoreKind[] {
  const programs = postgresPrograms();
  return [
    { name: 'embedded', open: openEmbedded },
    ...(programs === undefined ? [] : [{ name: 'PostgreSQL', open: () => openOnServer(programs) }]),
  ];
}

async function openEmbedded(): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-store-'));
  const store = await openMadeStore(folder);
  return {
    store,
    async dispose() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where Debian's packages put `initdb` and `postgres`. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** Names the folder of another PostgreSQL's programs, for a round of tests on its version. */
const OTHER_PROGRAMS = process.env.TRIBUTARY_TEST_POSTGRES;

/** The folder of PostgreSQL's server programs; undefined where they are not installed. */
export function postgresPrograms(): string | undefined {
  if (OTHER_PROGRAMS !== undefined) return OTHER_PROGRAMS;
  if (!existsSync(DEBIAN_FOLDER)) return undefined;
  return readdirSync(DEBIAN_FOLDER)
    .map((version) => join(DEBIAN_FOLDER, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb')));
}

async function openOnServer(programs: string): Promise<TestStore> {
  const server = await startPostgres(programs);
  const store = await openPostgresStore(server.url);
  return {
    store,
    async dispose() {
      await store.close();
      await server.stop();
    },
  };
}

export interface PostgresServer {
  readonly url: string;
  readonly isRunning: boolean;
  /** Starts a server that was killed again, on the same data. Rejects where it ends at its start. */
  start(): Promise<void>;
  /** Ends the server as a power cut would, as far as a process can be: its first process by SIGKILL. */
  kill(): Promise<void>;
  /** Ends it in good order and removes its data. */
  stop(): Promise<void>;
}

/**
 * A PostgreSQL server of one's own, reached by a socket in a folder that goes with it. It waits for its disk only where it
 * `isDurable`: that is slow, and of use only to who kills it.
 */
export async function startPostgres(
  programs: string,
  { isDurable = false }: { readonly isDurable?: boolean } = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-postgres-'));
  // PostgreSQL refuses to run as root: hand the folder to the account that Debian made for it.
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? accountOf('postgres') : {};
  if (isRoot) execFileSync('chown', ['postgres', folder]);
  const data = join(folder, 'data');
  const initdb = ['-D', data, '-U', 'tributary', '--auth=trust', '--no-sync'];
  execFileSync(join(programs, 'initdb'), initdb, { ...as, cwd: folder, stdio: 'ignore' });
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    `fsync=${isDurable ? 'on' : 'off'}`,
  ];
  let server: ChildProcess;
  const postgres: PostgresServer = {
    url: `postgresql://tributary@/postgres?host=${encodeURIComponent(folder)}`,
    get isRunning() {
      return server.exitCode === null && server.signalCode === null;
    },
    async start() {
      server = spawn(
        join(programs, 'postgres'),
        ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
        { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
      );
      await new Promise<void>((resolve, reject) => {
        server.once('exit', () => reject(new Error('PostgreSQL ended at its start')));
        server.stderr?.on('data', (text: Buffer) => {
          if (text.includes('ready to accept connections')) resolve();
        });
      });
    },
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await postgres.start();
  return postgres;

  async function end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    if (!postgres.isRunning) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await ended;
  }
}

function accountOf(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
