import type { TableDue } from '@tributary/store';
import type { RunnerServices } from '../services.ts';
import { compactTable } from './compact-table.ts';
import { expireRows } from './expire-rows.ts';
import { expireTable } from './expire-table.ts';
import { sweepTable } from './sweep-table.ts';

const AT_ONCE = 50;

/** After so long a pass leaves the tables that it has not come to for the next one, which begins with them. */
const LONGEST_PASS_MS = 20 * 60_000;

/**
 * Looks after tables that nobody has looked after since a time, those first that have waited longest, and notes that of each:
 * a pass that breaks off goes on where it stood, on whatever process. A table that cannot be looked after does not hold up
 * the others.
 */
export async function keepTables(
  services: RunnerServices,
  now: Date,
  since: Date,
  signal: AbortSignal,
): Promise<void> {
  const end = performance.now() + LONGEST_PASS_MS;
  for (;;) {
    const due = await services.store.retention.tablesDue(since, AT_ONCE);
    if (due.length === 0) return;
    for (const table of due) {
      if (performance.now() > end) return;
      const { scope, pointer } = table;
      const upkept = await keepTable(services, table, now, signal);
      await services.store.scoped(scope).tables.upkept(pointer.datasetId, now, upkept);
    }
  }
}

/** Answers the metadata in which nothing is left to do until somebody commits. */
async function keepTable(
  services: RunnerServices,
  { scope, pointer, upkeptLocation, rowsExpiredBefore }: TableDue,
  now: Date,
  signal: AbortSignal,
): Promise<string | undefined> {
  const store = services.store.scoped(scope);
  const { datasetId: dataSetId, metadataLocation } = pointer;
  try {
    const expired = await expireRows({ services, store, dataSetId, signal }, rowsExpiredBefore, now);
    if (expired !== undefined && expired !== rowsExpiredBefore)
      await store.tables.rowsExpired(dataSetId, expired);
    // Rows and snapshots expire by time alone; files grow small and many by commits.
    const current = expired === undefined ? pointer : await store.tables.get(dataSetId);
    const isAsLeft = metadataLocation === upkeptLocation && current?.metadataLocation === metadataLocation;
    const compacted = isAsLeft ? undefined : await compactTable({ services, store, dataSetId, signal });
    const isExpired = await expireTable(services, store, dataSetId, now, signal);
    await sweepTable(services, store, dataSetId, now);
    return isExpired ? undefined : isAsLeft ? upkeptLocation : compacted;
  } catch (error) {
    signal.throwIfAborted();
    services.log.warn({ err: error, dataSetId }, 'a table was not looked after');
    return undefined;
  }
}
