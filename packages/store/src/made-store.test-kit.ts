import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedStore } from './open-store.ts';
import type { Store } from './store.ts';

/** The folder that the processes of one test run share (see tests/shared-folder.ts); outside of a test run there is none. */
const sharedFolder = process.env.TRIBUTARY_TEST_SHARED;

/**
 * Opens a store of one's own in an empty folder. The first of a test run is made from nothing, which takes seconds of
 * computing; all others begin as copies of it.
 */
export async function openMadeStore(folder: string): Promise<Store> {
  if (sharedFolder !== undefined) cpSync(await emptyStore(sharedFolder), folder, { recursive: true });
  return openEmbeddedStore(folder);
}

async function emptyStore(shared: string): Promise<string> {
  const made = join(shared, 'empty-store');
  if (existsSync(made)) return made;
  const making = mkdtempSync(join(shared, 'making-'));
  await (await openEmbeddedStore(making)).close();
  try {
    renameSync(making, made);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(made)) throw error;
    rmSync(making, { recursive: true });
  }
  return made;
}
