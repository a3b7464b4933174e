import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoCrm } from './demo-crm.ts';
import { writeWhole } from './write-whole.ts';

/** What `server.json` tells whoever may read the data folder, once the server is ready. */
export interface Readiness {
  readonly url: string;
  readonly pid: number;
  readonly orgId: string;
  readonly clientId: string;
  /** Only when it was generated at this very start. */
  readonly clientSecret?: string;
  readonly demo?: Pick<DemoCrm, 'salesforce' | 'dynamics'>;
}

/** Writes `server.json` into the data folder: whole or not at all, for the owner's eyes only. */
export async function writeReadiness(dataFolder: string, readiness: Readiness): Promise<void> {
  await writeWhole(join(dataFolder, 'server.json'), `${JSON.stringify(readiness, null, 2)}\n`);
}

/** Removes `server.json`, when the server is no longer to be reached. */
export async function removeReadiness(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, 'server.json'), { force: true });
}
