import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireS3Server, startS3Server, type TestS3Server } from '@tributary/s3/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FileExistsError, type FileIO, FileNotFoundError, type FileRange, LocationError } from './file-io.ts';
import { localFileIO } from './local-file-io.ts';
import { s3FileIO } from './s3-file-io.ts';
import { collect } from './testing/collect.ts';

let folder: string;
let server: TestS3Server | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lake-files-'));
  server = await startS3Server();
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

interface Kind {
  readonly name: string;
  /** Opens one whose root, a location, holds nothing. */
  open(name: string): Promise<{ readonly io: FileIO; readonly root: string }>;
}

const kinds: readonly Kind[] = [
  {
    name: 'a local folder',
    async open(name) {
      const root = join(folder, name);
      await mkdir(root);
      return { io: localFileIO(root), root: `file://${root}` };
    },
  },
  { name: 'a bucket', open: (name) => openBucket(name, true) },
  { name: 'a bucket of a service that knows no conditions', open: (name) => openBucket(name, false) },
];

async function openBucket(name: string, knowsConditionalWrites: boolean) {
  if (server === undefined) throw new Error('the S3 server is not installed');
  const bucket = `${name}-${knowsConditionalWrites}`;
  await server.createBucket(bucket);
  server.proxy.knowsConditionalWrites = knowsConditionalWrites;
  const root = `s3://${bucket}/lake`;
  const { serviceUrl, credentials } = server;
  const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 };
  return { io: s3FileIO({ root, serviceUrl, credentials, retry }), root };
}

describe.each(kinds)('files of $name', ({ name, open }) => {
  let io: FileIO;
  let root: string;
  let opened = 0;

  beforeEach(async (context) => {
    if (name !== 'a local folder') requireS3Server(context);
    opened += 1;
    ({ io, root } = await open(`root-${opened}`));
  });

  const at = (path: string) => `${root}/${path}`;

  test('are read as they were written, in folders made on the way', async () => {
    await io.write(at('a table/ünï+%20/00000.json'), Buffer.from('content'));
    expect((await io.read(at('a table/ünï+%20/00000.json'))).toString()).toBe('content');
    const stat = await io.stat(at('a table/ünï+%20/00000.json'));
    expect(stat).toMatchObject({ location: at('a table/ünï+%20/00000.json'), size: 7 });
    expect(Math.abs(Date.now() - Number(stat?.modifiedAt))).toBeLessThan(3_600_000);
  });

  test('are written once', async () => {
    await io.write(at('t/a'), Buffer.from('first'));
    await expect(io.write(at('t/a'), Buffer.from('second'))).rejects.toThrow(FileExistsError);
    expect((await io.read(at('t/a'))).toString()).toBe('first');
    expect(await collect(io.list(at('t')))).toMatchObject([{ location: at('t/a'), size: 5 }]);
  });

  test('are replaced only where that is asked for', async () => {
    await io.replace(at('t/hint'), Buffer.from('1'));
    await io.replace(at('t/hint'), Buffer.from('2'));
    expect((await io.read(at('t/hint'))).toString()).toBe('2');
  });

  test('are listed below a folder, and none of a folder with a like name', async () => {
    for (const path of ['t/a', 't/b/c', 'u/d', 'tt/e']) await io.write(at(path), Buffer.from(path));
    const files = await collect(io.list(at('t')));
    expect(files.sort((a, b) => a.location.localeCompare(b.location))).toMatchObject([
      { location: at('t/a'), size: 3 },
      { location: at('t/b/c'), size: 5 },
    ]);
    for (const { modifiedAt } of files) expect(Number.isNaN(modifiedAt.getTime())).toBe(false);
    expect(await collect(io.list(root))).toHaveLength(4);
    expect(await collect(io.list(at('missing')))).toEqual([]);
  });

  test('can be missing', async () => {
    await expect(io.read(at('missing'))).rejects.toThrow(FileNotFoundError);
    await expect(io.sync(at('missing/a'))).rejects.toThrow(FileNotFoundError);
    expect(await io.stat(at('missing'))).toBeUndefined();
    await io.remove(at('missing/a'));
    await io.removeFolder(at('missing'));
    await expect(io.stream(at('missing'))).rejects.toThrow(FileNotFoundError);
    await expect(io.upload(join(folder, 'missing'), at('missing'))).rejects.toThrow(FileNotFoundError);
  });

  test('are streamed, whole or a range of them', async () => {
    await io.write(at('digits'), Buffer.from('0123456789'));
    const text = async (range?: FileRange) =>
      Buffer.concat(await collect(await io.stream(at('digits'), range))).toString();
    expect(await text()).toBe('0123456789');
    expect(await text({ start: 2, end: 4 })).toBe('234');
    expect(await text({ start: 7, end: 100 })).toBe('789');
    await io.write(at('empty'), Buffer.alloc(0));
    expect(await collect(await io.stream(at('empty')))).toEqual([]);
  });

  test('are written as they come', async () => {
    async function* pieces() {
      yield Buffer.from('0123');
      yield Buffer.from('456789');
    }
    expect(await io.writeStream(at('t/stream'), pieces())).toBe(10);
    expect((await io.read(at('t/stream'))).toString()).toBe('0123456789');
  });

  test('are not there where what comes breaks off, or is not waited for any more', async () => {
    const leaving = new AbortController();
    async function* broken() {
      yield Buffer.from('0123');
      throw new Error('reset');
    }
    async function* left() {
      yield Buffer.from('0123');
      leaving.abort();
      yield Buffer.from('4567');
    }
    await expect(io.writeStream(at('t/broken'), broken())).rejects.toThrow('reset');
    await expect(io.writeStream(at('t/left'), left(), leaving.signal)).rejects.toThrow(/abort/);
    expect(await collect(io.list(root))).toEqual([]);
    expect(await io.removeUnfinished(root, new Date(Date.now() + 3_600_000))).toBe(0);
  });

  test('lie in folders, which can be told apart', async () => {
    for (const path of ['t/a/1', 't/a/2', 't/b/c/3', 't/4', 'u/5'])
      await io.write(at(path), Buffer.from(path));
    expect((await collect(io.folders(at('t')))).sort()).toEqual(['a', 'b']);
    expect((await collect(io.folders(root))).sort()).toEqual(['t', 'u']);
    expect(await collect(io.folders(at('missing')))).toEqual([]);
  });

  test('come from this machine, once', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    await writeFile(first, 'first');
    await writeFile(second, 'second');
    await io.upload(first, at('t/uploaded'));
    expect((await io.read(at('t/uploaded'))).toString()).toBe('first');
    await expect(io.upload(second, at('t/uploaded'))).rejects.toThrow(FileExistsError);
    expect(await readFile(first, 'utf8')).toBe('first');
  });

  test('go with their folder, and those of a folder with a like name stay', async () => {
    for (const path of ['t/a', 't/b/c', 'tt/d']) await io.write(at(path), Buffer.from(path));
    await io.removeFolder(at('t'));
    expect(await collect(io.list(root))).toMatchObject([{ location: at('tt/d') }]);
  });

  test('are removed', async () => {
    await io.write(at('a'), Buffer.from('content'));
    await io.sync(at('a'));
    await io.remove(at('a'));
    expect(await io.stat(at('a'))).toBeUndefined();
  });

  test('may be empty', async () => {
    await io.write(at('empty'), Buffer.alloc(0));
    expect(await io.read(at('empty'))).toHaveLength(0);
  });

  test.each([
    ['a folder above', () => at('../secret')],
    ['a folder above, later', () => at('t/../../secret')],
    ['a neighbour with a like name', () => `${root}-other/secret`],
    ['another scheme', () => 'gs://bucket/a'],
    ['a bare path', () => '/etc/passwd'],
    ['a null byte', () => at('a\0b')],
    ['nothing', () => ''],
  ])('are none outside of the root: %s', async (_, location) => {
    await expect(io.read(location())).rejects.toThrow(LocationError);
    await expect(io.write(location(), Buffer.from('x'))).rejects.toThrow(LocationError);
    await expect(io.remove(location())).rejects.toThrow(LocationError);
    await expect(io.removeFolder(location())).rejects.toThrow(LocationError);
    await expect(io.upload(import.meta.filename, location())).rejects.toThrow(LocationError);
    expect(() => io.pathOf(location())).toThrow(LocationError);
  });
});
