import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '@tributary/store';
import { progressOf } from './progress.ts';

/*
 * Where a run's data files lie: `<table>/data/<run>/<attempt>`. An attempt writes to its own folder only and no two
 * have one number, so that what did not come into the table can be removed without looking into the table.
 */

export function dataFolderOf(tablePath: string, runId: string): string {
  return join(tablePath, 'data', runId);
}

/** The folder of one attempt. */
export function attemptFolder(dataFolder: string, attempt: number): string {
  return join(dataFolder, String(attempt));
}

/** Removes the data files of a run that has ended, but for those that its last attempt landed. */
export async function removeStrayData(run: RunRecord): Promise<void> {
  const { dataFolder, outcome } = progressOf(run);
  if (run.completedAt === undefined || dataFolder === undefined) return;
  const hasLanded = (run.state === 'success' || run.state === 'partial') && outcome?.outputFiles !== 0;
  if (!hasLanded) return rm(dataFolder, { recursive: true, force: true });
  const attempts = await readdir(dataFolder).catch(() => []);
  const strays = attempts.filter((attempt) => attempt !== String(run.attempt));
  await Promise.all(strays.map((attempt) => rm(join(dataFolder, attempt), { recursive: true, force: true })));
}
