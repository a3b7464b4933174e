import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endProcess } from './end-process.ts';
import { writeWhole } from './write-whole.ts';

/** The CRM emulators that run beside the server, each as a process of its own: what base connections to them take. */
export interface DemoCrm {
  readonly salesforce: {
    readonly environmentUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly username: string;
    readonly password: string;
    readonly securityToken: string;
  };
  readonly dynamics: {
    readonly serviceUri: string;
    readonly servicePrincipalId: string;
    readonly servicePrincipalKey: string;
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
 * Starts the demo CRM. Ports, credentials, rows and changes are kept in the data folder, so that connections made
 * to it still work, and still see the same rows, after a restart.
 */
export async function startDemoCrm(dataFolder: string, contacts: number): Promise<DemoCrm> {
  const folder = join(dataFolder, 'demo-crm');
  const starting = [
    startSystem<SalesforceLogin>('salesforce', folder, `Contact=${contacts}`),
    startSystem<DataverseLogin>('dataverse', join(folder, 'dataverse'), `contact=${contacts}`),
  ] as const;
  const stop = async () => {
    const ending = starting.map(async (started) => {
      const { process } = await started;
      await endProcess(process, STOP_GRACE_MS);
    });
    // One that did not start has ended already.
    await Promise.allSettled(ending);
  };
  try {
    const [salesforce, dataverse] = await Promise.all(starting);
    const { url: environmentUrl, ...login } = salesforce.ready;
    const { url: serviceUri, clientId, clientSecret } = dataverse.ready;
    return {
      salesforce: { environmentUrl, ...login },
      dynamics: { serviceUri, servicePrincipalId: clientId, servicePrincipalKey: clientSecret },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type SalesforceLogin = Omit<DemoCrm['salesforce'], 'environmentUrl'>;
type DataverseLogin = Pick<SalesforceLogin, 'clientId' | 'clientSecret'>;

async function startSystem<Login>(
  system: 'salesforce' | 'dataverse',
  folder: string,
  rows: string,
): Promise<StartedEmulator<Login>> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const remembered = join(folder, 'endpoint.json');
  const main = fileURLToPath(import.meta.resolve('@tributary/emulators/main'));
  const args = [
    ...['--system', system, '--rows', rows],
    ...['--port', String(portOf(remembered)), '--journal', join(folder, 'journal.jsonl')],
  ];
  const emulator = await startEmulator<Login>(main, args);
  await writeWhole(remembered, JSON.stringify({ port: Number(new URL(emulator.ready.url).port) }));
  return emulator;
}

interface StartedEmulator<Login> {
  readonly process: ChildProcess;
  readonly ready: ReadyMessage<Login>;
}

/** How often, and how long apart, a start is tried: the emulator of a server that was just killed may still hold the port. */
const START_ATTEMPTS = 10;
const START_PAUSE_MS = 300;
/** How long one start may take until the emulator says that it is up. */
const START_TIMEOUT_MS = 60_000;
/** How long the emulator may take to end when it is told to. */
const STOP_GRACE_MS = 5_000;

async function startEmulator<Login>(
  main: string,
  args: readonly string[],
  attempt = 1,
): Promise<StartedEmulator<Login>> {
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

type ReadyMessage<Login> = { readonly url: string } & Login;

async function readyMessage<Login>(process: ChildProcess): Promise<ReadyMessage<Login>> {
  const ready = Promise.withResolvers<ReadyMessage<Login>>();
  const fail = (reason: string) => ready.reject(new DemoCrmNotStarted(reason));
  const tooLate = setTimeout(() => fail(`not ready after ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
  process.once('error', (error) => fail(error.message));
  process.once('exit', (code) => fail(`it ended with exit code ${code}`));
  // The emulator's first message is its endpoint.
  process.once('message', (message) => ready.resolve(message as ReadyMessage<Login>));
  try {
    return await ready.promise;
  } finally {
    clearTimeout(tooLate);
  }
}
