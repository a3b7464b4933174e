import type { ChildProcess } from 'node:child_process';

/** Asks a process to end, kills it if it has not after `graceMs`, and waits until it is gone. */
export async function endProcess(process: ChildProcess, graceMs: number): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = new Promise((resolve) => process.once('exit', resolve));
  const killing = setTimeout(() => process.kill('SIGKILL'), graceMs);
  process.kill('SIGTERM');
  await ended;
  clearTimeout(killing);
}
