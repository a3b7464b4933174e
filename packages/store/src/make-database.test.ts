import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDatabase, NoDatabase } from './make-database.ts';

let dataFolder: string;
let folder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'tributary-make-'));
  folder = join(dataFolder, 'store');
});
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));

test('a database comes whole, takes the place of an empty folder, and what was left half-made goes', async () => {
  mkdirSync(folder);
  const halfMade = join(dataFolder, 'store.making-killed');
  mkdirSync(join(halfMade, 'base'), { recursive: true });
  writeFileSync(join(halfMade, 'PG_VERSION'), '18\n');
  await makeDatabase(folder);
  expect(readdirSync(dataFolder)).toEqual(['store']);
  expect(existsSync(join(folder, 'PG_VERSION'))).toBe(true);
  expect(existsSync(join(folder, 'global', 'pg_control'))).toBe(true);
  expect(statSync(folder).mode & 0o077).toBe(0);
});

test('a database that is there is left as it is', async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'PG_VERSION'), '18\n');
  await makeDatabase(folder);
  expect(readdirSync(folder)).toEqual(['PG_VERSION']);
});

test('files that are no database are not replaced', async () => {
  mkdirSync(join(folder, 'base'), { recursive: true });
  const making = makeDatabase(folder);
  await expect(making).rejects.toBeInstanceOf(NoDatabase);
  await expect(making).rejects.toThrow('Restore the folder from a backup');
  expect(readdirSync(folder)).toEqual(['base']);
});
