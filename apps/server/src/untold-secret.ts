import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from './write-whole.ts';

/*
 * A secret that was made up is told once, when the server is ready, and of what is stored a hash is all there
 * is. Until it has been told it is kept in the data folder: a first start may fail, or be killed, after it
 * has made the client.
 */

/** A secret that was made up, and the client that it belongs to. */
export interface UntoldSecret {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Keeps a secret until it has been told, for the owner's eyes only. */
export async function keepUntold(dataFolder: string, secret: UntoldSecret): Promise<void> {
  await writeWhole(pathIn(dataFolder), `${JSON.stringify(secret)}\n`);
}

/** The secret of a client that nobody has been told yet; undefined where there is none. */
export async function untoldSecretOf(dataFolder: string, clientId: string): Promise<string | undefined> {
  try {
    // `keepUntold` wrote it, whole.
    const kept = JSON.parse(await readFile(pathIn(dataFolder), 'utf8')) as UntoldSecret;
    return kept.clientId === clientId ? kept.clientSecret : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Once it has been told. */
export async function forgetUntold(dataFolder: string): Promise<void> {
  await rm(pathIn(dataFolder), { force: true });
}

function pathIn(dataFolder: string): string {
  return join(dataFolder, 'untold-secret.json');
}
