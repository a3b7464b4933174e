import type { Page, Partition, Sink, Source } from '@tributary/connectors';
import { LeaseLost, type ScopedStore, type StagedPage, type StagedPartition } from '@tributary/store';
import type { Attempt } from './services.ts';

const HEARTBEAT_MS = 10_000;

/**
 * Reads one partition of a run, from the last page on that is staged, in the name of the run's holder. A page that is staged is
 * never fetched again.
 * @throws {LeaseLost} when the holder has lost the run, or the reader the partition
 */
export async function readPartition(
  attempt: Attempt,
  reader: string,
  source: Source,
  partition: StagedPartition,
): Promise<void> {
  const lost = new AbortController();
  const reading = {
    ...attempt,
    reader,
    signal: AbortSignal.any([attempt.signal, lost.signal]),
  };
  const { store, run } = attempt;
  const beat = setInterval(() => {
    store.readers
      .prolong(run.id, partition.id, reader)
      .then((isHeld) => isHeld || lost.abort(new LeaseLost(run.id)))
      // Where the store stays out of reach, another takes the partition, and what this one stages is refused.
      .catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    await stagePartition(reading, source, partition);
  } finally {
    clearInterval(beat);
  }
}

interface Reading extends Attempt {
  readonly reader: string;
}

async function stagePartition(reading: Reading, source: Source, partition: StagedPartition): Promise<void> {
  const { run, store, signal } = reading;
  const own = await store.staging.pages(run.id, partition.id);
  const last = own.at(-1);
  const isComplete = last !== undefined && last.next === undefined;
  let changeToken: string | undefined;
  if (!isComplete) {
    const sink = pageSink(reading, partition, own.length, last?.next);
    signal.throwIfAborted();
    await source.read(toPartition(partition), sink, signal);
    changeToken = sink.changeToken();
  }
  await whileHeld(reading, partition, (held) =>
    held.staging.finishPartition(run.id, partition.id, changeToken),
  );
}

/** The run's next holder may have planned anew: what this attempt has staged since is no part of that plan. */
async function whileHeld(
  { store, run, owner, reader }: Reading,
  partition: StagedPartition,
  work: (store: ScopedStore) => Promise<void>,
): Promise<void> {
  await store.transaction(async (transaction) => {
    await transaction.runs.hold(run, owner);
    await transaction.readers.hold(run.id, partition.id, reader);
    await work(transaction);
  });
}

function pageSink(
  reading: Reading,
  partition: StagedPartition,
  first: number,
  resumeFrom: string | undefined,
): Sink & { changeToken(): string | undefined } {
  const { services, run, signal } = reading;
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
      await whileHeld(reading, partition, (store) => store.staging.addPage(run.id, staged));
      position += 1;
    },
  };
}

function toPartition({ id, announcedRows, state }: StagedPartition): Partition {
  return { id, announcedRows, state };
}
