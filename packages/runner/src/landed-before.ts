import type { StagedPage } from '@tributary/store';
import { LandedPageDamaged } from './failure.ts';
import { progressOf } from './progress.ts';
import type { RunWindow } from './read-window.ts';
import type { Attempt } from './services.ts';
import type { PagesHere } from './staging-area.ts';
import { timeWatermark } from './time-watermark.ts';

/** Rows of the stretch that is read again, as they have landed before. */
export interface LandedRows {
  /** On this machine. */
  readonly pages: readonly StagedPage[];
  readonly columns: readonly string[];
}

/**
 * Has at hand what tells rows that have landed from those that have not. Rows that are told apart by a key
 * may land again, so that there a page that is gone costs work and nothing else; and where all rows are read,
 * they are compared with the table itself.
 */
export async function withLandedBefore<T>(
  { services, store, run, signal }: Attempt,
  window: RunWindow | undefined,
  work: (landed: LandedRows | undefined) => Promise<T>,
): Promise<T> {
  const { keyed } = progressOf(run);
  if (window === undefined || keyed?.isWhole) return work(undefined);
  const watermark = await timeWatermark(store, run.flowId);
  if (watermark?.deltaColumn !== window.column) return work(undefined);
  const { unsettledPages, settledUpTo, columns } = watermark;
  const compare = (landed: PagesHere) => {
    if (landed.ok) return work({ pages: landed.pages, columns });
    if (keyed !== undefined) return work(undefined);
    throw new LandedPageDamaged(landed.damaged.path, settledUpTo);
  };
  return services.staging.withPages(unsettledPages, compare, signal);
}
