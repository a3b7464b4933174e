import type { RunRecord, ScopedStore } from '@tributary/store';
import { describeRun } from '../describe-run.ts';
import { documentOf } from '../documents.ts';
import { type EventType, isWanted } from './event-types.ts';

/**
 * Keeps an event of a run, to be told to the webhooks that ask for it. To be called in the transaction that makes it
 * true. `details` come beside the run as the Flow Service shows it.
 */
export async function recordRunEvent(
  store: ScopedStore,
  type: EventType,
  run: RunRecord,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const webhookIds = await webhooksFor(store, type, run.flowId);
  if (webhookIds.length === 0) return;
  const flow = await store.resources('flow').get(run.flowId);
  const { metrics } = describeRun(run, '');
  const data = {
    flowId: run.flowId,
    ...(flow && { flowName: documentOf('flow', flow).name }),
    runId: run.id,
    metrics,
    ...details,
  };
  await store.events.record(
    { type, flowId: run.flowId, subject: run.id, occurredAt: new Date(), data },
    webhookIds,
  );
}

/** Webhooks of one sandbox; a page that is full is taken for all of them, for there is a limit below it. */
const MOST_WEBHOOKS = 100;

async function webhooksFor(store: ScopedStore, type: EventType, flowId: string): Promise<readonly string[]> {
  const { items } = await store.resources('webhook').list({ limit: MOST_WEBHOOKS });
  return items
    .filter((webhook) => {
      const { state, events, flowIds } = documentOf('webhook', webhook);
      return state === 'enabled' && isWanted(events, type) && (flowIds?.includes(flowId) ?? true);
    })
    .map(({ id }) => id);
}
