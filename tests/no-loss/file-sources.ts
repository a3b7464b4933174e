import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startSftpServer,
  type TestSftpServer,
} from '../../packages/connectors/src/files/sftp/sftp-server.test-kit.ts';
import { startS3Server, type TestS3Server } from '../../packages/s3/src/s3-server.test-kit.ts';
import type { Crm } from '../tutorial.ts';
import type { LossySource, Trouble } from './lossy-source.ts';

/** The folder that the server under test may read files from. */
export const fileRoot = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-no-loss-')));

interface FileStoreWords {
  readonly name: string;
  /** The folder that the store shows; undefined where what it needs is not installed. */
  start(): Promise<string | undefined>;
  stop(): Promise<void>;
  crm(): Pick<Crm, 'connectionSpecId' | 'auth'>;
  readonly troubles: readonly Trouble[];
}

/** Files of which new ones come, and old ones are written anew. A row's newest version is that of the file written last. */
function fileSource(store: FileStoreWords): LossySource {
  const rows = new Map<string, string>();
  let folder: string;
  let written = 0;

  function write(name: string, from: number, count: number): void {
    written += 1;
    const lines = Array.from(
      { length: count },
      (_, index) => [`f${from + index}`, `Version ${written}`] as const,
    );
    for (const [key, text] of lines) rows.set(key, text);
    const place = join(folder, 'in', name);
    writeFileSync(place, ['id,name', ...lines.map((line) => line.join(',')), ''].join('\n'));
    // Which of two files is the newer one is told by their times alone.
    utimesSync(place, 1_700_000_000 + written, 1_700_000_000 + written);
  }

  return {
    name: store.name,
    mode: 'upsert',
    async start() {
      const shown = await store.start();
      if (shown === undefined) return false;
      folder = shown;
      mkdirSync(join(folder, 'in'), { recursive: true });
      write('0.csv', 0, 2_000);
      write('1.csv', 1_500, 2_000);
      return true;
    },
    stop: store.stop,
    walk: () => ({
      crm: {
        ...store.crm(),
        table: '/in',
        deltaColumn: '',
        columnNames: { first_name: '', last_name: '', email: '' },
      },
      files: { data: { format: 'delimited' }, params: { path: '/in' }, keyColumns: ['id'] },
      mappings: [
        ['id', '_id'],
        ['name', 'person.name.lastName'],
      ],
      mode: 'upsert',
    }),
    rows: async () => [...rows],
    async change() {
      write('1.csv', 1_000, 2_000);
      write(`${written}.csv`, 2_900, 1_000);
    },
    troubles: store.troubles,
  };
}

function localFolder(): LossySource {
  const nothing: Trouble = {
    name: 'files come and are written anew',
    strike: async () => undefined,
    hasStruck: async () => true,
    calm: async () => undefined,
  };
  return fileSource({
    name: 'a local folder',
    start: async () => fileRoot,
    stop: async () => rmSync(fileRoot, { recursive: true, force: true }),
    crm: () => ({
      connectionSpecId: 'bb0237ab-7a46-47ab-b355-a6e979b2216a',
      auth: { specName: 'Local Folder', params: { folder: fileRoot } },
    }),
    troubles: [nothing, { ...nothing, name: 'the same happens again' }],
  });
}

function bucket(): LossySource {
  let server: TestS3Server;
  type What = Parameters<TestS3Server['proxy']['trouble']>[1];
  const trouble = (name: string, times: number, what: What): Trouble => ({
    name,
    strike: async () => {
      for (let time = 0; time < times; time++) server.proxy.trouble('GET', what);
    },
    hasStruck: async () => server.proxy.troubles === 0,
    calm: async () => server.proxy.calm(),
  });
  return fileSource({
    name: 'an S3 bucket',
    async start() {
      const started = await startS3Server();
      if (started === undefined) return undefined;
      server = started;
      return server.createBucket('crm');
    },
    stop: async () => server?.stop(),
    crm: () => ({
      connectionSpecId: 'ecadc60c-7455-4d87-84dc-2a0e293d997b',
      auth: {
        specName: 'Access Key',
        params: {
          s3AccessKey: server.credentials.accessKeyId,
          s3SecretKey: server.credentials.secretAccessKey,
          serviceUrl: server.serviceUrl.href,
          bucketName: 'crm',
        },
      },
    }),
    troubles: [
      trouble('there were too many requests', 2, { kind: 'refuse', status: 503, code: 'SlowDown' }),
      trouble('it answers 500', 2, { kind: 'refuse', status: 500, code: 'InternalError' }),
      trouble('the connection is cut in mid-body', 3, { kind: 'cut', afterBytes: 3_000 }),
    ],
  });
}

function sftpServer(): LossySource {
  let server: TestSftpServer;
  return fileSource({
    name: 'an SFTP server',
    async start() {
      const started = await startSftpServer();
      if (started === undefined) return undefined;
      server = started;
      return server.folder;
    },
    stop: async () => server?.stop(),
    crm: () => ({
      connectionSpecId: 'b7bf2577-4520-42c9-bae9-cad01560f7bc',
      auth: {
        specName: 'SSH PublicKey Authentication for sftp',
        params: {
          host: server.host,
          port: server.port,
          userName: server.user,
          privateKeyContent: server.privateKey,
          folderPath: server.folder,
        },
      },
    }),
    troubles: [
      {
        name: 'the connection is cut in mid-body',
        strike: async () => {
          for (const afterBytes of [4_000, 15_000]) server.trouble({ kind: 'cut', afterBytes });
        },
        hasStruck: async () => server.troubles === 0,
        calm: async () => server.calm(),
      },
    ],
  });
}

export const fileSources: readonly LossySource[] = [localFolder(), bucket(), sftpServer()];
