import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FileIO, FileNotFoundError } from './file-io.ts';
import { type LocalCopies, localCopies, NoRoomError } from './local-copies.ts';
import { localFileIO } from './local-file-io.ts';

let folder: string;
let downloads: string[];
/** A folder that is reached as if it lay elsewhere. */
let elsewhere: FileIO;
let copies: LocalCopies;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lake-copies-'));
  await mkdir(join(folder, 'lake'));
  const io = localFileIO(join(folder, 'lake'));
  downloads = [];
  elsewhere = {
    ...io,
    pathOf: () => undefined,
    stream: (location) => {
      downloads.push(location);
      return io.stream(location);
    },
  };
  copies = localCopies(elsewhere, { folder: join(folder, 'copies'), maxBytes: 10 });
});
afterEach(() => rm(folder, { recursive: true }));

async function lay(name: string, content: string): Promise<string> {
  const location = `file://${folder}/lake/${name}`;
  await elsewhere.write(location, Buffer.from(content));
  return location;
}

const kept = () => readdir(join(folder, 'copies'));
const contentOf = (location: string) =>
  copies.use([location], (pathOf) => readFile(pathOf(location), 'utf8'));

test('a file that lies elsewhere is fetched once for all who read it', async () => {
  const location = await lay('a', 'content');
  expect(await Promise.all([contentOf(location), contentOf(location)])).toEqual(['content', 'content']);
  expect(await contentOf(location)).toBe('content');
  expect(downloads).toEqual([location]);
});

test('what has not been used for longest goes first, and nothing that is in use', async () => {
  const [a, b, c] = [await lay('a', 'aaaaa'), await lay('b', 'bbbbb'), await lay('c', 'ccccc')];
  for (const location of [a, b, a]) await contentOf(location);
  await copies.use([b, c], async (pathOf) => {
    expect(await contentOf(a)).toBe('aaaaa');
    expect(await readFile(pathOf(b), 'utf8')).toBe('bbbbb');
    expect(await readFile(pathOf(c), 'utf8')).toBe('ccccc');
  });
  expect(await kept()).toHaveLength(2);
  downloads.length = 0;
  for (const location of [b, c]) await contentOf(location);
  expect(downloads).toEqual([]);
});

test('a file that is larger than what may be kept is there while it is used', async () => {
  const location = await lay('large', 'much too large');
  expect(await contentOf(location)).toBe('much too large');
  expect(await kept()).toEqual([]);
});

test('a file that is gone is told, and looked for again the next time', async () => {
  const location = `file://${folder}/lake/late`;
  await expect(contentOf(location)).rejects.toThrow(FileNotFoundError);
  await lay('late', 'late');
  expect(await contentOf(location)).toBe('late');
});

test('a download that nobody waits for any more is broken off', async () => {
  const location = await lay('slow', 'slow');
  const endless = new Readable({ read: () => undefined });
  copies = localCopies(
    { ...elsewhere, stream: async () => endless },
    { folder: join(folder, 'copies'), maxBytes: 10 },
  );
  const leaving = new AbortController();
  const work = copies.use([location], async () => 'read', leaving.signal);
  endless.push('slo');
  leaving.abort(new Error('left'));
  await expect(work).rejects.toThrow('left');
  await new Promise((resolve) => (endless.closed ? resolve(undefined) : endless.once('close', resolve)));
});

test('a disk without room is told by the folder that lies on it, and nothing stays there', async () => {
  const location = await lay('wide', 'wide');
  // As a write to a full disk ends.
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  async function* stream() {
    yield Buffer.from('wi');
    throw full;
  }
  copies = localCopies(
    { ...elsewhere, stream: async () => Readable.from(stream()) },
    { folder: join(folder, 'copies'), maxBytes: 10 },
  );
  await expect(contentOf(location)).rejects.toThrow(NoRoomError);
  await expect(contentOf(location)).rejects.toThrow(`in ${join(folder, 'copies')}`);
  expect(await kept()).toEqual([]);
});

test('a file of this machine is read where it lies', async () => {
  const location = await lay('here', 'here');
  const io = localFileIO(join(folder, 'lake'));
  const local = localCopies(io, { folder: join(folder, 'copies'), maxBytes: 10 });
  expect(await local.use([location], async (pathOf) => pathOf(location))).toBe(io.pathOf(location));
});
