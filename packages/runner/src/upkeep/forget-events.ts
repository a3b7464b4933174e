import type { RunnerServices } from '../services.ts';
import { keptSince } from './retention.ts';

const AT_ONCE = 500;

/** Forgets events that happened long ago, some in each transaction. */
export async function forgetEvents(
  { store, retention }: Pick<RunnerServices, 'store' | 'retention'>,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const since = keptSince(retention.eventsDays, now);
  if (since === undefined) return;
  while ((await store.retention.forgetEvents(since, AT_ONCE)) === AT_ONCE) signal.throwIfAborted();
}
