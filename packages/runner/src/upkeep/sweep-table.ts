import { readTable, strayMetadata } from '@tributary/lake';
import type { ScopedStore } from '@tributary/store';
import type { RunnerServices } from '../services.ts';
import { DAY_MS } from './retention.ts';

/** What nobody names has been there so long before it is taken for stray; no commit is under way for longer. */
const STRAY_AFTER_MS = DAY_MS;

/**
 * Notes what processes left in a dataset's table that died in mid-commit, to be removed a day later, and removes what they had
 * not written whole. All metadata is looked through for it, so that each table has its turn in one hour of the day.
 */
export async function sweepTable(
  { lake }: Pick<RunnerServices, 'lake'>,
  store: ScopedStore,
  dataSetId: string,
  now: Date,
): Promise<void> {
  if (now.getUTCHours() !== hourOf(dataSetId)) return;
  const pointer = await store.tables.get(dataSetId);
  if (pointer === undefined) return;
  const table = await readTable(lake.io, pointer.metadataLocation);
  const writtenBefore = new Date(now.getTime() - STRAY_AFTER_MS);
  const strays = await strayMetadata(lake.io, table, writtenBefore);
  const notBefore = new Date(now.getTime() + DAY_MS);
  await store.leftovers.note(strays.map((name) => ({ kind: 'file', name, notBefore })));
  await lake.io.removeUnfinished(table.metadata.location, writtenBefore);
}

/** From 0 to 23, the same for a dataset always. */
export function hourOf(dataSetId: string): number {
  return [...dataSetId].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 2_147_483_647, 0) % 24;
}
