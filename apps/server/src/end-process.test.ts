import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { endProcess } from './end-process.ts';

async function started(program: string) {
  const child = spawn(process.execPath, ['-e', `${program}; setInterval(() => {}, 1e9); console.log('up')`]);
  await once(child.stdout, 'data');
  return child;
}

test('a process that heeds SIGTERM ends by it', async () => {
  const child = await started('');
  await endProcess(child, 60_000);
  expect(child.signalCode).toBe('SIGTERM');
});

test('a process that does not is killed', async () => {
  const child = await started("process.on('SIGTERM', () => {})");
  await endProcess(child, 50);
  expect(child.signalCode).toBe('SIGKILL');
});

test('a process that has ended already is not waited for', async () => {
  const child = spawn(process.execPath, ['-e', 'process.exit(3)']);
  await once(child, 'exit');
  await endProcess(child, 60_000);
  expect(child.exitCode).toBe(3);
});
