import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderInUse, lockDataFolder } from './data-folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a lock is gone once it is released', () => {
  lockDataFolder(folder).release();
  expect(existsSync(join(folder, 'tributary.lock'))).toBe(false);
});

test('a folder that a living process holds is refused, naming the process', () => {
  writeFileSync(join(folder, 'tributary.lock'), `${process.ppid}`);
  expect(() => lockDataFolder(folder)).toThrow(DataFolderInUse);
  expect(() => lockDataFolder(folder)).toThrow(`process ${process.ppid}`);
});

test('the lock of a killed process is taken over', () => {
  const dead = spawnSync('true').pid;
  writeFileSync(join(folder, 'tributary.lock'), `${dead} 1`);
  expect(() => lockDataFolder(folder).release()).not.toThrow();
});

test('a recycled process id does not look like the old holder', () => {
  writeFileSync(join(folder, 'tributary.lock'), `${process.ppid} 1`);
  expect(() => lockDataFolder(folder).release()).not.toThrow();
});
