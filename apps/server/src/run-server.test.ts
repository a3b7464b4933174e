import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tributary-run-server-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function start(environment: Readonly<Record<string, string>>) {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  return spawnSync(process.execPath, [main], {
    encoding: 'utf8',
    env: { ...process.env, TRIBUTARY_PORT: '0', TRIBUTARY_DATA: join(folder(), 'data'), ...environment },
  });
}

function plainFile(): string {
  const path = join(folder(), 'file');
  writeFileSync(path, '');
  return path;
}

test.each([
  ['an address of another machine', () => ({ TRIBUTARY_HOST: '192.0.2.1' }), /EADDRNOTAVAIL.*192\.0\.2\.1/],
  ['a data folder that is a file', () => ({ TRIBUTARY_DATA: plainFile() }), /EEXIST.*file/],
  [
    'a database server that is not there',
    () => ({ DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/db' }),
    /DATABASE_URL.*ECONNREFUSED 127\.0\.0\.1:1/,
  ],
])('with %s the server ends with one line that says so', (_, environment, line) => {
  const { status, stderr } = start(environment());

  expect(status).toBe(1);
  expect(stderr.trimEnd()).toMatch(line);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).not.toContain('hunter2');
});
