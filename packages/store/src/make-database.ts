import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/*
 * A database is made by a process of its own: `initdb` needs some 500 MiB, which WebAssembly gives back only
 * with its process. It is made beside its place and moved there once it is whole, so that a killed process
 * leaves nothing half-made.
 */

const MAKER_FILE = fileURLToPath(new URL('./make-database-process.ts', import.meta.url));

const run = promisify(execFile);

/** The embedded store cannot be made, or what lies in its place is none; the message says what to do. */
export class NoDatabase extends Error {
  override readonly name = 'NoDatabase';
}

/**
 * Makes an empty database of `folder` unless there is one. Only for who has locked the folder above.
 * @throws {NoDatabase}
 */
export async function makeDatabase(folder: string): Promise<void> {
  removeUnfinished(folder);
  if (existsSync(join(folder, 'PG_VERSION'))) return;
  makeRoom(folder);
  const making = mkdtempSync(prefixOf(folder));
  try {
    // Nothing of this process's environment, which holds secrets, is the other's business.
    await run(process.execPath, [MAKER_FILE, making], { env: { TZ: 'UTC' } });
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw new NoDatabase(`the embedded store could not be made in ${folder}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** What was being made when its process was killed. */
function removeUnfinished(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const prefix = basename(prefixOf(folder));
  for (const name of readdirSync(dirname(folder))) {
    // Its maker may still write to it for a moment.
    if (name.startsWith(prefix)) {
      rmSync(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 10 });
    }
  }
}

function prefixOf(folder: string): string {
  return `${folder}.making-`;
}

/** A folder with files in it is somebody's, perhaps a backup that was restored in part. */
function makeRoom(folder: string): void {
  if (!existsSync(folder)) return;
  if (readdirSync(folder).length > 0) {
    throw new NoDatabase(
      `${folder} has files but no database: PG_VERSION is missing. Restore the folder from a backup, or remove it to begin with an empty store.`,
    );
  }
  rmdirSync(folder);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // As `execFile` rejects; other errors lack both.
  const { stderr, signal } = error as Error & { readonly stderr?: string; readonly signal?: string | null };
  if (signal) return `its process was ended by ${signal}; making it takes some 600 MiB of memory, once`;
  return stderr?.trim() || error.message;
}
