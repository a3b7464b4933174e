import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { S3Client } from './client.ts';
import { requireS3Server, startS3Server, type TestS3Server } from './s3-server.test-kit.ts';
import type { S3Options } from './signed-requests.ts';
import { httpTransport, readText } from './transport.ts';

const QUICK = { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 };

describe('an S3 server', () => {
  let server: TestS3Server;
  let client: S3Client;
  let folder: string;

  beforeAll(async () => {
    const started = await startS3Server();
    if (started === undefined) return;
    server = started;
    folder = await server.createBucket('bucket');
    client = connect();
  });
  afterAll(() => server?.stop());
  beforeEach((context) => requireS3Server(context));

  const connect = (options: Partial<S3Options> = {}) =>
    new S3Client({
      serviceUrl: server.serviceUrl,
      credentials: server.credentials,
      transport: httpTransport(),
      retry: QUICK,
      ...options,
    });
  const at = (key: string) => ({ bucket: 'bucket', key });
  const textAt = async (key: string, from = 0) => {
    const opened = await client.open(at(key), { from });
    return opened && (await readText(opened.body, 1_000_000));
  };

  test.each(['plain', 'a b/ü+=&?#%2F.txt', "it's (1)!*~/~.json", '日本/😀', 'a//b', 'dot.'])(
    'keeps an object under the key %j',
    async (key) => {
      await client.put(at(key), Buffer.from(`content of ${key}`));
      expect(await textAt(key)).toBe(`content of ${key}`);
      const object = await client.head(at(key));
      expect(object).toMatchObject({ key, size: Buffer.byteLength(`content of ${key}`) });
      expect(object?.etag).toMatch(/^[0-9a-f]{32}$/);
      await client.remove(at(key));
      expect(await client.head(at(key))).toBeUndefined();
    },
  );

  test('has no object where there is none', async () => {
    expect(await client.head(at('none'))).toBeUndefined();
    expect(await client.open(at('none'))).toBeUndefined();
    await client.remove(at('none'));
  });

  test('opens an object in its middle, and only where it is still the same', async () => {
    await client.put(at('ranges'), Buffer.from('0123456789'));
    expect(await textAt('ranges', 4)).toBe('456789');
    const opened = await client.open(at('ranges'), { from: 9 });
    expect(opened?.object.size).toBe(10);
    for await (const _ of opened?.body ?? []) break;
    await expect(client.open(at('ranges'), { from: 2, ifMatch: 'other' })).rejects.toMatchObject({
      code: 'PreconditionFailed',
    });
    await expect(client.open(at('ranges'), { from: 10 })).rejects.toMatchObject({ code: 'InvalidRange' });
  });

  test('writes once where that is asked for', async () => {
    await client.put(at('once'), Buffer.from('first'), { onlyIfAbsent: true });
    await expect(client.put(at('once'), Buffer.from('second'), { onlyIfAbsent: true })).rejects.toMatchObject(
      {
        status: 412,
      },
    );
    expect(await textAt('once')).toBe('first');
  });

  test('lists more keys than fit on a page, each once', async () => {
    await mkdir(join(folder, 'many'));
    const names = Array.from({ length: 1200 }, (_, index) => `many/${index} +%.csv`);
    await Promise.all(names.map((name) => writeFile(join(folder, name), '')));
    const pages = await Array.fromAsync(client.list({ bucket: 'bucket', prefix: 'many/' }));
    expect(pages.length).toBeGreaterThan(1);
    const keys = pages.flatMap(({ objects }) => objects.map(({ key }) => key));
    expect(keys.sort()).toEqual(names.sort());
  });

  test('is not believed to have listed all where it says that there is more, and not where', async () => {
    for (const key of ['cut/a', 'cut/b']) await client.put(at(key), Buffer.from('x'));
    const { send, isPassing } = httpTransport();
    const forgetful = connect({
      transport: {
        async send(request) {
          const answer = await send(request);
          if (!answer.ok) return answer;
          const text = await readText(answer.body, 100_000);
          const without = text.replace(/<NextContinuationToken>.*<\/NextContinuationToken>/s, '');
          return { ...answer, body: Readable.from([Buffer.from(without)]) };
        },
        isPassing,
      },
    });
    const pages = Array.fromAsync(forgetful.list({ bucket: 'bucket', prefix: 'cut/', pageSize: 1 }));
    await expect(pages).rejects.toThrow('does not say where it goes on');
  });

  test('lists one level of folders', async () => {
    for (const key of ['level/a', 'level/b/c', 'level/b/d', 'level/e f/g']) {
      await client.put(at(key), Buffer.from('x'));
    }
    const pages = await Array.fromAsync(client.list({ bucket: 'bucket', prefix: 'level/', delimiter: '/' }));
    expect(pages.flatMap(({ objects }) => objects.map(({ key }) => key))).toEqual(['level/a']);
    expect(pages.flatMap(({ prefixes }) => prefixes)).toEqual(['level/b/', 'level/e f/']);
  });

  test('lists its buckets', async () => {
    await server.createBucket('another');
    expect(await Array.fromAsync(client.listBuckets())).toEqual(['another', 'bucket']);
  });

  test('refuses a wrong secret, an unknown key and a bucket that is not there, each in its own words', async () => {
    const { accessKeyId } = server.credentials;
    const wrongSecret = connect({ credentials: { accessKeyId, secretAccessKey: 'wrong' } });
    await expect(Array.fromAsync(wrongSecret.list({ bucket: 'bucket' }))).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
    const unknown = connect({ credentials: { accessKeyId: 'nobody', secretAccessKey: 'wrong' } });
    await expect(Array.fromAsync(unknown.list({ bucket: 'bucket' }))).rejects.toMatchObject({
      code: 'InvalidAccessKeyId',
    });
    await expect(Array.fromAsync(client.list({ bucket: 'nowhere' }))).rejects.toMatchObject({
      code: 'NoSuchBucket',
    });
  });

  test.each([-3_600_000, 3_600_000])('is spoken to by a machine whose clock is off by %d ms', async (off) => {
    const skewed = connect({ now: () => Date.now() + off });
    await skewed.put(at('skewed'), Buffer.from('x'));
    expect(await skewed.head(at('skewed'))).toMatchObject({ size: 1 });
  });

  test('is asked again while it is busy, and not for good', async () => {
    await client.put(at('busy'), Buffer.from('x'));
    server.proxy.trouble('HEAD', { kind: 'refuse', status: 503, code: 'SlowDown' });
    server.proxy.trouble('HEAD', { kind: 'lose-answer' });
    expect(await client.head(at('busy'))).toMatchObject({ size: 1 });
    for (let times = 0; times < QUICK.attempts; times++) {
      server.proxy.trouble('GET', { kind: 'refuse', status: 503, code: 'SlowDown' });
    }
    await expect(client.open(at('busy'))).rejects.toMatchObject({ code: 'SlowDown' });
    expect(await textAt('busy')).toBe('x');
  });

  test('is left alone once nobody waits for it any more', async () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(client.head(at('busy'), aborted)).rejects.toThrow('enough');
  });

  test('tells its time', async () => {
    const time = await client.clock('bucket');
    expect(Math.abs(Number(time) - Date.now())).toBeLessThan(60_000);
  });
});
