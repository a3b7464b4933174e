import { openEmbeddedPostgres } from './embedded-postgres.ts';

/* Makes an empty database of the folder that is named, and ends: see `make-database.ts`. */

const [folder] = process.argv.slice(2);
try {
  if (folder === undefined) throw new Error('name the folder');
  await (await openEmbeddedPostgres(folder)).close();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
