import { chmod, rename, writeFile } from 'node:fs/promises';

/** Writes a file for the owner's eyes only, whole or not at all: whoever reads it never sees half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, text, { mode: 0o600 });
  // A file that a killed process of the same id left keeps its mode when it is written again.
  await chmod(unfinished, 0o600);
  await rename(unfinished, path);
}
