import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A database server's program, run by its Debian account where this is root: it refuses to run as root. */
export class ServerProgram {
  readonly folder: string;
  readonly #account: string;
  #process: ChildProcess | undefined;

  constructor(account: string) {
    this.#account = account;
    this.folder = mkdtempSync(join(tmpdir(), `tributary-${account}-`));
    if (isRoot) execFileSync('chown', [account, this.folder]);
  }

  /** Runs a program to its end. */
  run(program: string, args: readonly string[]): void {
    execFileSync(program, args, { ...this.#options, stdio: 'ignore' });
  }

  /** Makes a key, and a certificate for `localhost` that has signed itself; answers their files. */
  makeCertificate(): { key: string; certificate: string } {
    const key = join(this.folder, 'server.key');
    const certificate = join(this.folder, 'server.crt');
    const kind = ['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
    this.run('openssl', [...kind, ...subject, '-keyout', key, '-out', certificate]);
    return { key, certificate };
  }

  /** Starts the server; resolves when it says `ready` on its error output. */
  async start(program: string, args: readonly string[], ready: string): Promise<void> {
    const server = spawn(program, args, { ...this.#options, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = server;
    let told = '';
    await new Promise<void>((resolve, reject) => {
      server.once('exit', () => reject(new Error(`${program} ended at its start: ${told}`)));
      server.stderr?.on('data', (text: Buffer) => {
        told = `${told}${text}`.slice(-4000);
        if (told.includes(ready)) resolve();
      });
    });
  }

  /** Ends the server at once. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#process;
    if (server === undefined || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await ended;
    this.#process = undefined;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #options() {
    return { ...(isRoot ? idsOf(this.#account) : {}), cwd: this.folder };
  }
}

/**
 * A port of the loopback address that nobody listens on, below those that a system gives of itself: a server
 * that is started with it, and started again, finds it free.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening;
}

const isRoot = process.getuid?.() === 0;

function idsOf(account: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, account], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
