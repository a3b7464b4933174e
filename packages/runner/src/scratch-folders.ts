import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attempt } from './services.ts';

/** Folders of this machine for what is made on the way and kept elsewhere, or nowhere. */
export interface ScratchFolders {
  /** Makes a new folder under a name, and answers its path. */
  make(name: string): Promise<string>;
  /** Removes all folders of a name. */
  remove(name: string): Promise<void>;
}

/** Scratch below a folder that is this process's own. */
export function scratchFolders(root: string): ScratchFolders {
  return {
    async make(name) {
      const path = join(root, name, randomUUID());
      await mkdir(path, { recursive: true });
      return path;
    },
    remove: (name) => rm(join(root, name), { recursive: true, force: true }),
  };
}

/** The name of an attempt's scratch folders. No two have one, so that each removes its own when it ends. */
export function scratchOf({ run }: Pick<Attempt, 'run'>): string {
  return `${run.id}-${run.attempt}`;
}
