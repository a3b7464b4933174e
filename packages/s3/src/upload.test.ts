import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { S3Client } from './client.ts';
import { requireS3Server, startS3Server, type TestS3Server } from './s3-server.test-kit.ts';
import { httpTransport, readBytes } from './transport.ts';
import { partSizeOf, uploadFile } from './upload.ts';

const MIB = 1024 * 1024;
const TIB = MIB * MIB;

test('10,000 parts suffice for any object that S3 takes, and no part is too small', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 * TIB }), (size) => {
      const partSize = partSizeOf(size);
      expect(Math.ceil(size / partSize)).toBeLessThanOrEqual(10_000);
      expect(partSize).toBeGreaterThanOrEqual(5 * MIB);
      expect(partSize).toBeLessThan(5 * 1024 * MIB);
    }),
  );
});

describe('a local file', () => {
  const content = randomBytes(11 * MIB + 7);
  let server: TestS3Server;
  let client: S3Client;
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-upload-'));
    path = join(folder, 'data.parquet');
    await writeFile(path, content);
    const started = await startS3Server();
    if (started === undefined) return;
    server = started;
    await server.createBucket('bucket');
    const { serviceUrl, credentials } = server;
    const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 };
    client = new S3Client({ serviceUrl, credentials, transport: httpTransport(), retry });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach((context) => requireS3Server(context));

  const at = (key: string) => ({ bucket: 'bucket', key });
  const upload = (key: string, signal?: AbortSignal) =>
    uploadFile(client, path, at(key), { partSize: 5 * MIB, onlyIfAbsent: true }, signal);
  const openUploads = () => Array.fromAsync(client.listUploads('bucket', ''));
  const hashAt = async (key: string) => {
    const opened = await client.open(at(key));
    return opened && hashOf(await readBytes(opened.body, 20 * MIB));
  };

  test('arrives in parts as it is, though parts are refused or their answers lost', async () => {
    server.proxy.trouble('PUT', { kind: 'refuse', status: 503, code: 'SlowDown' });
    server.proxy.trouble('PUT', { kind: 'lose-answer' });
    await upload('parts');
    expect(await hashAt('parts')).toBe(hashOf(content));
    expect(await openUploads()).toEqual([]);
  });

  test('does not take the place of an object that is there', async () => {
    await client.put(at('taken'), Buffer.from('first'));
    await expect(upload('taken')).rejects.toMatchObject({ code: 'PreconditionFailed' });
    expect(await client.head(at('taken'))).toMatchObject({ size: 5 });
    expect(await openUploads()).toEqual([]);
  });

  test('leaves nothing behind where it cannot be uploaded', async () => {
    server.proxy.trouble('PUT', { kind: 'refuse', status: 403, code: 'AccessDenied' });
    await expect(upload('refused')).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(await client.head(at('refused'))).toBeUndefined();
    expect(await openUploads()).toEqual([]);
  });

  test('leaves nothing behind where nobody waits for it any more', async () => {
    const enough = new AbortController();
    server.proxy.trouble('PUT', { kind: 'refuse', status: 503, code: 'SlowDown' });
    const uploading = upload('aborted', enough.signal);
    enough.abort(new Error('enough'));
    await expect(uploading).rejects.toThrow();
    expect(await client.head(at('aborted'))).toBeUndefined();
    expect(await openUploads()).toEqual([]);
  });

  test('is uploaded whole where it is small or empty', async () => {
    const small = join(folder, 'small');
    await writeFile(small, 'small');
    await uploadFile(client, small, at('small'));
    expect(await hashAt('small')).toBe(hashOf(Buffer.from('small')));
    const empty = join(folder, 'empty');
    await writeFile(empty, '');
    await uploadFile(client, empty, at('empty'));
    expect(await client.head(at('empty'))).toMatchObject({ size: 0 });
  });

  test('whose upload a process did not live to end is told of, and can be dropped', async () => {
    const uploadId = await client.beginUpload(at('left/a b'));
    await client.uploadPart(at('left/a b'), uploadId, 1, { path, start: 0, size: 5 * MIB });
    const open = await Array.fromAsync(client.listUploads('bucket', 'left/'));
    expect(open).toMatchObject([{ key: 'left/a b', uploadId }]);
    expect(Math.abs(Number(open[0]?.begunAt) - Date.now())).toBeLessThan(60_000);
    await client.abortUpload(at('left/a b'), uploadId);
    await client.abortUpload(at('left/a b'), uploadId);
    expect(await openUploads()).toEqual([]);
  });
});

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
