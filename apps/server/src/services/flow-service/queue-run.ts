import {
  columnsWithoutMapping,
  documentOf,
  type FlowDocument,
  type PreparedFlow,
  prepareFlow,
} from '@tributary/runner';
import type { RunRecord, ScopedStore } from '@tributary/store';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem, type Violation } from '../../http/problem.ts';
import { invalidBody, refusal } from './refusal.ts';
import { deltaColumnViolations, type RunRequest } from './run-params.ts';

/** Queues a run of a flow for whoever asks; a flow has one open run at most, and none while it is not enabled. */
export async function queueRun(
  { store, actor }: SandboxedCaller,
  flowId: string,
  request: RunRequest = {},
): Promise<RunRecord> {
  const { refreshColumns, window, startsAt, retriesHeldItems } = request;
  return store.transaction(async (transaction) => {
    const flow = await requireEnabled(transaction, flowId);
    await requireFitting(transaction, flow, request);
    const progress = {
      trigger: 'onDemand',
      requestedBy: actor,
      ...(refreshColumns && { refresh: { columns: refreshColumns } }),
      ...(window && { requestedWindow: window }),
      ...(retriesHeldItems && { retriesHeldItems }),
      ...(startsAt && { startsAt: startsAt.getTime() }),
      errors: [],
    };
    const run = await transaction.runs.enqueue(flowId, progress, startsAt);
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
  const mend = document.state === 'draft' ? 'Publish it first.' : 'Enable it first.';
  throw refusal('1422-400', `The flow ${flowId} is ${document.state} and cannot run. ${mend}`);
}

/** What the source has is the run's to find out; what the flow says already is known before. */
async function requireFitting(
  store: ScopedStore,
  flow: FlowDocument,
  { refreshColumns, window }: RunRequest,
): Promise<void> {
  if (refreshColumns === undefined && window === undefined) return;
  const preparation = await prepareFlow(store, flow);
  if (!preparation.ok) throw invalidBody(preparation.violations);
  const { prepared } = preparation;
  const violations = [
    ...(refreshColumns === undefined ? [] : unmappedViolations(prepared, refreshColumns)),
    ...(window === undefined ? [] : deltaColumnViolations(prepared, window)),
  ];
  if (violations.length > 0) throw invalidBody(violations);
}

function unmappedViolations(prepared: PreparedFlow, columns: readonly string[]): readonly Violation[] {
  const unread = columnsWithoutMapping(prepared, columns);
  if (unread.length === 0) return [];
  const message = `names ${unread.join(', ')}, which no mapping of the flow reads; map it first`;
  return [{ path: '/params/refreshColumns', message }];
}
