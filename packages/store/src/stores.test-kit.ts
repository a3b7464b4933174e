import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, openPostgresStore } from './open-store.ts';
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
  const store = await openEmbeddedStore(folder);
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

function postgresPrograms(): string | undefined {
  if (!existsSync(DEBIAN_FOLDER)) return undefined;
  return readdirSync(DEBIAN_FOLDER)
    .map((version) => join(DEBIAN_FOLDER, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb')));
}

async function openOnServer(programs: string): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-postgres-'));
  // PostgreSQL refuses to run as root: hand the folder to the account that Debian made for it.
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? accountOf('postgres') : {};
  if (isRoot) execFileSync('chown', ['postgres', folder]);
  const data = join(folder, 'data');
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'tributary', '--auth=trust', '--no-sync'], {
    ...as,
    cwd: folder,
    stdio: 'ignore',
  });
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off'],
    { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('exit', () => reject(new Error('PostgreSQL ended at its start')));
    server.stderr?.on('data', (text: Buffer) => {
      if (text.includes('ready to accept connections')) resolve();
    });
  });
  const store = await openPostgresStore(
    `postgresql://tributary@/postgres?host=${encodeURIComponent(folder)}`,
  );
  return {
    store,
    async dispose() {
      await store.close();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function accountOf(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
