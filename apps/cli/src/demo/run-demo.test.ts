import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

async function urlTold(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const url = /^Tributary is at (\S+),/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('the demo told no address');
}

test('a demo that is ended by a signal takes its server with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-demo-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  const demo = spawn(process.execPath, [MAIN, 'demo', '--data', join(folder, 'demo')]);
  const url = await urlTold(createInterface(demo.stdout));
  demo.kill('SIGTERM');
  expect(await once(demo, 'exit')).toEqual([143, null]);
  const state = () =>
    fetch(`${url}/healthz`).then(
      () => 'up',
      () => 'down',
    );
  await expect.poll(state, { timeout: 30_000 }).toBe('down');
}, 90_000);
