import { columnsWithoutMapping, documentOf, type FlowDocument, prepareFlow } from '@tributary/runner';
import type { RunRecord, ScopedStore } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { invalidBody, refusal } from './refusal.ts';

/**
 * Queues a run of a flow for whoever asks; a flow has one open run at most, and none while it is not enabled.
 * @param refreshColumns columns that the run reads for all rows, in place of what has changed
 */
export async function queueRun(
  { store, actor }: SandboxedCaller,
  flowId: string,
  refreshColumns?: readonly string[],
): Promise<RunRecord> {
  return store.transaction(async (transaction) => {
    const flow = await requireEnabled(transaction, flowId);
    if (refreshColumns !== undefined) await requireMapped(transaction, flow, refreshColumns);
    const run = await transaction.runs.enqueue(flowId, {
      trigger: 'onDemand',
      requestedBy: actor,
      ...(refreshColumns && { refresh: { columns: refreshColumns } }),
      errors: [],
    });
    if (run !== undefined) return run;
    const [open] = await transaction.runs.list({ flowId, limit: 1 });
    const message = `The flow ${flowId} has a run that is not finished yet: ${open?.id}. Wait for its end, or cancel it.`;
    throw new Problem('conflict', message, { violations: [{ path: '/flowId', message }] });
  });
}

async function requireEnabled(store: ScopedStore, flowId: string): Promise<FlowDocument> {
  const flow = await store.resources('flow').getForUpdate(flowId);
  if (flow === undefined) {
    throw invalidBody([{ path: '/flowId', message: 'names no flow of this sandbox', code: '1430-400' }]);
  }
  const document = documentOf('flow', flow);
  if (document.state === 'enabled') return document;
  throw refusal('1422-400', `The flow ${flowId} is ${document.state} and cannot run. Enable it first.`);
}

/** What the source has is the run's to find out; that nothing reads a column is known before. */
async function requireMapped(
  store: ScopedStore,
  flow: FlowDocument,
  columns: readonly string[],
): Promise<void> {
  const preparation = await prepareFlow(store, flow);
  if (!preparation.ok) throw invalidBody(preparation.violations);
  const unread = columnsWithoutMapping(preparation.prepared, columns);
  if (unread.length === 0) return;
  const message = `names ${unread.join(', ')}, which no mapping of the flow reads; map it first`;
  throw invalidBody([{ path: '/params/refreshColumns', message }]);
}
