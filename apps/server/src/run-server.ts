import { DatabaseNotUsable, DataFolderInUse } from '@tributary/store';
import { type Application, startApplication } from './application.ts';
import { ConfigurationError, isLoopback, readConfiguration } from './configuration.ts';
import { DemoCrmNotStarted } from './demo-crm.ts';

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
    process.stderr.write(`${isForTheUser(error) ? error.message : inFull(error)}\n`);
    process.exit(1);
  }
}

/** What the system refused (an address, a folder) is said by its own message, which names the call and its object. */
function isForTheUser(error: unknown): error is Error {
  return (
    error instanceof ConfigurationError ||
    error instanceof DataFolderInUse ||
    error instanceof DatabaseNotUsable ||
    error instanceof DemoCrmNotStarted ||
    (error instanceof Error && 'syscall' in error)
  );
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
  if (demo) lines.push(`  demo CRM         ${demo.salesforce.environmentUrl} (credentials in server.json)`);
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

function inFull(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
