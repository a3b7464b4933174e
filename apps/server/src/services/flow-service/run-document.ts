import { describeRun, requesterOf, runnerActor } from '@tributary/runner';
import type { RunRecord } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { entityTag } from '../../http/entity-tag.ts';

/** A flow run as `GET /runs` shows it; its links lead to `origin`. */
export function shownRun(
  run: RunRecord,
  { organization, sandbox }: SandboxedCaller,
  origin: string,
): Record<string, unknown> {
  const requester = requesterOf(run);
  const updater = run.attempt === 0 ? requester : runnerActor;
  return {
    id: run.id,
    createdAt: run.createdAt.getTime(),
    updatedAt: run.updatedAt.getTime(),
    createdBy: requester.user,
    updatedBy: updater.user,
    createdClient: requester.client,
    updatedClient: updater.client,
    sandboxId: sandbox.id,
    sandboxName: sandbox.name,
    imsOrgId: organization.id,
    version: entityTag(run),
    etag: entityTag(run),
    ...describeRun(run, origin),
  };
}

/** `metrics.statusSummary.status` of a run: `queued`, `inProgress`, `success`, … */
export function runStatus(run: RunRecord): string {
  // The documented body of a run always has this field.
  const { metrics } = describeRun(run, '') as { metrics: { statusSummary: { status: string } } };
  return metrics.statusSummary.status;
}
