import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OutboundClient } from '../../outbound/client.ts';
import { entriesIn, pathsIn, readUntilBroken } from '../file-store.test-kit.ts';
import type { FileStore } from '../file-store.ts';
import { parseSftpParams } from './params.ts';
import { startPasswordServer } from './password-server.test-kit.ts';
import { createSftpFileStore } from './sftp-file-store.ts';
import { requireSshd, startSftpServer, type TestSftpServer } from './sftp-server.test-kit.ts';
import type { SharedSessionOptions } from './shared-session.ts';

const outbound = new OutboundClient({ retry: { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 } });
const QUICK = { idleMs: 50 };
const BY_KEY = 'SSH PublicKey Authentication for sftp';
const BY_PASSWORD = 'Basic Authentication for sftp';

describe('the files of an SFTP server', () => {
  let server: TestSftpServer;
  let folder: string;

  beforeAll(async () => {
    const started = await startSftpServer();
    if (started === undefined) return;
    server = started;
    folder = server.folder;
    await mkdir(join(folder, 'in', 'deep er'), { recursive: true });
    for (const [path, content] of FILES) await writeFile(join(folder, path), content);
  });
  afterAll(() => server?.stop());
  beforeEach((context) => requireSshd(context));

  const storeOf = (params: object = {}, options: SharedSessionOptions = QUICK): FileStore =>
    createSftpFileStore(
      parseSftpParams(BY_KEY, {
        host: server.host,
        port: server.port,
        userName: server.user,
        privateKeyContent: server.privateKey,
        folderPath: folder,
        ...params,
      }),
      outbound,
      options,
    );

  test('are listed to any depth, from any folder, over one connection', async () => {
    const before = server.connections;
    const store = storeOf();
    await store.check();
    expect(await pathsIn(store.list(''))).toEqual(['in/a.csv', 'in/deep er/ü+c.csv', 'top.csv']);
    expect(await pathsIn(store.list('/in/deep er/'))).toEqual(['in/deep er/ü+c.csv']);
    expect(await pathsIn(store.list('nowhere'))).toEqual([]);
    expect(server.connections - before).toBe(1);
  });

  test('are browsed level by level', async () => {
    expect(await entriesIn(storeOf().browse(''))).toEqual(['file top.csv', 'folder in']);
    expect(await entriesIn(storeOf().browse('in'))).toEqual(['file in/a.csv', 'folder in/deep er']);
    expect(await entriesIn(storeOf().browse('nowhere'))).toEqual([]);
    expect(await entriesIn(storeOf().browse('top.csv'))).toEqual([]);
  });

  test('lie below the root of the server where no folder is named', async () => {
    const store = storeOf({ folderPath: '' });
    expect(await entriesIn(store.browse('/'))).toContain('folder tmp');
    expect((await readUntilBroken(store, `${folder}/top.csv`, 0)).text).toBe('at the top');
  });

  test('tell what changes with them', async () => {
    const file = await storeOf().stat('in/a.csv');
    expect(file).toMatchObject({ path: 'in/a.csv', size: 10 });
    expect(Math.abs(Number(file?.modifiedAt) - Date.now())).toBeLessThan(600_000);
    const listed = await Array.fromAsync(storeOf().list('in'));
    expect(listed.find(({ path }) => path === 'in/a.csv')).toMatchObject(file ?? {});
    expect((await storeOf().open('in/a.csv', 0))?.file).toEqual(file);
    expect(await storeOf().stat('in')).toBeUndefined();
    expect(await storeOf().stat('in/none.csv')).toBeUndefined();
  });

  test('are more than one answer lists, each listed once', async () => {
    const many = join(folder, 'many');
    await mkdir(many);
    execFileSync('sh', ['-c', 'seq 450 | xargs touch'], { cwd: many });
    const paths = await pathsIn(storeOf().list('many'));
    expect(new Set(paths).size).toBe(450);
    expect(paths).toHaveLength(450);
    await rm(many, { recursive: true });
  });

  test('are read whole, or from anywhere on', async () => {
    const content = Array.from({ length: 100_000 }, (_, index) => `${index};`).join('');
    await writeFile(join(folder, 'long.csv'), content);
    expect((await readUntilBroken(storeOf(), 'long.csv', 0)).text).toBe(content);
    expect((await readUntilBroken(storeOf(), 'long.csv', 123_457)).text).toBe(content.slice(123_457));
    expect((await readUntilBroken(storeOf(), 'long.csv', content.length)).text).toBe('');
    await rm(join(folder, 'long.csv'));
  });

  test('are read on over a new connection where the first is cut', async () => {
    const content = 'x'.repeat(1_000_000) + 'y'.repeat(1_000_000);
    await writeFile(join(folder, 'cut.csv'), content);
    const store = storeOf();
    server.trouble({ kind: 'cut', afterBytes: 900_000 });
    const first = await readUntilBroken(store, 'cut.csv', 0);
    expect(first.error).toMatchObject({ kind: 'busy' });
    expect(first.text.length).toBeGreaterThan(0);
    const second = await readUntilBroken(store, 'cut.csv', first.text.length);
    expect(second.error).toBeUndefined();
    expect(first.text + second.text === content).toBe(true);
    await rm(join(folder, 'cut.csv'));
  });

  test('are given up on for now where the server goes silent', async () => {
    await writeFile(join(folder, 'silent.csv'), 'x'.repeat(500_000));
    server.trouble({ kind: 'stall', afterBytes: 200_000 });
    const { error } = await readUntilBroken(storeOf({}, { answerTimeoutMs: 1_000 }), 'silent.csv', 0);
    expect(error).toMatchObject({ kind: 'busy', code: 'TIMEOUT' });
    await rm(join(folder, 'silent.csv'));
  });

  test('are asked for again where the connection is cut at its beginning', async () => {
    for (const afterBytes of [1, 100]) server.trouble({ kind: 'cut', afterBytes });
    expect(await storeOf().stat('in/a.csv')).toMatchObject({ size: 10 });
    for (const afterBytes of [1, 100, 1]) server.trouble({ kind: 'cut', afterBytes });
    await expect(storeOf().stat('in/a.csv')).rejects.toMatchObject({ kind: 'busy' });
  });

  test('may vanish, or become shorter while they are read', async () => {
    const store = storeOf();
    await writeFile(join(folder, 'brief.csv'), 'x'.repeat(3_000_000));
    const opened = await store.open('brief.csv', 0);
    await truncate(join(folder, 'brief.csv'), 1_000_000);
    await expect(Array.fromAsync(opened?.body ?? [])).rejects.toMatchObject({
      kind: 'busy',
      message: expect.stringContaining('of 3000000 bytes'),
    });
    await rm(join(folder, 'brief.csv'));
    expect(await store.open('brief.csv', 0)).toBeUndefined();
  });

  test('are none where a link leads', async () => {
    await mkdir(join(folder, 'links'));
    await symlink('/etc/passwd', join(folder, 'links', 'file'));
    await symlink('/etc', join(folder, 'links', 'folder'));
    const store = storeOf();
    expect(await pathsIn(store.list('links'))).toEqual([]);
    expect(await entriesIn(store.browse('links/folder'))).toEqual([]);
    for (const path of ['links/file', 'links/folder/passwd']) {
      expect(await store.stat(path)).toBeUndefined();
      expect(await store.open(path, 0)).toBeUndefined();
    }
    await expect(store.stat('../host')).rejects.toMatchObject({ kind: 'invalid', code: 'INVALID_PATH' });
    await rm(join(folder, 'links'), { recursive: true });
  });

  test('are open no more at once than is allowed, and let go of early', async () => {
    const store = storeOf({ maxConcurrentConnections: '1' });
    const first = await store.open('in/a.csv', 0);
    const second = store.open('top.csv', 0);
    const enough = new AbortController();
    const third = store.open('top.csv', 0, enough.signal);
    enough.abort(new Error('enough'));
    await expect(third).rejects.toThrow('enough');
    for await (const _ of first?.body ?? []) break;
    const opened = await second;
    await opened?.body[Symbol.asyncIterator]().return?.();
    expect((await readUntilBroken(store, 'in/a.csv', 0)).text).toBe('id,name\n1,');
  });

  test('stay what they are to a reader that is told to stop', async () => {
    const enough = new AbortController();
    await writeFile(join(folder, 'stop.csv'), 'x'.repeat(2_000_000));
    const opened = await storeOf().open('stop.csv', 0, enough.signal);
    await expect(
      (async () => {
        for await (const _ of opened?.body ?? []) enough.abort(new Error('enough'));
      })(),
    ).rejects.toThrow('enough');
    await rm(join(folder, 'stop.csv'));
  });

  test('are opened by an encrypted key with its pass phrase, from a server whose key is pinned', async () => {
    const params = { privateKeyContent: server.encryptedKey, passPhrase: 'open sesame' };
    await storeOf({ ...params, hostKeyFingerprint: server.hostKeyFingerprint }).check();
  });

  test('are asked for of a server whatever kind of its keys is pinned', async () => {
    for (const hostKeyFingerprint of server.otherHostKeyFingerprints)
      await storeOf({ hostKeyFingerprint }).check();
  });

  test('may have any names, and grow while they are read: what was there when they were opened is read', async () => {
    const names = [
      ' lead.csv',
      'two\nlines.csv',
      'back\\slash.csv',
      'st*r[x]{a,b}?.csv',
      `q"uo'te.csv`,
      '%41.csv',
    ];
    await mkdir(join(folder, 'names'));
    for (const name of names) await writeFile(join(folder, 'names', name), name);
    const store = storeOf();
    expect(await pathsIn(store.list('names'))).toEqual(names.map((name) => `names/${name}`).sort());
    for (const name of names) expect((await readUntilBroken(store, `names/${name}`, 0)).text).toBe(name);
    const opened = await store.open('names/%41.csv', 0);
    await writeFile(join(folder, 'names', '%41.csv'), '%41.csv, and more');
    expect(Buffer.concat(await Array.fromAsync(opened?.body ?? [])).toString()).toBe('%41.csv');
    expect(await store.stat('names/%41.csv')).toMatchObject({ size: 17 });
    await rm(join(folder, 'names'), { recursive: true });
  });

  test('are not asked for of a server with another key', async () => {
    const other = `SHA256:${'A'.repeat(43)}`;
    const error: unknown = await storeOf({ hostKeyFingerprint: other })
      .check()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'refused', code: 'HOST_KEY_MISMATCH' });
    expect(String(error)).toContain(server.hostKeyFingerprint);
  });

  test.each([
    [{ userName: 'nobody-of-this-name' }, 'refused', 'LOGIN_REFUSED'],
    [{ folderPath: '/nowhere' }, 'invalid', 'NO_SUCH_FILE'],
    [{ host: '169.254.169.254' }, 'refused', 'NOT_ALLOWED'],
    [{ host: 'metadata.google.internal' }, 'refused', 'NOT_ALLOWED'],
    [{ port: 1 }, 'busy', 'CONNECTION'],
  ])('are refused or missed for %j', async (params, kind, code) => {
    const error: unknown = await storeOf(params)
      .check()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind, code });
    expect(String(error)).not.toContain(server.privateKey.slice(100, 120));
  });

  test('are refused to a wrong password, which is never told', async () => {
    const params = { host: server.host, port: server.port, userName: server.user, password: 'very-secret' };
    const store = createSftpFileStore(parseSftpParams(BY_PASSWORD, params), outbound, QUICK);
    const error: unknown = await store.check().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'refused', code: 'LOGIN_REFUSED' });
    expect(String(error)).not.toContain('very-secret');
  });
});

describe('a password', () => {
  test.each(['password', 'keyboard-interactive'] as const)('opens a server that asks by %s', async (asks) => {
    const server = await startPasswordServer(asks);
    const params = { host: 'localhost', port: server.port, userName: 'ada', password: server.password };
    await createSftpFileStore(parseSftpParams(BY_PASSWORD, params), outbound, QUICK).check();
    const wrong = createSftpFileStore(
      parseSftpParams(BY_PASSWORD, { ...params, password: 'wrong' }),
      outbound,
      QUICK,
    );
    await expect(wrong.check()).rejects.toMatchObject({ kind: 'refused', code: 'LOGIN_REFUSED' });
    await server.stop();
  });
});

const FILES = [
  ['top.csv', 'at the top'],
  ['in/a.csv', 'id,name\n1,'],
  ['in/deep er/ü+c.csv', 'ü and c'],
] as const;
