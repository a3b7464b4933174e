import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { stagingFolder } from './staging-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'tributary-staging-'));
const staging = stagingFolder(root);
const { signal } = new AbortController();

afterAll(() => rmSync(root, { recursive: true, force: true }));

function page(...chunks: (string | Error)[]) {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) {
      if (chunk instanceof Error) throw chunk;
      yield Buffer.from(chunk);
    }
  }
  return { format: { kind: 'csv' }, rows: undefined, next: undefined, body: body() } as const;
}

function filesOf(runId: string): string[] {
  return readdirSync(join(root, runId), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('.'),
  );
}

test('a page lies in a file with all of its bytes', async () => {
  const { path, bytes } = await staging.writePage('run', 'part/0', page('Id\n', '1\n'), signal);
  expect(readFileSync(path, 'utf8')).toBe('Id\n1\n');
  expect(bytes).toBe(5);
});

test('a page that breaks off leaves nothing', async () => {
  const broken = staging.writePage('broken', 'part/0', page('Id\n', new Error('reset')), signal);
  await expect(broken).rejects.toThrow('reset');
  expect(filesOf('broken')).toEqual([]);
});

test('a worker that lost its run cannot touch the page that its successor has staged', async () => {
  const gate = Promise.withResolvers<void>();
  async function* slowly(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('old');
    await gate.promise;
    yield Buffer.from('er');
  }
  const older = staging.writePage('shared', 'part/0', { ...page(), body: slowly() }, signal);
  const newer = await staging.writePage('shared', 'part/0', page('newer'), signal);
  gate.resolve();
  const { path } = await older;
  expect(readFileSync(newer.path, 'utf8')).toBe('newer');
  expect(readFileSync(path, 'utf8')).toBe('older');
});

test('a run’s files are removed with it, and no other’s', async () => {
  await staging.writePage('gone', 'part/0', page('x'), signal);
  await staging.writePage('kept', 'part/0', page('x'), signal);
  await staging.remove('gone');
  expect(await staging.runs()).toContain('kept');
  expect(await staging.runs()).not.toContain('gone');
});
