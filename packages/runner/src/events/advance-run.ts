import type { Claim, RunRecord, RunState, ScopedStore } from '@tributary/store';
import { progressOf, type RunProgress } from '../progress.ts';
import { hasDrifted } from '../schema-drift.ts';
import type { EventType } from './event-types.ts';
import { recordWanted, wantedEvents } from './record-event.ts';

/**
 * Keeps how far a run is, and in the same transaction what is to be told of that to whoever listens.
 * @throws {ClaimLost} when the run is held under another claim, or none.
 */
export async function advanceRun(
  store: ScopedStore,
  run: RunRecord,
  claim: Claim,
  state: RunState,
  progress: RunProgress,
): Promise<RunRecord> {
  const types = eventsOf(run, state, progress);
  const wanted = types.length === 0 ? [] : await wantedEvents(store, types, run.flowId);
  if (wanted.length === 0) return store.runs.advance(run, claim, state, { ...progress });
  return store.transaction(async (transaction) => {
    const advanced = await transaction.runs.advance(run, claim, state, { ...progress });
    for (const event of wanted) await recordWanted(transaction, event, advanced);
    return advanced;
  });
}

const ends: Readonly<Partial<Record<RunState, EventType>>> = {
  success: 'io.tributary.flow-run.succeeded.v1',
  partial: 'io.tributary.flow-run.partially-succeeded.v1',
  failed: 'io.tributary.flow-run.failed.v1',
};

/** What happens to a run when it goes on to a state with a progress. */
function eventsOf(run: RunRecord, state: RunState, progress: RunProgress): readonly EventType[] {
  const before = progressOf(run);
  const end = ends[state];
  return [
    ...(run.state === 'pending' && state !== 'pending'
      ? (['io.tributary.flow-run.started.v1'] as const)
      : []),
    ...(before.drift === undefined && progress.drift !== undefined && hasDrifted(progress.drift)
      ? (['io.tributary.flow.schema-drifted.v1'] as const)
      : []),
    // A wait that follows on another is the same.
    ...(progress.waiting !== undefined && before.waiting?.since !== progress.waiting.since
      ? (['io.tributary.flow-run.waiting.v1'] as const)
      : []),
    ...(end === undefined ? [] : [end]),
  ];
}
