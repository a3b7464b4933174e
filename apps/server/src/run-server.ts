import { type Application, type Duties, startApplication } from './application.ts';
import { isLoopback, readConfiguration } from './configuration.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { wordsForTheUser } from './words-for-the-user.ts';
import { requireShared, startWorker } from './worker.ts';

/** Starts a server as environment and flags say, and keeps it up until a signal ends this process. */
export async function runServer(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  duties: Duties = { executesRuns: true },
): Promise<void> {
  await untilSignal(async () => {
    const configuration = readConfiguration(environment, args);
    if (!duties.executesRuns) requireShared(configuration);
    const starting = startApplication(configuration, duties);
    stopOnSignals(starting);
    announce(await starting, isLoopback(configuration.host));
  });
}

/** Starts a worker, and keeps it up until a signal ends this process. */
export async function runWorker(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Promise<void> {
  await untilSignal(async () => {
    const starting = startWorker(readConfiguration(environment, args));
    stopOnSignals(starting);
    await starting;
    process.stdout.write('A worker of Tributary is ready.\n');
  });
}

async function untilSignal(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`${wordsForTheUser(error)}\n`);
    process.exit(1);
  }
}

function announce({ url, installation, demo }: Application, isPrivate: boolean): void {
  const lines = [
    `Tributary is ready at ${url}`,
    `  API reference    ${url}/docs`,
    `  organisation     ${installation.orgId}`,
    `  client id        ${installation.clientId}`,
  ];
  if (installation.isGenerated)
    lines.push(`  client secret    ${installation.clientSecret} (shown this once)`);
  if (demo) {
    lines.push(`  demo Salesforce  ${demo.salesforce.environmentUrl} (credentials in server.json)`);
    lines.push(`  demo Dynamics    ${demo.dynamics.serviceUri}`);
  }
  if (!isPrivate) lines.push('  This address can be reached from other machines.');
  process.stdout.write(`${lines.join('\n')}\n`);
}
