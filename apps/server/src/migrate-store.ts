import { moveStore } from '@tributary/store';
import { ConfigurationError, readConfiguration } from './configuration.ts';
import { wordsForTheUser } from './words-for-the-user.ts';

/**
 * `tributary migrate-store`: copies the embedded store of the data folder to the PostgreSQL server of DATABASE_URL. The
 * server that has the data folder open must be stopped. Answers the process's exit code.
 */
export async function migrateStore(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Promise<number> {
  try {
    const { dataFolder, databaseUrl } = readConfiguration(environment, args);
    if (databaseUrl === undefined) {
      throw new ConfigurationError(
        'DATABASE_URL is not set: name the PostgreSQL server that the store goes to',
      );
    }
    const { rows } = await moveStore(dataFolder, databaseUrl);
    const all = [...rows.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(
      `The store has moved: ${all} rows in ${rows.size} tables.\n` +
        `Start Tributary with the same DATABASE_URL from now on. Everything else stays in ${dataFolder}.\n`,
    );
    return 0;
  } catch (error) {
    process.stderr.write(`${wordsForTheUser(error)}\n`);
    return 1;
  }
}
