// Installs what package-lock.json names, once for each state of that file.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, ROOT } from './runtime.mjs';

/** Makes node_modules agree with the lock file. */
export function ensureDependencies(node) {
  const wanted = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const marker = join(ROOT, 'node_modules', '.installed');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  console.error('Installing dependencies …');
  npm(node, ['ci', '--loglevel=error']);
  writeFileSync(marker, wanted);
}
