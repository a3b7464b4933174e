import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ClosingStack } from './closing-stack.ts';

/**
 * A folder of this process's own below one that processes share; whoever uses it makes it. It goes when the
 * process ends, and those of processes go now that were killed on this machine.
 */
export async function processFolder(shared: string, closing: ClosingStack): Promise<string> {
  await removeThoseOfTheDead(shared);
  const folder = join(shared, folderOfProcess(process.pid));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function folderOfProcess(pid: number): string {
  return `${hostname()}-${pid}`;
}

/** Those of processes of other machines, which share the folder, are theirs. */
async function removeThoseOfTheDead(shared: string): Promise<void> {
  const folders = await readdir(shared).catch(() => []);
  for (const folder of folders) {
    const pid = Number(folder.slice(folder.lastIndexOf('-') + 1));
    if (folder !== folderOfProcess(pid) || (pid !== process.pid && isAlive(pid))) continue;
    await rm(join(shared, folder), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, but belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
