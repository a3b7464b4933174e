import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireS3Server, startS3Server, type TestS3Server } from '@tributary/s3/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MemorySink } from '../memory-sink.test-kit.ts';
import { OutboundClient } from '../outbound/client.ts';
import { createSource } from '../registry.ts';
import type { Source } from '../source.ts';
import { requireSshd, startSftpServer, type TestSftpServer } from './sftp/sftp-server.test-kit.ts';

const S3 = 'ecadc60c-7455-4d87-84dc-2a0e293d997b';
const SFTP = 'b7bf2577-4520-42c9-bae9-cad01560f7bc';

const outbound = new OutboundClient({ retry: { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 } });
const selection = { data: { format: 'delimited' }, params: { path: '/in/*.csv' } };
const files = {
  inspector: { inspect: () => Promise.reject(new Error('nobody looks into the files here')) },
  roots: [],
};
const everything = { table: '/in/*.csv', columns: [], window: undefined };

/** A few megabytes: enough that a connection can be cut in their middle. */
const CONTENT = Array.from({ length: 200_000 }, (_, index) => `${index},name ${index}\n`).join('');

let s3: TestS3Server | undefined;
let sftp: TestSftpServer | undefined;
let bucket = '';
beforeAll(async () => {
  s3 = await startS3Server();
  bucket = (await s3?.createBucket('bucket')) ?? '';
  sftp = await startSftpServer();
});
afterAll(async () => {
  await s3?.stop();
  await sftp?.stop();
  await outbound.close();
});

describe('files of S3', () => {
  beforeEach((context) => requireS3Server(context));

  test('land whole and once, however often the connection is cut', async () => {
    put(bucket, 'a.csv', 'id,name\n1,Ada\n');
    put(bucket, 'b.csv', CONTENT);
    for (const afterBytes of [100_000, 1_000_000, 10]) {
      s3?.proxy.trouble('GET /bucket/in/b.csv', { kind: 'cut', afterBytes });
    }
    await landsOnce(source(), () => put(bucket, 'b.csv', `${CONTENT}more,\n`));
  });

  const source = () =>
    sourceOf(S3, 'Access Key', {
      s3AccessKey: s3?.credentials.accessKeyId,
      s3SecretKey: s3?.credentials.secretAccessKey,
      serviceUrl: s3?.serviceUrl.href,
      bucketName: 'bucket',
    });
});

describe('files of SFTP', () => {
  beforeEach((context) => requireSshd(context));

  test('land whole and once, however often the connection is cut', async () => {
    const folder = sftp?.folder ?? '';
    put(folder, 'a.csv', 'id,name\n1,Ada\n');
    put(folder, 'b.csv', CONTENT);
    for (const afterBytes of [300_000, 1_000_000, 10]) sftp?.trouble({ kind: 'cut', afterBytes });
    const source = sourceOf(SFTP, 'SSH PublicKey Authentication for sftp', {
      host: sftp?.host,
      port: sftp?.port,
      userName: sftp?.user,
      privateKeyContent: sftp?.privateKey,
      folderPath: folder,
    });
    await landsOnce(source, () => put(folder, 'b.csv', `${CONTENT}more,\n`));
  });
});

async function landsOnce(source: Source, changeOne: () => void): Promise<void> {
  await source.check();
  expect((await source.explore('/in')).map(({ path }) => path)).toEqual(['/in/a.csv', '/in/b.csv']);
  const partitions = await source.plan(everything);
  expect(await textsOf(source, partitions)).toEqual({
    '/in/a.csv': 'id,name\n1,Ada\n',
    '/in/b.csv': CONTENT,
  });
  const versions = (planned: typeof partitions) => planned.map(({ item }) => item?.version);
  expect(versions(await source.plan(everything))).toEqual(versions(partitions));
  changeOne();
  const changed = await source.plan(everything);
  expect(changed.filter(({ item }) => !versions(partitions).includes(item?.version))).toHaveLength(1);
  const old = partitions.filter(({ item }) => item?.name === '/in/b.csv');
  await expect(textsOf(source, old)).rejects.toMatchObject({ kind: 'expired' });
}

async function textsOf(source: Source, partitions: Awaited<ReturnType<Source['plan']>>) {
  const texts: Record<string, string> = {};
  for (const partition of partitions) {
    const sink = new MemorySink();
    await source.read(partition, sink);
    texts[String(partition.item?.name)] = sink.pages.map(({ text }) => text).join('');
  }
  return texts;
}

function sourceOf(connectionSpecId: string, authSpecName: string, params: object): Source {
  const source = createSource(connectionSpecId, authSpecName, params, { outbound, files, selection });
  if (source === undefined) throw new Error(`no source for ${connectionSpecId}`);
  return source;
}

function put(folder: string, name: string, content: string): void {
  mkdirSync(join(folder, 'in'), { recursive: true });
  writeFileSync(join(folder, 'in', name), content);
}
