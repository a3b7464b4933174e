import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { ClosingStack } from './closing-stack.ts';
import { type Configuration, ConfigurationError } from './configuration.ts';
import { openRooms } from './rooms.ts';

/** A process that executes flow runs and answers no requests. */
export interface Worker {
  /** Takes no new work, gives open runs back, closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a worker beside the servers of an installation. Any number may come and go.
 * @throws {ConfigurationError} where it could not share an installation's store or read its credentials
 */
export async function startWorker(configuration: Configuration): Promise<Worker> {
  requireShared(configuration);
  const closing = new ClosingStack();
  try {
    const rooms = await openRooms(configuration, closing);
    rooms.startRunner(pino({ level: configuration.isLogging ? 'info' : 'silent' }));
    return { stop: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

/** A store or a key of its own would let a worker wait for work that never comes, or fail at what it cannot unseal. */
export function requireShared({ databaseUrl, vaultKey, dataFolder }: Configuration): void {
  if (databaseUrl === undefined) {
    throw new ConfigurationError(
      'DATABASE_URL is not set: several processes share an installation by a PostgreSQL server. ' +
        'On one machine, `tributary up` does all in one process.',
    );
  }
  if (vaultKey === undefined && !existsSync(join(dataFolder, 'vault.key'))) {
    throw new ConfigurationError(
      "TRIBUTARY_VAULT_KEY is not set: give every process the same key, that of the server's data folder (vault.key)",
    );
  }
}
