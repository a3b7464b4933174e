import type { Page, Partition, Sink, Source } from '@tributary/connectors';
import { ClaimLost, type PartitionHold, type StagedPartition, type TakenReading } from '@tributary/store';
import { remedyFor } from './item-fault.ts';
import { progressOf } from './progress.ts';
import { readAhead } from './read-ahead.ts';
import type { Attempt } from './services.ts';

const HEARTBEAT_MS = 10_000;

/**
 * Reads one partition of a run, from the last page on that is staged, in the name of the run's holder. A page that is staged is
 * never fetched again.
 * @throws {ClaimLost} when the holder has lost the run, or the reader the partition
 */
export async function readPartition(
  attempt: Attempt,
  reader: string,
  source: Source,
  taken: TakenReading,
): Promise<void> {
  const lost = new AbortController();
  const { store, run, claim } = attempt;
  const { partition } = taken;
  const reading: Reading = {
    ...attempt,
    signal: AbortSignal.any([attempt.signal, lost.signal]),
    taken,
    hold: { runId: run.id, claim, partitionId: partition.id, reader },
  };
  const beat = setInterval(() => {
    store.readers
      .prolong(run.id, partition.id, reader)
      .then((isHeld) => isHeld || lost.abort(new ClaimLost(run.id)))
      // Where the store stays out of reach, another takes the partition, and what this one stages is refused.
      .catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    await stageItem(reading, source);
  } finally {
    clearInterval(beat);
  }
}

interface Reading extends Attempt {
  readonly taken: TakenReading;
  /** The run's next holder may have planned anew: what is staged without it is no part of that plan. */
  readonly hold: PartitionHold;
}

/** Stages a partition. What is wrong with its item alone is no end of the run. */
async function stageItem(reading: Reading, source: Source, rereads = 0): Promise<void> {
  try {
    await stagePartition(reading, source);
  } catch (error) {
    const { store, hold, taken } = reading;
    const { runId, partitionId } = hold;
    const remedy = await remedyFor(reading, source, taken.partition, error, rereads);
    if (remedy.kind === 'none') throw error;
    await store.transaction(async (transaction) => {
      await transaction.readers.hold(hold);
      if (remedy.kind === 'hold back') await transaction.staging.holdBack(runId, partitionId, remedy.fault);
      else await transaction.staging.replan(runId, partitionId, remedy.partition);
    });
    if (remedy.kind === 'hold back') return;
    const { state, item } = remedy.partition;
    const partition = { ...taken.partition, state, item };
    await stageItem(
      { ...reading, taken: { partition, stagedPages: 0, next: undefined } },
      source,
      rereads + 1,
    );
  }
}

async function stagePartition(reading: Reading, source: Source): Promise<void> {
  const { store, signal, hold } = reading;
  const { partition, stagedPages, next } = reading.taken;
  const isComplete = stagedPages > 0 && next === undefined;
  let changeToken: string | undefined;
  if (!isComplete) {
    const sink = pageSink(reading);
    signal.throwIfAborted();
    await source.read(toPartition(partition), sink, signal);
    changeToken = sink.changeToken();
  }
  await store.staging.finishPartition(hold, changeToken);
}

function pageSink({
  services,
  store,
  run,
  signal,
  hold,
  taken: { partition, stagedPages, next },
}: Reading): Sink & { changeToken(): string | undefined } {
  const { keyed, refresh } = progressOf(run);
  // Where rows are told apart by a key, that none came may be what has to be known.
  const isAppended = keyed === undefined && refresh === undefined;
  let position = stagedPages;
  let changeToken: string | undefined;
  return {
    resumeFrom: next,
    changeToken: () => changeToken,
    async changesUpTo(token) {
      changeToken = token;
    },
    async stage(page: Page) {
      // How many rows there are may be known at the body's end only.
      const { isWhole, body } = await readAhead(page.body);
      if (isWhole && isAppended && page.rows === 0 && page.next === undefined) return;
      const { format } = page;
      const name = `${partition.id}/${position}`;
      const { path, bytes } = await services.staging.writePage(run.id, name, { format, body }, signal);
      const announcedRows = page.rows;
      await store.staging.addPage(hold, { position, path, format, announcedRows, bytes, next: page.next });
      position += 1;
    },
  };
}

function toPartition({ id, announcedRows, state }: StagedPartition): Partition {
  return { id, announcedRows, state };
}
