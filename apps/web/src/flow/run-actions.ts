import { type Flow, isUnderWay, type Run } from '../platform/answers.ts';
import type { RunAction } from '../platform/runs.ts';

/**
 * What the server would take: an open run is cancelled, one that has failed or was cancelled is run again;
 * with the columns as they are now, where the newest has failed because they had changed.
 */
export function actionsFor(run: Run, flow: Flow, runs: readonly Run[]): readonly RunAction[] {
  if (isUnderWay(run)) return ['cancel'];
  const hasMissed = run.status === 'failed' || run.status === 'cancelled';
  if (!hasMissed || flow.state !== 'enabled' || runs.some(isUnderWay)) return [];
  const isForDrift =
    run.id === runs[0]?.id && run.notices.some(({ code }) => code === 'SCHEMA_DRIFT_REFUSED');
  return isForDrift ? ['accept-drift', 're-trigger'] : ['re-trigger'];
}
