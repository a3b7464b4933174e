import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ClosingStack } from './closing-stack.ts';
import { processFolder } from './process-folder.ts';

const shared = mkdtempSync(join(tmpdir(), 'tributary-process-'));
afterAll(() => rmSync(shared, { recursive: true }));

function fill(path: string): string {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'copy'), 'copy');
  return path;
}

test('the folder of a process that was killed goes when another starts, and those of other machines stay', async () => {
  const left = fill(join(shared, `${hostname()}-999999999`));
  const others = fill(join(shared, 'another.machine-1'));
  await processFolder(shared, new ClosingStack());
  expect(existsSync(left)).toBe(false);
  expect(existsSync(others)).toBe(true);
});

test('a process’s own goes when it ends', async () => {
  const closing = new ClosingStack();
  const own = fill(await processFolder(shared, closing));
  await closing.close();
  expect(existsSync(own)).toBe(false);
});
