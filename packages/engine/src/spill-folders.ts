import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** `spill-`, the id of the process that made the folder, and what `mkdtemp` adds. */
const SPILL_FOLDER = /^spill-(?<pid>\d+)-/;

/** Makes a folder for the spilled data of one job of this process. */
export function makeSpillFolder(tempDirectory: string): Promise<string> {
  return mkdtemp(join(tempDirectory, `spill-${process.pid}-`));
}

/** Removes what processes that were killed left behind. */
export async function removeAbandonedSpill(tempDirectory: string): Promise<void> {
  for (const name of await readdir(tempDirectory)) {
    const pid = SPILL_FOLDER.exec(name)?.groups?.pid;
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(tempDirectory, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user is there, but may not be asked.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
