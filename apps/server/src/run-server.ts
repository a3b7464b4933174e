import { type Application, startApplication } from './application.ts';
import { isLoopback, readConfiguration } from './configuration.ts';
import { inFull, wordsForTheUser } from './words-for-the-user.ts';

/** How long a server that was told to end may take for what is under way. */
const DRAIN_MS = 25_000;

/** Starts a server as environment and flags say, and keeps it up until a signal ends this process. */
export async function runServer(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Promise<void> {
  try {
    const configuration = readConfiguration(environment, args);
    const starting = startApplication(configuration);
    stopOnSignals(starting);
    announce(await starting, isLoopback(configuration.host));
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

/**
 * The first signal drains, once the start is through, so that nothing is left half open; a second one, or a drain that
 * takes too long, ends at once.
 */
function stopOnSignals(starting: Promise<Application>): void {
  let isStopping = false;
  const stop = async () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    try {
      const application = await starting;
      await application.stop();
      process.exit(0);
    } catch (error) {
      process.stderr.write(`${inFull(error)}\n`);
      process.exit(1);
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
