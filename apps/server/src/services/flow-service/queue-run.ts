import { documentOf } from '@tributary/runner';
import type { RunRecord, ScopedStore } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { invalidBody, refusal } from './refusal.ts';

/** Queues a run of a flow for whoever asks; a flow has one open run at most, and none while it is not enabled. */
export async function queueRun({ store, actor }: SandboxedCaller, flowId: string): Promise<RunRecord> {
  return store.transaction(async (transaction) => {
    await requireEnabled(transaction, flowId);
    const run = await transaction.runs.enqueue(flowId, {
      trigger: 'onDemand',
      requestedBy: actor,
      errors: [],
    });
    if (run !== undefined) return run;
    const [open] = await transaction.runs.list({ flowId, limit: 1 });
    const message = `The flow ${flowId} has a run that is not finished yet: ${open?.id}. Wait for its end, or cancel it.`;
    throw new Problem('conflict', message, { violations: [{ path: '/flowId', message }] });
  });
}

async function requireEnabled(store: ScopedStore, flowId: string): Promise<void> {
  const flow = await store.resources('flow').getForUpdate(flowId);
  if (flow === undefined) {
    throw invalidBody([{ path: '/flowId', message: 'names no flow of this sandbox', code: '1430-400' }]);
  }
  const { state } = documentOf('flow', flow);
  if (state === 'enabled') return;
  throw refusal('1422-400', `The flow ${flowId} is ${state} and cannot run. Enable it first.`);
}
