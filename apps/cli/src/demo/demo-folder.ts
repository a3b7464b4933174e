import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const MARKER = '.made-by-tributary-demo';

/**
 * An empty folder for a demo. What an earlier demo left there is removed; a folder with anything else in it is not
 * touched.
 * @throws when the folder is not the demo's to empty.
 */
export function freshDemoFolder(path: string): string {
  const folder = resolve(path);
  if (existsSync(folder)) {
    if (readdirSync(folder).length > 0 && !existsSync(join(folder, MARKER))) {
      throw new Error(`${folder} holds something that no demo made. Name another folder with --data.`);
    }
    rmSync(folder, { recursive: true });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, MARKER), 'The next demo removes this folder.\n');
  return folder;
}
