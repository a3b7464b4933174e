import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Source } from '@tributary/connectors';
import type { ReadLimits } from '@tributary/store';
import type { FlowDocument } from './documents.ts';
import { advanceRun } from './events/advance-run.ts';
import { isExpired } from './failure.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf } from './progress.ts';
import { readPartition } from './read-partition.ts';
import { problemError } from './reading-problem.ts';
import type { Attempt } from './services.ts';

const DEFAULT_CONCURRENT_READS = 4;
/** How often it is looked for partitions that others have let go, and others are asked to read some. */
const POLL_MS = 1_000;

/** How many partitions of one run may be read at the same time. */
export function concurrentReadsOf({ options }: FlowDocument): number {
  return options?.concurrentReads ?? DEFAULT_CONCURRENT_READS;
}

/**
 * Fetches what of the plan is not staged yet; a page that is staged is never fetched again. Where several
 * workers share the store, others are asked to read partitions too. The first partition that cannot be read
 * halts the others; rejects once all readers of this process have stopped. `newlyPlanned` is how many
 * partitions this attempt has planned, which nobody can have read yet; undefined where the plan is that of an
 * attempt before.
 */
export async function extractRun(
  attempt: Attempt,
  source: Source,
  { flow, connection }: PreparedFlow,
  newlyPlanned: number | undefined,
): Promise<void> {
  const concurrentReads = concurrentReadsOf(flow);
  const { services } = attempt;
  const untaken = { partitions: newlyPlanned ?? (await beginAgain(attempt)) };
  const wanted = Math.min(concurrentReads, untaken.partitions);
  const own = services.isShared ? Math.min(1, wanted) : wanted;
  const limits = { ofRun: concurrentReads, ofConnection: services.readsOfConnection };

  const halt = new AbortController();
  const reading = { ...attempt, signal: AbortSignal.any([attempt.signal, halt.signal]) };
  const progress = new Bell();
  const readers = Array.from({ length: own }, () =>
    readPartitions(reading, source, { connectionId: connection.id, limits, progress, untaken }).catch(
      (error) => halt.abort(error),
    ),
  );
  const inviting = inviteReaders(attempt, wanted - own, halt.signal);
  await Promise.all(readers);
  // Whoever reads in vain for a run that has all of its pages finds nothing to take.
  const reason: unknown = halt.signal.reason;
  halt.abort();
  await inviting;
  if (isExpired(reason)) await noteRefusedToken(attempt);
  if (reason !== undefined) throw reason;
  attempt.signal.throwIfAborted();
}

/** Nobody reads for the attempt before any more. Answers how many partitions are left to be read. */
async function beginAgain({ store, run, claim }: Attempt): Promise<number> {
  await store.transaction(async (transaction) => {
    await transaction.runs.hold(run, claim);
    await transaction.readers.reset(run.id);
  });
  return (await store.staging.partitions(run.id)).filter(({ isStaged }) => !isStaged).length;
}

/** What the readers of one run in this process have in common. */
interface ReadersOfRun {
  readonly connectionId: string;
  readonly limits: ReadLimits;
  /** Rings when one has read a partition. */
  readonly progress: Bell;
  readonly untaken: { partitions: number };
}

/**
 * Reads partition after partition until all are staged, waiting for those that others read. Ends where the
 * readers of this process have taken all that were `untaken`: each of them reads its own to the end.
 */
async function readPartitions(
  attempt: Attempt,
  source: Source,
  { connectionId, limits, progress, untaken }: ReadersOfRun,
): Promise<void> {
  const { services, store, run, signal } = attempt;
  const reader = randomUUID();
  const takeAndRead = async () => {
    signal.throwIfAborted();
    const taken = await store.readers.take(run.id, reader, limits);
    if (taken.kind === 'taken') {
      untaken.partitions -= 1;
      await readPartition(attempt, reader, source, taken);
    }
    return taken.kind;
  };
  while (untaken.partitions > 0) {
    const kind = await services.readTurns(connectionId, takeAndRead);
    if (kind === 'none') return;
    if (kind === 'taken') {
      progress.ring();
      continue;
    }
    const problem = await store.readers.problem(run.id);
    if (problem !== undefined) throw problemError(problem);
    await progress.heard(POLL_MS, signal);
  }
}

/** Asks other workers, again and again: some may come later, or leave. */
async function inviteReaders(
  { services, run, claim, signal }: Attempt,
  readers: number,
  done: AbortSignal,
): Promise<void> {
  const ended = AbortSignal.any([signal, done]);
  while (readers > 0 && !ended.aborted) {
    // Where the store is out of reach, the run's own readers will know.
    await services.store.readings.invite(run, claim, readers).catch(() => undefined);
    await pause(POLL_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}

/** The run is planned anew, and reads all rows where its token is what the source knows no more. */
async function noteRefusedToken({ store, run, claim }: Attempt): Promise<void> {
  const progress = progressOf(run);
  const refusedToken = progress.keyed?.changes?.since;
  if (refusedToken !== undefined)
    await advanceRun(store, run, claim, run.state, { ...progress, refusedToken });
}

/** Lets the readers of one run hear of each other at once. */
class Bell {
  #rung = Promise.withResolvers<void>();

  ring(): void {
    this.#rung.resolve();
    this.#rung = Promise.withResolvers<void>();
  }

  /** Resolves when it rings, or after a time. */
  async heard(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const waited = pause(timeoutMs, undefined, { signal: AbortSignal.any([signal, over.signal]) });
    await Promise.race([this.#rung.promise, waited]).finally(() => over.abort());
  }
}
