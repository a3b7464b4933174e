import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpTransport, S3Client } from '@tributary/s3';
import { requireS3Server, startS3Server, type TestS3Server } from '@tributary/s3/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FileExistsError, type FileIO, FileNotFoundError, LocationError } from './file-io.ts';
import { s3FileIO } from './s3-file-io.ts';
import { collect } from './testing/collect.ts';

const MIB = 1024 * 1024;
const QUICK = { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 };

describe('a lake in a bucket', () => {
  let server: TestS3Server;
  let folder: string;
  let io: FileIO;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lake-s3-'));
    const started = await startS3Server();
    if (started === undefined) return;
    server = started;
    await server.createBucket('bucket');
    io = open();
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach((context) => {
    requireS3Server(context);
    server.proxy.knowsConditionalWrites = true;
  });

  const open = () => {
    const { serviceUrl, credentials } = server;
    return s3FileIO({ root: 's3://bucket/lake/', serviceUrl, credentials, retry: QUICK, partSize: 5 * MIB });
  };
  const at = (path: string) => `s3://bucket/lake/${path}`;

  test('takes files of this machine, large ones in parts', async () => {
    const content = randomBytes(6 * MIB);
    const path = join(folder, 'large.parquet');
    await writeFile(path, content);
    await io.upload(path, at('t/data/large.parquet'));
    expect((await io.read(at('t/data/large.parquet'))).equals(content)).toBe(true);
    await writeFile(path, randomBytes(6 * MIB));
    await expect(io.upload(path, at('t/data/large.parquet'))).rejects.toThrow(FileExistsError);
    await expect(io.upload(join(folder, 'none'), at('t/data/none'))).rejects.toThrow(FileNotFoundError);
  });

  test('takes them once from a service that knows no conditions, too', async () => {
    server.proxy.knowsConditionalWrites = false;
    const careful = open();
    const path = join(folder, 'small.parquet');
    await writeFile(path, 'small');
    await careful.upload(path, at('t/data/small.parquet'));
    await writeFile(path, 'other');
    await expect(careful.upload(path, at('t/data/small.parquet'))).rejects.toThrow(FileExistsError);
  });

  test('is written once to a service that refuses conditions', async () => {
    const careful = open();
    server.proxy.trouble('PUT', { kind: 'refuse', status: 501, code: 'NotImplemented' });
    await careful.write(at('refused'), Buffer.from('first'));
    server.proxy.trouble('PUT', { kind: 'refuse', status: 501, code: 'NotImplemented' });
    for (const io of [careful, open()]) {
      await expect(io.write(at('refused'), Buffer.from('second'))).rejects.toThrow(FileExistsError);
    }
    expect((await io.read(at('refused'))).toString()).toBe('first');
  });

  test('knows its own write again whose answer was lost', async () => {
    server.proxy.trouble('PUT', { kind: 'lose-answer' });
    await io.write(at('lost'), Buffer.from('content'));
    expect((await io.read(at('lost'))).toString()).toBe('content');
  });

  test('takes up an upload that was cut off, and knows its own again whose answer was lost', async () => {
    const path = join(folder, 'uploaded');
    await writeFile(path, 'content');
    server.proxy.trouble('PUT', { kind: 'cut-request' });
    server.proxy.trouble('PUT', { kind: 'lose-answer' });
    await io.upload(path, at('uploaded'));
    expect((await io.read(at('uploaded'))).toString()).toBe('content');
    await writeFile(path, 'another');
    await expect(io.upload(path, at('uploaded'))).rejects.toThrow(FileExistsError);
  });

  test('has one winner where several writers meet', async () => {
    const writers = Array.from({ length: 8 }, (_, index) =>
      io.write(at('race'), Buffer.from(`writer ${index}`)),
    );
    const outcomes = await Promise.allSettled(writers);
    const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    expect((await io.read(at('race'))).toString()).toBe(`writer ${winners[0]}`);
  });

  test('reads a file again that broke off', async () => {
    await io.write(at('broken'), Buffer.from('0123456789'));
    server.proxy.trouble('GET', { kind: 'cut', afterBytes: 4 });
    expect((await io.read(at('broken'))).toString()).toBe('0123456789');
  });

  test('streams on from where a file broke off, and not of another file', async () => {
    await io.write(at('streamed'), Buffer.from('0123456789'));
    server.proxy.trouble('GET', { kind: 'cut', afterBytes: 4 });
    server.proxy.trouble('GET', { kind: 'cut', afterBytes: 2 });
    expect(Buffer.concat(await collect(await io.stream(at('streamed')))).toString()).toBe('0123456789');
    const stream = await io.stream(at('streamed'), { start: 1, end: 8 });
    await io.replace(at('streamed'), Buffer.from('another'));
    await expect(collect(stream)).rejects.toThrow(/pre-?conditions?/);
  });

  test('drops what uploads left behind that nobody ended, and no upload that is under way', async () => {
    const { serviceUrl, credentials } = server;
    const client = new S3Client({ serviceUrl, credentials, transport: httpTransport() });
    const left = { bucket: 'bucket', key: 'lake/t/left' };
    const elsewhere = { bucket: 'bucket', key: 'elsewhere' };
    await client.beginUpload(left);
    const other = await client.beginUpload(elsewhere);
    expect(await io.removeUnfinished('s3://bucket/lake', new Date(Date.now() - 3_600_000))).toBe(0);
    expect(await io.removeUnfinished('s3://bucket/lake', new Date(Date.now() + 3_600_000))).toBe(1);
    expect(await collect(client.listUploads('bucket', ''))).toMatchObject([{ uploadId: other }]);
  });

  test('is found under the names that Hadoop has for it', async () => {
    await io.write(at('hadoop'), Buffer.from('x'));
    expect(await io.stat('s3a://bucket/lake/hadoop')).toMatchObject({ location: at('hadoop'), size: 1 });
  });
});

test.each(['s3://', 's3://b', 'bucket/lake', 'file:///lake', 's3://bucket/what?', 's3://bucket/a/../b'])(
  'a lake does not lie at %j',
  (root) => {
    const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
    expect(() => s3FileIO({ root, credentials })).toThrow(LocationError);
  },
);
