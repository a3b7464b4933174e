import type { Page, Partition, Sink, Source } from '@tributary/connectors';
import type { ScopedStore, StagedPage, StagedPartition } from '@tributary/store';
import { advanceRun } from './events/advance-run.ts';
import { isExpired } from './failure.ts';
import { progressOf } from './progress.ts';
import type { Attempt } from './services.ts';

/** Partitions read at the same time. */
const CONCURRENT_READS = 4;

/**
 * Fetches what of the plan is not staged yet; a page that is staged is never fetched again. The first partition that
 * cannot be read halts the others; rejects once all have stopped.
 */
export async function extractRun(attempt: Attempt, source: Source): Promise<void> {
  const { store, run } = attempt;
  const halt = new AbortController();
  const reading = { ...attempt, signal: AbortSignal.any([attempt.signal, halt.signal]) };
  const partitions = await store.staging.partitions(run.id);
  const pages = await store.staging.pages(run.id);
  const pending = partitions.filter(({ isStaged }) => !isStaged);
  const read = async () => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      reading.signal.throwIfAborted();
      await extractPartition(reading, source, next, pages);
    }
  };
  const readers = Array.from({ length: CONCURRENT_READS }, () => read().catch((error) => halt.abort(error)));
  await Promise.all(readers);
  if (isExpired(halt.signal.reason)) await noteRefusedToken(attempt);
  halt.signal.throwIfAborted();
}

/** The run is planned anew, and reads all rows where its token is what the source knows no more. */
async function noteRefusedToken({ store, run, owner }: Attempt): Promise<void> {
  const progress = progressOf(run);
  const refusedToken = progress.keyed?.changes?.since;
  if (refusedToken !== undefined)
    await advanceRun(store, run, owner, run.state, { ...progress, refusedToken });
}

async function extractPartition(
  attempt: Attempt,
  source: Source,
  partition: StagedPartition,
  staged: readonly StagedPage[],
): Promise<void> {
  const { run, signal } = attempt;
  const own = staged.filter(({ partitionId }) => partitionId === partition.id);
  const last = own.at(-1);
  const isComplete = last !== undefined && last.next === undefined;
  let changeToken: string | undefined;
  if (!isComplete) {
    const sink = pageSink(attempt, partition, own.length, last?.next);
    await source.read(toPartition(partition), sink, signal);
    changeToken = sink.changeToken();
  }
  await whileHeld(attempt, (store) => store.staging.finishPartition(run.id, partition.id, changeToken));
}

/** The run's next holder may have planned anew: what this attempt has staged since is no part of that plan. */
async function whileHeld(
  { store, run, owner }: Attempt,
  work: (store: ScopedStore) => Promise<void>,
): Promise<void> {
  await store.transaction(async (transaction) => {
    await transaction.runs.hold(run, owner);
    await work(transaction);
  });
}

function pageSink(
  attempt: Attempt,
  partition: StagedPartition,
  first: number,
  resumeFrom: string | undefined,
): Sink & { changeToken(): string | undefined } {
  const { services, run, signal } = attempt;
  let position = first;
  let changeToken: string | undefined;
  return {
    resumeFrom,
    changeToken: () => changeToken,
    async changesUpTo(token) {
      changeToken = token;
    },
    async stage(page: Page) {
      const name = `${partition.id}/${position}`;
      const { path, bytes } = await services.staging.writePage(run.id, name, page, signal);
      const staged: StagedPage = {
        partitionId: partition.id,
        position,
        path,
        format: page.format,
        announcedRows: page.rows,
        bytes,
        next: page.next,
      };
      await whileHeld(attempt, (store) => store.staging.addPage(run.id, staged));
      position += 1;
    },
  };
}

function toPartition({ id, announcedRows, state }: StagedPartition): Partition {
  return { id, announcedRows, state };
}
