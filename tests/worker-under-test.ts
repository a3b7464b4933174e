import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The `tributary` command. */
export const COMMAND = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url));

/** A worker as anyone would run it: a process of its own with a data folder of its own, beside servers on one store. */
export class WorkerUnderTest {
  readonly dataFolder = mkdtempSync(join(tmpdir(), 'tributary-worker-'));
  readonly #environment: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  /** What it has written to its standard output and error, all starts together. */
  output = '';

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  get isRunning(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  async start(): Promise<this> {
    const child = spawn(process.execPath, [COMMAND, 'worker'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TRIBUTARY_DATA: this.dataFolder, ...this.#environment },
    });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`the worker ended at its start:\n${this.output}`)));
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (text: Buffer) => {
          this.output += text;
          if (text.includes('is ready')) resolve();
        });
      }
    });
    return this;
  }

  /** Whether it has told that of the flow run, in its log. */
  tells(message: string, runId: string): boolean {
    const lines = this.output.split('\n');
    return lines.some((line) => line.includes(`"${message}"`) && line.includes(`"${runId}"`));
  }

  /** Ends the worker with a signal; its exit code, or the signal where it had no chance to answer. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string> {
    const child = this.#process;
    if (child === undefined || !this.isRunning) return child?.exitCode ?? child?.signalCode ?? 0;
    const ended = new Promise<number | string>((resolve) =>
      child.once('exit', (code, by) => resolve(code ?? by ?? 'unknown')),
    );
    child.kill(signal);
    return ended;
  }

  async dispose(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.dataFolder, { recursive: true, force: true });
  }
}

/**
 * The first of the workers that tells that of the flow run. What has happened is in the store, and seen there,
 * before it is told.
 */
export async function whoTells(
  workers: readonly WorkerUnderTest[],
  message: string,
  runId: string,
): Promise<WorkerUnderTest> {
  for (;;) {
    const teller = workers.find((worker) => worker.tells(message, runId));
    if (teller !== undefined) return teller;
    await pause(20);
  }
}
