import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';

const PYTHON = fileURLToPath(new URL('../../../../.cache/python/bin/python', import.meta.url));
const OUTPUT_BYTES = 64 * 1024 * 1024;

/** Skips a test where the Python environment is missing. In CI nothing may be skipped, so there it fails. */
export async function requirePython(context: TestContext): Promise<void> {
  const isThere = await access(PYTHON).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const problem = `${PYTHON} is missing: run node scripts/python-environment.mjs`;
  if (process.env.CI) throw new Error(problem);
  process.stderr.write(`skipped, ${problem}\n`);
  context.skip(problem);
}

/** Runs a script of this folder and answers what it prints. */
export async function runPython(script: string, ...args: string[]): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await promisify(execFile)(PYTHON, [path, ...args], { maxBuffer: OUTPUT_BYTES });
  return stdout.trim();
}
