import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireS3Server, startS3Server, type TestS3Server } from '@tributary/s3/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OutboundClient } from '../../outbound/client.ts';
import { entriesIn, pathsIn, readUntilBroken } from '../file-store.test-kit.ts';
import type { FileStore } from '../file-store.ts';
import { parseS3Params } from './params.ts';
import { createS3FileStore } from './s3-file-store.ts';

const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 };
const outbound = new OutboundClient({ retry });
/** Only for a server that is silent: one that is slow must not be taken for that. */
const impatient = new OutboundClient({ retry, bodyIdleTimeoutMs: 1_000 });

describe('an S3 bucket of files', () => {
  let server: TestS3Server;
  let folder: string;

  beforeAll(async () => {
    const started = await startS3Server();
    if (started === undefined) return;
    server = started;
    folder = await server.createBucket('crm');
    await mkdir(join(folder, 'in', 'deep er'), { recursive: true });
    for (const [path, content] of FILES) await writeFile(join(folder, path), content);
  });
  afterAll(async () => {
    await server?.stop();
    await outbound.close();
    await impatient.close();
  });
  beforeEach((context) => requireS3Server(context));

  const storeOf = (params: object = {}, client = outbound): FileStore =>
    createS3FileStore(
      parseS3Params('Access Key', {
        s3AccessKey: server.credentials.accessKeyId,
        s3SecretKey: server.credentials.secretAccessKey,
        serviceUrl: server.serviceUrl.href,
        bucketName: 'crm',
        ...params,
      }),
      client,
    );

  test('is listed to its depths, from any folder', async () => {
    const store = storeOf();
    await store.check();
    expect(await pathsIn(store.list(''))).toEqual(['in/a.csv', 'in/deep er/b+c.csv', 'top.csv']);
    expect(await pathsIn(store.list('in/deep er'))).toEqual(['in/deep er/b+c.csv']);
    expect(await pathsIn(store.list('i'))).toEqual([]);
  });

  test('is browsed level by level', async () => {
    expect(await entriesIn(storeOf().browse(''))).toEqual(['file top.csv', 'folder in']);
    expect(await entriesIn(storeOf().browse('in'))).toEqual(['file in/a.csv', 'folder in/deep er']);
    expect(await entriesIn(storeOf().browse('nowhere'))).toEqual([]);
  });

  test('may be read from one of its folders on', async () => {
    const store = storeOf({ folderPath: '/in/' });
    await store.check();
    expect(await pathsIn(store.list(''))).toEqual(['a.csv', 'deep er/b+c.csv']);
    expect(await entriesIn(store.browse(''))).toEqual(['file a.csv', 'folder deep er']);
    expect(await contentOf(store, 'deep er/b+c.csv')).toBe('b and c');
  });

  test('is one of several where none is named', async () => {
    await server.createBucket('other');
    const store = storeOf({ bucketName: '' });
    await store.check();
    expect(await entriesIn(store.browse(''))).toEqual(['folder crm', 'folder other']);
    expect(await entriesIn(store.browse('crm/in'))).toEqual(['file crm/in/a.csv', 'folder crm/in/deep er']);
    expect(await pathsIn(store.list(''))).toContain('crm/in/a.csv');
    expect(await contentOf(store, 'crm/top.csv')).toBe('at the top');
    expect(await store.stat('crm')).toBeUndefined();
    expect(await store.clock()).toBeInstanceOf(Date);
  });

  test('tells of its files what changes with them', async () => {
    const before = await storeOf().stat('in/a.csv');
    expect(before).toMatchObject({ path: 'in/a.csv', size: 10 });
    expect(Math.abs(Number(before?.modifiedAt) - Date.now())).toBeLessThan(600_000);
    const listed = await Array.fromAsync(storeOf().list('in'));
    expect(listed.find(({ path }) => path === 'in/a.csv')).toEqual(before);
    expect((await storeOf().open('in/a.csv', 0))?.file).toEqual(before);
    expect((await storeOf().open('in/a.csv', 3))?.file).toEqual(before);
    expect(await storeOf().stat('in/none.csv')).toBeUndefined();
    expect(await storeOf().stat('in')).toBeUndefined();
  });

  test('lists more objects than one answer holds, each once', async () => {
    const many = join(await server.createBucket('many'), 'm');
    await mkdir(many);
    execFileSync('sh', ['-c', 'seq 1050 | xargs touch'], { cwd: many });
    const paths = await pathsIn(storeOf({ bucketName: 'many' }).list('m'));
    expect(new Set(paths).size).toBe(1_050);
    expect(paths).toHaveLength(1_050);
  });

  test('is read on from where a broken connection left off', async () => {
    const content = 'x'.repeat(500_000) + 'y'.repeat(500_000);
    await writeFile(join(folder, 'large.csv'), content);
    const store = storeOf();
    server.proxy.trouble('GET', { kind: 'cut', afterBytes: 600_000 });
    const first = await readUntilBroken(store, 'large.csv', 0);
    expect(first.error).toMatchObject({ kind: 'busy' });
    expect(first.text.length).toBeGreaterThan(0);
    const second = await readUntilBroken(store, 'large.csv', first.text.length);
    expect(second.error).toBeUndefined();
    expect(first.text + second.text).toBe(content);
    await rm(join(folder, 'large.csv'));
  });

  test('is given up on for now where it goes silent', async () => {
    server.proxy.trouble('GET', { kind: 'stall', afterBytes: 3 });
    const { text, error } = await readUntilBroken(storeOf({}, impatient), 'in/a.csv', 0);
    expect(text).toBe('id,');
    expect(error).toMatchObject({ kind: 'busy', code: 'TIMEOUT' });
  });

  test('opens a file at its end, and none that has vanished', async () => {
    const store = storeOf();
    const opened = await store.open('in/a.csv', 10);
    expect(opened?.file.size).toBe(10);
    expect(await Array.fromAsync(opened?.body ?? [])).toEqual([]);
    await writeFile(join(folder, 'brief.csv'), 'x');
    expect(await pathsIn(store.list(''))).toContain('brief.csv');
    await rm(join(folder, 'brief.csv'));
    expect(await store.open('brief.csv', 0)).toBeUndefined();
    expect(await store.open('brief.csv', 1)).toBeUndefined();
  });

  test('lets go of a file that is not read to its end', async () => {
    const opened = await storeOf().open('in/a.csv', 0);
    for await (const _ of opened?.body ?? []) break;
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(storeOf().open('in/a.csv', 0, aborted)).rejects.toThrow('enough');
  });

  test('has no way out of it', async () => {
    for (const path of ['../other/x', 'in/../../x']) {
      await expect(storeOf().stat(path)).rejects.toMatchObject({ kind: 'invalid', code: 'INVALID_PATH' });
    }
    expect(await storeOf().stat('/in//./a.csv')).toMatchObject({ path: 'in/a.csv' });
  });

  test.each([
    [{ s3SecretKey: 'wrong-secret' }, 'refused', 'SignatureDoesNotMatch', 's3SecretKey'],
    [{ bucketName: 'nowhere' }, 'invalid', 'NoSuchBucket', 'bucketName'],
    [{ serviceUrl: 'http://169.254.169.254' }, 'refused', 'NOT_ALLOWED', '169.254.169.254'],
    [{ serviceUrl: 'http://127.0.0.1:1' }, 'busy', 'CONNECTION', '127.0.0.1:1'],
  ])('says by %j what is wrong', async (params, kind, code, told) => {
    const error: unknown = await storeOf(params)
      .check()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind, code });
    expect(String(error)).toContain(told);
    expect(String(error)).not.toContain('wrong-secret');
    expect(String(error)).not.toContain(server.credentials.secretAccessKey);
  });

  test.each([
    ['InvalidAccessKeyId', 403, 'refused', 's3AccessKey'],
    ['AccessDenied', 403, 'refused', 's3:ListBucket'],
    ['ExpiredToken', 400, 'refused', 's3SessionToken'],
    ['PermanentRedirect', 301, 'refused', 'auth.params.region'],
    ['InvalidObjectState', 403, 'invalid', 'archive'],
    ['SomethingNew', 400, 'invalid', 'made up'],
  ])('tells the mend of %s', async (code, status, kind, told) => {
    server.proxy.trouble('GET', { kind: 'refuse', status, code });
    const error: unknown = await storeOf()
      .check()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind, code });
    expect(String(error)).toContain(told);
  });

  test('repeats no secret, even where the service does', async () => {
    const { secretAccessKey } = server.credentials;
    const message = `you sent ${secretAccessKey}`;
    server.proxy.trouble('GET', { kind: 'refuse', status: 400, code: 'Odd', message });
    await expect(storeOf().check()).rejects.toThrow('you sent ***');
  });

  test('is listed again where the answer breaks off', async () => {
    server.proxy.trouble('GET /crm', { kind: 'cut', afterBytes: 100 });
    expect(await pathsIn(storeOf().list('in'))).toHaveLength(2);
    for (let times = 0; times < 3; times++) {
      server.proxy.trouble('GET /crm', { kind: 'cut', afterBytes: 100 });
    }
    await expect(pathsIn(storeOf().list('in'))).rejects.toMatchObject({ kind: 'busy', code: 'CONNECTION' });
  });

  test('is asked again while it is busy, and told as busy in the end', async () => {
    server.proxy.trouble('GET', { kind: 'refuse', status: 503, code: 'SlowDown' });
    await storeOf().check();
    for (let times = 0; times < 3; times++) {
      server.proxy.trouble('GET', { kind: 'refuse', status: 503, code: 'SlowDown' });
    }
    await expect(storeOf().check()).rejects.toMatchObject({ kind: 'busy', code: 'SlowDown' });
  });
});

const FILES = [
  ['top.csv', 'at the top'],
  ['in/a.csv', 'id,name\n1,'],
  ['in/deep er/b+c.csv', 'b and c'],
] as const;

async function contentOf(store: FileStore, path: string): Promise<string> {
  return (await readUntilBroken(store, path, 0)).text;
}
