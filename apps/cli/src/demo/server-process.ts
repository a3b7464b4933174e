import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DynamicsLogin } from './connect-dynamics.ts';
import { type Credential, textAt, valueAt } from './platform-client.ts';
import type { CrmLogin } from './tutorial.ts';

/** A server of one's own, with the demo CRM beside it. */
export interface ServerProcess {
  readonly credential: Credential;
  readonly crm: CrmLogin;
  readonly dynamics: DynamicsLogin;
  /** Drains and ends the server; the exit code. */
  stop(): Promise<number>;
}

const POLL_MS = 50;
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Starts a server on a free port of this machine, on an empty data folder. */
export async function startServerProcess(dataFolder: string): Promise<ServerProcess> {
  const clientSecret = randomBytes(24).toString('base64url');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve('@tributary/server/main'))], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      TRIBUTARY_DATA: dataFolder,
      TRIBUTARY_HOST: '127.0.0.1',
      TRIBUTARY_PORT: '0',
      TRIBUTARY_CLIENT_SECRET: clientSecret,
      TRIBUTARY_DEMO: '1',
      TRIBUTARY_LOG: 'off',
    },
  });
  const stopWithUs = () => child.kill('SIGTERM');
  process.once('exit', stopWithUs);
  // Without a listener a signal would end this process with no `exit` event, and leave the server behind.
  const exitBySignal = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal]);
  for (const signal of ENDING_SIGNALS) process.once(signal, exitBySignal);
  const readiness = await waitForReadiness(child, join(dataFolder, 'server.json'));
  const crm = valueAt(readiness, 'demo', 'salesforce');
  const dynamics = valueAt(readiness, 'demo', 'dynamics');
  return {
    credential: {
      url: textAt(readiness, 'url'),
      orgId: textAt(readiness, 'orgId'),
      clientId: textAt(readiness, 'clientId'),
      clientSecret,
    },
    crm: {
      environmentUrl: textAt(crm, 'environmentUrl'),
      username: textAt(crm, 'username'),
      password: textAt(crm, 'password'),
      securityToken: textAt(crm, 'securityToken'),
    },
    dynamics: {
      serviceUri: textAt(dynamics, 'serviceUri'),
      servicePrincipalId: textAt(dynamics, 'servicePrincipalId'),
      servicePrincipalKey: textAt(dynamics, 'servicePrincipalKey'),
    },
    async stop() {
      process.off('exit', stopWithUs);
      for (const signal of ENDING_SIGNALS) process.off(signal, exitBySignal);
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? 1;
      const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function waitForReadiness(child: ChildProcess, path: string): Promise<unknown> {
  while (!existsSync(path)) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error('the server ended at its start');
    await pause(POLL_MS);
  }
  const readiness: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return readiness;
}
