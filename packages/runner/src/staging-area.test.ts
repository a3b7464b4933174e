import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type FileIO, localCopies, localFileIO, s3FileIO } from '@tributary/lake';
import { requireS3Server, startS3Server, type TestS3Server } from '@tributary/s3/test-kit';
import type { StagedPage } from '@tributary/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { KeptPlace } from './kept-files.ts';
import { type PagesHere, type StagingArea, stagingArea } from './staging-area.ts';

const MIB = 1024 * 1024;
const { signal } = new AbortController();
const root = mkdtempSync(join(tmpdir(), 'tributary-staging-'));
let s3: TestS3Server | undefined;

beforeAll(async () => {
  s3 = await startS3Server();
});
afterAll(async () => {
  await s3?.stop();
  rmSync(root, { recursive: true, force: true });
});

const copiesFolder = join(root, 'copies');

function placeAt(io: FileIO, location: string): KeptPlace {
  return {
    io,
    copies: localCopies(io, { folder: copiesFolder, maxBytes: 0 }),
    staging: `${location}/_staging`,
    diagnostics: `${location}/_diagnostics`,
  };
}

function folderPlace(name: string): KeptPlace {
  return placeAt(localFileIO(join(root, name)), `file://${join(root, name)}`);
}

/** With the folder whose files are its objects. */
async function bucketPlace(name: string): Promise<{ place: KeptPlace; folder: string }> {
  if (s3 === undefined) throw new Error('the S3 server is not installed');
  const { serviceUrl, credentials } = s3;
  const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 };
  const location = `s3://${name}/lake`;
  const io = s3FileIO({ root: location, serviceUrl, credentials, retry, partSize: 5 * MIB });
  return { place: placeAt(io, location), folder: await s3.createBucket(name) };
}

function page(...chunks: (string | Uint8Array | Error)[]) {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) {
      if (chunk instanceof Error) throw chunk;
      yield Buffer.from(chunk);
    }
  }
  return { format: { kind: 'csv' }, rows: undefined, next: undefined, body: body() } as const;
}

async function staged(staging: StagingArea, runId: string, content: string): Promise<StagedPage> {
  const written = await staging.writePage(runId, 'part/0', page(content), signal);
  const format = { kind: 'csv' };
  return { partitionId: 'part', position: 0, ...written, format, announcedRows: undefined, next: undefined };
}

/** What pages hold, or which of them is damaged. */
function contentsOf(staging: StagingArea, pages: readonly StagedPage[]) {
  return staging.withPages(pages, async (here: PagesHere) =>
    here.ok ? here.pages.map(({ path }) => readFileSync(path, 'utf8')) : `${here.damaged.path} is damaged`,
  );
}

describe.each(['a folder', 'a bucket'])('pages in %s', (kind) => {
  let staging: StagingArea;
  /** Holds what is kept, as files. */
  let folder: string;
  let opened = 0;

  beforeEach(async (context) => {
    if (kind === 'a bucket') requireS3Server(context);
    opened += 1;
    const name = `kept-${opened}`;
    const made =
      kind === 'a bucket' ? await bucketPlace(name) : { place: folderPlace(name), folder: join(root, name) };
    staging = stagingArea([made.place]);
    folder = made.folder;
  });

  const filesOf = (runId: string) => {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return files.filter((path) => path.includes(`/${runId}/`));
  };

  test('are read with all of their bytes, and no copy of them stays', async () => {
    const pages = [await staged(staging, 'run', 'Id\n1\n'), await staged(staging, 'run', 'Id\n2\n')];
    expect(pages.map(({ bytes }) => bytes)).toEqual([5, 5]);
    expect(await contentsOf(staging, pages)).toEqual(['Id\n1\n', 'Id\n2\n']);
    expect(filesOf('run')).toHaveLength(2);
    expect(readdirSync(root).includes('copies') ? readdirSync(copiesFolder) : []).toEqual([]);
  });

  test.each([
    ['early', ['Id\n']],
    ['late', [Buffer.alloc(6 * MIB, 'x'), Buffer.alloc(6 * MIB, 'y')]],
  ])('leave nothing where they break off %s', async (_when, chunks) => {
    const broken = staging.writePage('broken', 'part/0', page(...chunks, new Error('reset')), signal);
    await expect(broken).rejects.toThrow('reset');
    expect(filesOf('broken')).toEqual([]);
  });

  test('of a worker that lost its run are others than those that its successor has staged', async () => {
    const gate = Promise.withResolvers<void>();
    async function* slowly(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('old');
      await gate.promise;
      yield Buffer.from('er');
    }
    const older = staging.writePage('shared', 'part/0', { ...page(), body: slowly() }, signal);
    const newer = await staged(staging, 'shared', 'newer');
    gate.resolve();
    expect(await contentsOf(staging, [newer, { ...newer, ...(await older) }])).toEqual(['newer', 'older']);
  });

  test('are removed with their run, and no other’s', async () => {
    await staged(staging, 'gone', 'x');
    await staged(staging, 'kept', 'x');
    expect((await staging.runs()).toSorted()).toEqual(['gone', 'kept']);
    await staging.remove('gone');
    expect(filesOf('gone')).toEqual([]);
    expect(filesOf('kept')).toHaveLength(1);
    expect(await staging.runs()).toEqual(['kept']);
  });

  test('are told that are gone or have another size', async () => {
    const pages = [await staged(staging, 'run', 'whole'), await staged(staging, 'other', 'damaged')];
    const [first, second] = pages.map(({ path }) => path);
    const [file = ''] = filesOf('other');
    await writeFile(file, 'damage');
    expect(await contentsOf(staging, pages)).toBe(`${second} is damaged`);
    await staging.remove('run');
    expect(await contentsOf(staging, pages)).toBe(`${first} is damaged`);
  });
});

test('an upload that a killed worker left goes by and by, and none that is under way', async (context) => {
  requireS3Server(context);
  const { place } = await bucketPlace('swept');
  const staging = stagingArea([place]);
  const gate = Promise.withResolvers<void>();
  async function* slowly(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(6 * MIB);
    await gate.promise;
  }
  const begun = s3?.proxy.trouble('PUT', { kind: 'lose-answer' });
  const writing = staging.writePage('run', 'part/0', { ...page(), body: slowly() }, signal);
  await begun;
  await staging.sweep(new Date(Date.now() - 3_600_000));
  gate.resolve();
  expect((await writing).bytes).toBe(6 * MIB);

  const held = s3?.proxy.trouble('PUT', { kind: 'hold' });
  const leaving = new AbortController();
  const left = staging.writePage('run', 'part/1', page(Buffer.alloc(6 * MIB)), leaving.signal);
  await held;
  await staging.sweep(new Date(Date.now() + 3_600_000));
  expect(await place.io.removeUnfinished(place.staging, new Date(Date.now() + 3_600_000))).toBe(0);
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
});

test('pages are found where they were kept before', async (context) => {
  requireS3Server(context);
  const before = folderPlace('before');
  const { place: now } = await bucketPlace('now');
  const earlier = await staged(stagingArea([before]), 'earlier', 'in a folder');
  const staging = stagingArea([now, before]);
  const later = await staged(staging, 'later', 'in a bucket');
  expect(await contentsOf(staging, [later, earlier])).toEqual(['in a bucket', 'in a folder']);
  expect((await staging.runs()).toSorted()).toEqual(['earlier', 'later']);
  expect(await contentsOf(stagingArea([before, now]), [later, earlier])).toEqual([
    'in a bucket',
    'in a folder',
  ]);
  await staging.remove('earlier');
  expect(readdirSync(dirname(dirname(dirname(earlier.path))))).toEqual([]);
  const unreachable = stagingArea([before]);
  expect(await contentsOf(unreachable, [later])).toBe(`${later.path} is damaged`);
});
