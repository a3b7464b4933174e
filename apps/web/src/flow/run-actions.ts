import { type Flow, isUnderWay, type Run } from '../platform/answers.ts';
import type { RunAction } from '../platform/runs.ts';

/** Whether a run has left to another what it was to read. */
export function hasMissed({ status }: Run): boolean {
  return status === 'failed' || status === 'cancelled';
}

/**
 * What the server would take: an open run is cancelled, one that has failed or was cancelled is run again;
 * with the columns as they are now, where the newest has failed because they had changed. Where the newest
 * tells of files that are held back, a run tries these again.
 */
export function actionsFor(run: Run, flow: Flow, runs: readonly Run[]): readonly RunAction[] {
  if (isUnderWay(run)) return ['cancel'];
  if (flow.state !== 'enabled' || runs.some(isUnderWay)) return [];
  const isNewest = run.id === runs[0]?.id;
  if (!hasMissed(run) && !(isNewest && run.heldFiles > 0)) return [];
  const isForDrift = isNewest && run.notices.some(({ code }) => code === 'SCHEMA_DRIFT_REFUSED');
  return isForDrift ? ['accept-drift', 're-trigger'] : ['re-trigger'];
}
