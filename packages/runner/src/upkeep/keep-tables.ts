import type { RunnerServices } from '../services.ts';
import { expireTable } from './expire-table.ts';
import { sweepTable } from './sweep-table.ts';

const AT_ONCE = 50;

/**
 * Looks after every table that nobody has since a time, and notes that of each: a pass that breaks off goes on where it
 * stood, on whatever process. A table that cannot be looked after does not hold up the others.
 */
export async function keepTables(
  services: RunnerServices,
  now: Date,
  since: Date,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const due = await services.store.retention.tablesDue(since, AT_ONCE);
    if (due.length === 0) return;
    for (const { scope, pointer } of due) {
      const store = services.store.scoped(scope);
      const { datasetId } = pointer;
      try {
        await expireTable(services, store, datasetId, now, signal);
        await sweepTable(services, store, datasetId, now);
      } catch (error) {
        signal.throwIfAborted();
        services.log.warn({ err: error, dataSetId: datasetId }, 'a table was not looked after');
      }
      await store.tables.upkept(datasetId, now, undefined);
    }
  }
}
