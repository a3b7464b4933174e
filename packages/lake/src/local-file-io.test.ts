import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileExistsError, LocationError } from './file-io.ts';
import { type LocalFileIO, localFileIO } from './local-file-io.ts';
import { collect } from './testing/collect.ts';

/** What holds for every FileIO is in file-io.test.ts. */
describe('local files', () => {
  let folder: string;
  let root: string;
  let io: LocalFileIO;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lake-files-'));
    root = join(folder, 'lake');
    await mkdir(root);
    io = localFileIO(root);
  });

  afterEach(() => rm(folder, { recursive: true }));

  const at = (path: string) => `file://${join(root, path)}`;

  test('are written once, and leave nothing else', async () => {
    await io.write(at('t/a'), Buffer.from('first'));
    await expect(io.write(at('t/a'), Buffer.from('second'))).rejects.toThrow(FileExistsError);
    expect((await io.read(at('t/a'))).toString()).toBe('first');
    expect(await readdir(join(root, 't'))).toEqual(['a']);
  });

  test('have one winner where several writers meet', async () => {
    const writers = Array.from({ length: 8 }, (_, index) =>
      io.write(at('t/a'), Buffer.from(`writer ${index}`)),
    );
    const outcomes = await Promise.allSettled(writers);
    const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    expect((await io.read(at('t/a'))).toString()).toBe(`writer ${winners[0]}`);
    expect(await readdir(join(root, 't'))).toEqual(['a']);
  });

  test('are replaced without leaving anything else', async () => {
    await io.replace(at('t/hint'), Buffer.from('1'));
    await io.replace(at('t/hint'), Buffer.from('2'));
    expect((await io.read(at('t/hint'))).toString()).toBe('2');
    expect(await readdir(join(root, 't'))).toEqual(['hint']);
  });

  test('are listed below a folder, unfinished ones left out', async () => {
    for (const path of ['t/a', 't/b/c', 'u/d']) await io.write(at(path), Buffer.from(path));
    await writeFile(join(root, 't', '.x.0000.unfinished'), 'half');
    const files = await collect(io.list(at('t')));
    expect(files.sort((a, b) => a.location.localeCompare(b.location))).toMatchObject([
      { location: at('t/a'), size: 3 },
      { location: at('t/b/c'), size: 5 },
    ]);
    expect(await collect(io.list(at('missing')))).toEqual([]);
    expect(await io.removeUnfinished(at('t'), new Date(Date.now() - 60_000))).toBe(0);
    expect(await io.removeUnfinished(at('t'), new Date(Date.now() + 60_000))).toBe(1);
    expect(await collect(io.list(at('t')))).toHaveLength(2);
  });

  test('know a location by its path and a path by its location', () => {
    expect(io.pathOf(io.locationOf(join(root, 'a b%20c')))).toBe(join(root, 'a b%20c'));
    expect(io.pathOf(`file:${join(root, 'hadoop')}`)).toBe(join(root, 'hadoop'));
  });

  test.each([
    ['a folder above', () => at('../secret')],
    ['a folder above, later', () => at('t/../../secret')],
    ['a neighbour with a like name', () => `file://${root}-other/secret`],
    ['another path', () => 'file:///etc/passwd'],
    ['another host', () => `file://host${root}/a`],
    ['another scheme', () => 's3://bucket/a'],
    ['a bare path', () => join(root, 'a')],
    ['a relative path', () => 'file:a'],
    ['a null byte', () => at('a\0b')],
    ['nothing', () => ''],
  ])('are none outside of the root: %s', async (_, location) => {
    await writeFile(join(folder, 'secret'), 'secret');
    await expect(io.read(location())).rejects.toThrow(LocationError);
    await expect(io.write(location(), Buffer.from('x'))).rejects.toThrow(LocationError);
    await expect(io.remove(location())).rejects.toThrow(LocationError);
    expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('secret');
  });

  test('are none behind a link that leads out of the root', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere', 'secret'), 'secret');
    await symlink(join(folder, 'elsewhere'), join(root, 'link'));
    await expect(io.read(at('link/secret'))).rejects.toThrow(LocationError);
    await expect(io.write(at('link/new/file'), Buffer.from('x'))).rejects.toThrow(LocationError);
    expect(await readdir(join(folder, 'elsewhere'))).toEqual(['secret']);
  });

  test('may lie in a root that is a link itself, or is not there yet', async () => {
    await symlink(root, join(folder, 'alias'));
    const alias = localFileIO(join(folder, 'alias'));
    await alias.write(alias.locationOf(join(folder, 'alias', 'a')), Buffer.from('content'));
    expect((await io.read(at('a'))).toString()).toBe('content');
    const later = localFileIO(join(folder, 'later', 'lake'));
    await later.write(`file://${join(folder, 'later/lake/a')}`, Buffer.from('content'));
  });

  test('do not lie in a root whose path readers would misread', () => {
    expect(() => localFileIO('/tmp/what?')).toThrow('choose a folder without "?" and "#" in its path');
  });
});
