import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DemoLogin } from './server-under-test.ts';

const MAIN = fileURLToPath(import.meta.resolve('@tributary/emulators/main'));

/** A Salesforce org that is a process of its own, so that it outlives the servers that read it. */
export interface EmulatedCrm {
  readonly login: DemoLogin;
  stop(): Promise<void>;
}

/** `flags` as the emulator's own command takes them. */
export async function startEmulatedCrm(flags: readonly string[]): Promise<EmulatedCrm> {
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { url, ...credentials } = await readyLine(child);
  return {
    login: { environmentUrl: url, ...credentials },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

type Ready = Omit<DemoLogin, 'environmentUrl'> & { readonly url: string };

function readyLine(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', () => reject(new Error('the emulator ended at its start')));
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece;
      if (text.includes('\n')) resolve(JSON.parse(text));
    });
  });
}
