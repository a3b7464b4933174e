import type { BatchStatus } from '@tributary/runner';

/*
 * The statuses of a batch that clients made:
 *
 *   open       queued, loading, loaded, staging, staged, processing, retrying, stalled. A batch begins with any of these,
 *              or as one that has failed already, and passes between them as its maker says.
 *   failed     failed, failure, aborted, abandoned. The end of what did not land.
 *   landed     success, active. Rows are in the dataset: only the server, which puts them there, says so.
 *   withdrawn  inactive, deleted. What has ended is not to be looked at any more.
 */

type Stage = 'open' | 'failed' | 'landed' | 'withdrawn';

const STAGES: Readonly<Record<BatchStatus, Stage>> = {
  queued: 'open',
  loading: 'open',
  loaded: 'open',
  staging: 'open',
  staged: 'open',
  processing: 'open',
  retrying: 'open',
  stalled: 'open',
  failed: 'failed',
  failure: 'failed',
  aborted: 'failed',
  abandoned: 'failed',
  success: 'landed',
  active: 'landed',
  inactive: 'withdrawn',
  deleted: 'withdrawn',
};

const NEXT: Readonly<Record<Stage, readonly Stage[]>> = {
  open: ['open', 'failed'],
  failed: ['withdrawn'],
  landed: ['withdrawn'],
  withdrawn: ['withdrawn'],
};

/** Whether work on a batch is over. */
export function hasEnded(status: BatchStatus): boolean {
  return STAGES[status] !== 'open';
}

/** Why a client cannot give a batch this status; undefined where it can. `before` is undefined for a new batch. */
export function statusProblem(before: BatchStatus | undefined, next: BatchStatus): string | undefined {
  if (before === next) return undefined;
  if (STAGES[next] === 'landed') {
    return `${next} says that rows are in the dataset, which only the server can say that puts them there`;
  }
  const allowed = NEXT[before === undefined ? 'open' : STAGES[before]];
  if (allowed.includes(STAGES[next])) return undefined;
  const names = Object.entries(STAGES).flatMap(([name, stage]) => (allowed.includes(stage) ? name : []));
  return `a batch that ${before === undefined ? 'is new' : `is ${before}`} can become ${names.join(', ')}, and not ${next}`;
}
