import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { JobFolder } from './testing/job-folder.ts';

const folder = new JobFolder();
const staged = folder.csv('1.csv', 'a\n1\n');
const sibling = folder.csv('2.csv', 'a\n1\n');
const secret = `${folder.root}/secret.csv`;
writeFileSync(secret, 'a\n1\n');

const bounds = {
  memoryLimitMb: 128,
  threads: 1,
  spillDirectory: folder.temp,
  files: [staged.path],
  directories: [folder.data],
  keepOrder: false,
};

const database: Database = await openDatabase(bounds, new AbortController().signal);
afterAll(() => {
  database.close();
  folder.remove();
});

describe('a locked-down database', () => {
  test('reads its files and writes in its folders', async () => {
    await database.run(`COPY (SELECT * FROM read_csv('${staged.path}')) TO '${folder.data}/out.parquet'`);
    const result = await database.read(`SELECT * FROM read_parquet('${folder.data}/out.parquet')`);
    expect(result.currentRowCount).toBe(1);
  });

  test.each([
    ['read any other file', `SELECT * FROM read_text('/etc/passwd')`],
    ['read a file beside its own', `SELECT * FROM read_csv('${sibling.path}')`],
    ['climb out of its folders', `SELECT * FROM read_text('${folder.data}/../secret.csv')`],
    ['list folders', `SELECT * FROM glob('/etc/*')`],
    ['write elsewhere', `COPY (SELECT 1) TO '${folder.root}/out.csv'`],
    ['open another database', `ATTACH '${folder.root}/other.db'`],
    ['reach the network', `SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')`],
    ['install an extension', 'INSTALL httpfs'],
    ['load an extension', 'LOAD httpfs'],
    ['undo the lock', 'SET enable_external_access = true'],
    ['widen its folders', `SET allowed_directories = ['/']`],
    ['raise its memory', `SET memory_limit = '64GB'`],
    ['move its spill folder', `SET temp_directory = '/etc'`],
  ])("can't %s", async (_, sql) => {
    await expect(database.read(sql)).rejects.toThrow(/disabled|locked|lock_configuration|Permission/i);
    expect(existsSync(`${folder.root}/out.csv`)).toBe(false);
  });

  test('reckons in UTC', async () => {
    const result = await database.read(`SELECT CAST(TIMESTAMPTZ '2024-07-01 12:00:00+02' AS VARCHAR)`);
    expect(result.getRows()).toEqual([['2024-07-01 10:00:00+00']]);
  });

  test('runs nothing more once its signal is aborted', async () => {
    const controller = new AbortController();
    const aborted = await openDatabase(bounds, controller.signal);
    controller.abort(new Error('enough'));
    await expect(aborted.read('SELECT 1')).rejects.toThrow('enough');
    aborted.close();
  });
});
