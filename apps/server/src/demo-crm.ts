import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endProcess } from './end-process.ts';
import { writeWhole } from './write-whole.ts';

/** The Salesforce emulator that runs beside the server, as a process of its own. */
export interface DemoCrm {
  readonly salesforce: {
    readonly environmentUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly username: string;
    readonly password: string;
    readonly securityToken: string;
  };
  stop(): Promise<void>;
}

/** The demo CRM ended or stayed silent at its start; what it said stands on the standard error before this. */
export class DemoCrmNotStarted extends Error {
  override readonly name = 'DemoCrmNotStarted';

  constructor(reason: string) {
    super(`the demo CRM did not start: ${reason}`);
  }
}

/**
 * Starts the demo CRM. Its port, credentials, rows and changes are kept in the data folder, so that connections made
 * to it still work, and still see the same rows, after a restart.
 */
export async function startDemoCrm(dataFolder: string, contacts: number): Promise<DemoCrm> {
  const folder = join(dataFolder, 'demo-crm');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const remembered = join(folder, 'endpoint.json');
  const main = fileURLToPath(import.meta.resolve('@tributary/emulators/main'));
  const args = [
    ...['--port', String(portOf(remembered)), '--journal', join(folder, 'journal.jsonl')],
    ...['--rows', `Contact=${contacts}`],
  ];
  const { process, ready } = await startEmulator(main, args);
  const { url, ...credentials } = ready;
  await writeWhole(remembered, JSON.stringify({ port: Number(new URL(url).port) }));
  return {
    salesforce: { environmentUrl: url, ...credentials },
    stop: () => endProcess(process, STOP_GRACE_MS),
  };
}

interface StartedEmulator {
  readonly process: ChildProcess;
  readonly ready: ReadyMessage;
}

/** How often, and how long apart, a start is tried: the emulator of a server that was just killed may still hold the port. */
const START_ATTEMPTS = 10;
const START_PAUSE_MS = 300;
/** How long one start may take until the emulator says that it is up. */
const START_TIMEOUT_MS = 60_000;
/** How long the emulator may take to end when it is told to. */
const STOP_GRACE_MS = 5_000;

async function startEmulator(main: string, args: readonly string[], attempt = 1): Promise<StartedEmulator> {
  const isLast = attempt === START_ATTEMPTS;
  const process = fork(main, args, { stdio: ['ignore', 'ignore', isLast ? 'inherit' : 'ignore', 'ipc'] });
  try {
    return { process, ready: await readyMessage(process) };
  } catch (error) {
    await endProcess(process, STOP_GRACE_MS);
    if (isLast) throw error;
    await pause(START_PAUSE_MS);
    return startEmulator(main, args, attempt + 1);
  }
}

/** The port of the last start; 0, for any, at the first. */
function portOf(remembered: string): number {
  if (!existsSync(remembered)) return 0;
  const endpoint: unknown = JSON.parse(readFileSync(remembered, 'utf8'));
  return typeof endpoint === 'object' &&
    endpoint !== null &&
    'port' in endpoint &&
    typeof endpoint.port === 'number'
    ? endpoint.port
    : 0;
}

type ReadyMessage = { readonly url: string } & Omit<DemoCrm['salesforce'], 'environmentUrl'>;

async function readyMessage(process: ChildProcess): Promise<ReadyMessage> {
  const ready = Promise.withResolvers<ReadyMessage>();
  const fail = (reason: string) => ready.reject(new DemoCrmNotStarted(reason));
  const tooLate = setTimeout(() => fail(`not ready after ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
  process.once('error', (error) => fail(error.message));
  process.once('exit', (code) => fail(`it ended with exit code ${code}`));
  // The emulator's first message is its endpoint.
  process.once('message', (message) => ready.resolve(message as ReadyMessage));
  try {
    return await ready.promise;
  } finally {
    clearTimeout(tooLate);
  }
}
