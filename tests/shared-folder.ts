import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes the folder that the processes of a test run share, and answers how to remove it after the run. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-tests-'));
  process.env.TRIBUTARY_TEST_SHARED = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
