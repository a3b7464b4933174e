import type { RunNotice } from './notices.ts';
import type { Waiting } from './progress.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;

/**
 * The first wait, in milliseconds: some allowances are those of a moment. Each further one that brings no page is as long as
 * the run has waited so far, up to the longest.
 */
const SHORTEST_WAIT_MS = 5 * SECOND_MS;
const LONGEST_WAIT_MS = HOUR_MS;

/**
 * Allowances of calls are counted over a day, so that what is used up is free again after one. A source that has not given
 * a page for twice that long will not by waiting.
 */
const PATIENCE_MS = 48 * HOUR_MS;

export interface WaitRequest {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly reason: string;
  readonly stagedPages: number;
}

/** The wait that follows on `earlier`. Pages that have come since make it a first one. */
export function nextWait(earlier: Waiting | undefined, { now, reason, stagedPages }: WaitRequest): Waiting {
  const isFirst = earlier === undefined || earlier.stagedPages < stagedPages;
  const since = isFirst ? now : earlier.since;
  const pause = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, now - since));
  return { since, until: now + pause, reason, stagedPages };
}

/** Whether a run has waited for so long that it must say so by failing. */
export function hasLostPatience({ since, until }: Waiting): boolean {
  return until - since > PATIENCE_MS;
}

export function waitingNotice({ reason, until }: Waiting): RunNotice {
  return {
    code: 'WAITING_FOR_SOURCE',
    message: `${reason}. What is staged is kept; the run goes on at ${new Date(until).toISOString()}.`,
  };
}
