import { randomUUID } from 'node:crypto';
import type { Source } from '@tributary/connectors';
import { type ClaimedReading, ClaimLost, type TakenReading } from '@tributary/store';
import { preparedFlowOf } from './ensure-plan.ts';
import { concurrentReadsOf } from './extract-run.ts';
import { openSourceOf } from './open-source.ts';
import { readPartition } from './read-partition.ts';
import { readingProblem } from './reading-problem.ts';
import type { Attempt, RunnerServices } from './services.ts';
import { tidyRun } from './tidy-run.ts';

/**
 * Reads partitions of a run that another worker holds, as long as there are some to take. What cannot be read is told to the
 * holder, who decides what that means.
 */
export async function readForRun(
  services: RunnerServices,
  { run, runClaim }: ClaimedReading,
  signal: AbortSignal,
): Promise<void> {
  const store = services.store.scoped(run.scope);
  const attempt: Attempt = { services, store, run, claim: runClaim, signal };
  const prepared = await preparedFlowOf(attempt);
  const source = openSourceOf(attempt, prepared);
  const reader = randomUUID();
  const limits = { ofRun: concurrentReadsOf(prepared.flow), ofConnection: services.readsOfConnection };
  let partitions = 0;
  const takeAndRead = async () => {
    const taken = await store.readers.take(run.id, reader, limits);
    return taken.kind === 'taken' && read(attempt, reader, source, taken);
  };
  // Where others read all that may be read, the run's holder asks again.
  while (!signal.aborted && (await services.readTurns(prepared.connection.id, takeAndRead))) partitions += 1;
  if (partitions > 0)
    services.log.info(
      { flowId: run.flowId, runId: run.id, partitions },
      'partitions were read for a flow run',
    );
}

/** False when nothing more of the run is to be read by this worker. */
async function read(attempt: Attempt, reader: string, source: Source, taken: TakenReading): Promise<boolean> {
  try {
    await readPartition(attempt, reader, source, taken);
    return true;
  } catch (error) {
    const { store, run, signal } = attempt;
    const isNobodysFault = signal.aborted || error instanceof ClaimLost;
    const problem = isNobodysFault ? undefined : readingProblem(error);
    await store.readers.giveBack(run.id, taken.partition.id, reader, problem);
    // Where the run has ended, its holder has tidied up before this page was written.
    if (error instanceof ClaimLost) await tidyRun(attempt.services, run.id);
    return false;
  }
}
