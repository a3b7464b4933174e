import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ConfigurationError } from './configuration.ts';
import { loadSources } from './load-sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-modules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['is not there', undefined, 'cannot be loaded'],
  ['is broken', 'export const source = ;', 'cannot be loaded'],
  ['fails', 'throw new Error("no library")', 'no library'],
  [
    'exports something else',
    'export const sauce = {};',
    'must export a source definition under the name source',
  ],
  ['exports no source', 'export const source = { create() {} };', 'source.connectionSpec.id'],
])('a module that %s is named, with what is wrong', async (what, text, message) => {
  const path = join(folder, `${what.replaceAll(' ', '-')}.mjs`);
  if (text !== undefined) writeFileSync(path, text);
  const loading = loadSources([path]);
  await expect(loading).rejects.toThrow(ConfigurationError);
  await expect(loading).rejects.toThrow(message);
  await expect(loading).rejects.toThrow(path);
});
