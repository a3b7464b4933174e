import { discardStaged, expireSnapshots } from '@tributary/lake';
import type { ScopedStore } from '@tributary/store';
import { tidyTables } from '../evolve-data-sets.ts';
import type { RunnerServices } from '../services.ts';
import { DAY_MS, MIN_SNAPSHOTS } from './retention.ts';
import { tableOf } from './table-of.ts';

/** Snapshots that go in one commit. */
const SNAPSHOTS_AT_ONCE = 100;

/** Whoever reads a snapshot that goes has so long to come to an end. */
const READERS_GRACE_MS = DAY_MS;

/**
 * Takes snapshots that have expired from a dataset's table. The transaction that swaps the pointer also notes the files that
 * only they reached, so that these go wherever the process dies, and not before their readers have ended. Where a run
 * commits at the same moment, it goes first, and what has expired does so the next time. Answers whether anything went.
 */
export async function expireTable(
  { lake, retention }: Pick<RunnerServices, 'lake' | 'retention'>,
  store: ScopedStore,
  dataSetId: string,
  now: Date,
  signal: AbortSignal,
): Promise<boolean> {
  const { snapshotsDays } = retention;
  for (let hasExpired = false; ; hasExpired = true) {
    signal.throwIfAborted();
    const base = await tableOf(lake, store, dataSetId);
    if (base === undefined) return hasExpired;
    const staged = await expireSnapshots(lake.io, base, {
      maxSnapshotAgeMs: snapshotsDays === 0 ? Number.POSITIVE_INFINITY : snapshotsDays * DAY_MS,
      minSnapshotsToKeep: MIN_SNAPSHOTS,
      most: SNAPSHOTS_AT_ONCE,
      now,
    });
    if (staged === undefined) return hasExpired;
    const notBefore = new Date(now.getTime() + READERS_GRACE_MS);
    const isCurrent = await store.transaction(async (scoped) => {
      if (!(await scoped.tables.swap(dataSetId, base.metadataLocation, staged.metadataLocation)))
        return false;
      await scoped.leftovers.note(staged.unreachable.map((name) => ({ kind: 'file', name, notBefore })));
      return true;
    });
    if (!isCurrent) {
      await discardStaged(lake.io, staged);
      return hasExpired;
    }
    await tidyTables(lake.io, [{ base, staged }]);
  }
}
