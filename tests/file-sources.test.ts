import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { fileInspector } from '../apps/server/src/file-inspector.ts';
import {
  type KnownFault,
  type Refusal,
  type SourceSubject,
  testSourceConformance,
} from '../packages/connectors/src/conformance/conformance-kit.ts';
import {
  requireSshd,
  startSftpServer,
  type TestSftpServer,
} from '../packages/connectors/src/files/sftp/sftp-server.test-kit.ts';
import { createSource, OutboundClient, type Source } from '../packages/connectors/src/index.ts';
import { type Engine, openEngine } from '../packages/engine/src/index.ts';
import { requireS3Server, startS3Server, type TestS3Server } from '../packages/s3/src/s3-server.test-kit.ts';
import type { Trouble } from '../packages/s3/src/troubling-proxy.test-kit.ts';

const outbound = new OutboundClient({
  retry: { attempts: 3, baseDelayMs: 1, maxDelayMs: 2, maxRetryAfterMs: 1000 },
  // For a server that falls silent; one that is slow must not be taken for that.
  bodyIdleTimeoutMs: 2_000,
});
const WRONG = 'not-the-secret-of-anybody';
const work = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-file-sources-')));
let engine: Engine;

beforeAll(() => {
  engine = openEngine({ memoryLimitMb: 256, threads: 1, tempDirectory: work });
});
afterAll(async () => {
  await engine.close();
  await outbound.close();
  rmSync(work, { recursive: true, force: true });
});

interface KnownRow {
  readonly id: number;
  readonly name: string | null;
  readonly amount: string;
  readonly born: string;
}

/** Files of rows in a folder, which a store shows: an archive of three, and two of their own. */
class KnownFiles {
  readonly folder: string;
  readonly #rows = new Map<string, readonly KnownRow[]>();
  #changes = 0;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(join(folder, 'in'), { recursive: true });
    const parts = ['one.csv', 'two.csv', 'three.csv'];
    const unpacked = mkdtempSync(join(work, 'archive-'));
    for (const [index, name] of parts.entries()) {
      const rows = rowsFrom(index * 100, 100);
      this.#rows.set(`archive/${name}`, rows);
      writeFileSync(join(unpacked, name), textOf(rows));
    }
    execFileSync('tar', ['-czf', join(folder, 'in', 'a.tgz'), '-C', unpacked, ...parts]);
    for (const [index, name] of ['b.csv', 'c.csv'].entries())
      this.write(name, rowsFrom(10_000 * (index + 1), 500));
  }

  write(name: string, rows: readonly KnownRow[]): void {
    this.#rows.set(name, rows);
    writeFileSync(join(this.folder, 'in', name), textOf(rows));
  }

  get rows(): readonly KnownRow[] {
    return [...this.#rows.values()].flat();
  }

  /** The rows of a file, one of them another than before and one more. */
  change(name: string): void {
    const [first, ...others] = this.#rows.get(name) ?? [];
    if (first === undefined) throw new Error(`${name} has no rows`);
    this.write(name, [
      { ...first, name: `${first.name}, again` },
      ...others,
      ...rowsFrom(50_000 + this.#changes++, 1),
    ]);
  }
}

function rowsFrom(from: number, count: number): KnownRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: from + index,
    name: index % 7 === 0 ? null : `Name, "${index}"${index % 5 === 0 ? '\n' : ''}`,
    amount: `${index}.25`,
    born: '2001-02-03',
  }));
}

function textOf(rows: readonly KnownRow[]): string {
  const quoted = (text: string | null) => (text === null ? '' : `"${text.replaceAll('"', '""')}"`);
  const lines = rows.map(({ id, name, amount, born }) => `${id},${quoted(name)},${amount},${born}`);
  return ['id,name,amount,born', ...lines, ''].join('\n');
}

interface StoreOfFiles {
  /** Undefined where what it needs is not installed. */
  start(): Promise<KnownFiles | undefined>;
  stop(): Promise<void>;
  readonly specId: string;
  readonly authSpec: string;
  auth(): object;
  readonly clock: SourceSubject['clock'];
  readonly wrong: Readonly<Record<string, () => object>>;
  secrets(): readonly string[];
  readonly faults: readonly KnownFault[];
  readonly leftOpen: SourceSubject['leftOpen'];
}

function subjectOf(store: StoreOfFiles): SourceSubject {
  let started: KnownFiles | undefined;
  let changed = false;

  function files(): KnownFiles {
    if (started === undefined) throw new Error('the store has not started');
    return started;
  }

  function open(auth: object, path = '/in'): Source {
    const source = createSource(store.specId, store.authSpec, auth, {
      outbound,
      files: { inspector: fileInspector(engine, join(work, 'samples')), roots: [work] },
      selection: { data: { format: 'delimited' }, params: { path } },
    });
    if (source === undefined) throw new Error('there is no such source');
    return source;
  }
  const refusals = Object.entries(store.wrong).map(
    ([name, auth]): Refusal => ({ name, open: () => open({ ...store.auth(), ...auth() }) }),
  );
  const [refusal, ...others] = refusals;
  if (refusal === undefined) throw new Error('something must be refused');

  return {
    async start() {
      started = await store.start();
    },
    stop: store.stop,
    open: ({ table } = {}) => open(store.auth(), table),
    table: {
      path: '/in',
      listing: { folder: '/in', path: '/in/b.csv' },
      missing: '/in/nowhere.csv',
      key: { column: 'id', isTold: false },
      types: { id: 'long', name: 'string', born: 'date' },
      rows: async () => files().rows.map((row) => ({ ...row })),
      mutate: async () => files().change('c.csv'),
    },
    pages: 3,
    parts: 'of all rows',
    window: { cannot: 'what is new are new files' },
    deletions: { cannot: 'a file that is gone takes nothing back that it brought' },
    changeTokens: { cannot: 'stores of files know none' },
    items: {
      changeOne: async () => files().change('b.csv'),
      addOne: async () => files().write('d.csv', rowsFrom(90_000, 5)),
    },
    count: { cannot: 'how many rows a file has, only reading it tells' },
    clock: store.clock,
    refusals: [refusal, ...others],
    secrets: store.secrets,
    faults: [
      {
        name: 'a file changes after it was planned',
        outcome: 'expired',
        async strike() {
          changed = true;
          files().change('c.csv');
        },
        hasStruck: async () => changed,
        calm: async () => undefined,
      },
      ...store.faults,
    ],
    leftOpen: store.leftOpen,
  };
}

describe('a folder of this machine', () => {
  const folder = join(work, 'local');
  testSourceConformance(
    subjectOf({
      start: async () => new KnownFiles(folder),
      stop: async () => undefined,
      specId: 'bb0237ab-7a46-47ab-b355-a6e979b2216a',
      authSpec: 'Local Folder',
      auth: () => ({ folder }),
      clock: { now: async () => new Date(), withinMs: 0 },
      wrong: {
        'a folder that the operator does not allow': () => ({ folder: tmpdir() }),
        'a path that is not absolute': () => ({ folder: 'in' }),
      },
      secrets: () => [WRONG],
      faults: [],
      leftOpen: async () => openFilesIn(folder),
    }),
  );
});

describe('a bucket', () => {
  let server: TestS3Server;
  const trouble = (
    name: string,
    outcome: KnownFault['outcome'],
    times: number,
    what: Trouble,
  ): KnownFault => ({
    name,
    outcome,
    async strike() {
      for (let time = 0; time < times; time++) server.proxy.trouble('GET', what);
    },
    hasStruck: async () => server.proxy.troubles < times,
    calm: async () => server.proxy.calm(),
  });
  beforeEach((context) => requireS3Server(context));
  testSourceConformance(
    subjectOf({
      async start() {
        const started = await startS3Server();
        if (started === undefined) return undefined;
        server = started;
        return new KnownFiles(await server.createBucket('crm'));
      },
      stop: async () => server?.stop(),
      specId: 'ecadc60c-7455-4d87-84dc-2a0e293d997b',
      authSpec: 'Access Key',
      auth: () => ({
        s3AccessKey: server.credentials.accessKeyId,
        s3SecretKey: server.credentials.secretAccessKey,
        serviceUrl: server.serviceUrl.href,
        bucketName: 'crm',
      }),
      clock: { now: async () => new Date(), withinMs: 2000 },
      wrong: {
        'a wrong secret key': () => ({ s3SecretKey: WRONG }),
        'a key that nobody has': () => ({ s3AccessKey: 'nobody' }),
        'a metadata address': () => ({ serviceUrl: 'http://169.254.169.254' }),
        'a parameter that is missing': () => ({ s3SecretKey: undefined }),
      },
      secrets: () => [WRONG, server.credentials.secretAccessKey],
      faults: [
        trouble('the connection is cut in mid-body', 'recovers', 2, { kind: 'cut', afterBytes: 1000 }),
        trouble('the service falls silent in mid-body', 'recovers', 1, { kind: 'stall', afterBytes: 500 }),
        trouble('there were too many requests', 'recovers', 2, {
          kind: 'refuse',
          status: 503,
          code: 'SlowDown',
        }),
        trouble('there were too many requests for long', 'busy', 50, {
          kind: 'refuse',
          status: 503,
          code: 'SlowDown',
        }),
      ],
      leftOpen: { cannot: 'connections are kept for the next call' },
    }),
  );
});

describe('an SFTP server', () => {
  let server: TestSftpServer;
  beforeEach((context) => requireSshd(context));
  const trouble = (
    name: string,
    outcome: KnownFault['outcome'],
    times: number,
    kind: 'cut' | 'stall',
    afterBytes: number,
  ): KnownFault => ({
    name,
    outcome,
    async strike() {
      for (let time = 0; time < times; time++) server.trouble({ kind, afterBytes });
    },
    hasStruck: async () => server.troubles < times,
    calm: async () => server.calm(),
  });
  testSourceConformance(
    subjectOf({
      async start() {
        const started = await startSftpServer();
        if (started === undefined) return undefined;
        server = started;
        return new KnownFiles(server.folder);
      },
      stop: async () => server?.stop(),
      specId: 'b7bf2577-4520-42c9-bae9-cad01560f7bc',
      authSpec: 'SSH PublicKey Authentication for sftp',
      auth: () => ({
        host: server.host,
        port: server.port,
        userName: server.user,
        privateKeyContent: server.privateKey,
        folderPath: server.folder,
      }),
      clock: { cannot: 'SFTP knows no time' },
      wrong: {
        'a user that nobody is': () => ({ userName: 'nobody-of-this-name' }),
        'a server with another key': () => ({ hostKeyFingerprint: `SHA256:${'A'.repeat(43)}` }),
        'a metadata address': () => ({ host: '169.254.169.254' }),
        'a parameter that is missing': () => ({ privateKeyContent: undefined }),
      },
      secrets: () => [WRONG, server.privateKey],
      faults: [
        trouble('the connection is cut in mid-body', 'recovers', 1, 'cut', 20_000),
        trouble('the connection is cut at its beginning, each time', 'busy', 50, 'cut', 100),
      ],
      leftOpen: { cannot: 'a connection is kept for the next call' },
    }),
  );
});

/** How many files of a folder this process has open. */
function openFilesIn(folder: string): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder)).length;
}
