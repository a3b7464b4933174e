import type { Resource, RunRecord, ScopedStore } from '@tributary/store';
import { describeRun } from '../describe-run.ts';
import { documentOf } from '../documents.ts';
import { type EventType, isWanted } from './event-types.ts';

/** An event that webhooks ask for. */
export interface WantedEvent {
  readonly type: EventType;
  readonly webhookIds: readonly string[];
}

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
  for (const wanted of await wantedEvents(store, [type], run.flowId))
    await recordWanted(store, wanted, run, details);
}

/** As {@link recordRunEvent}, where it is known who asks for it. */
export async function recordWanted(
  store: ScopedStore,
  { type, webhookIds }: WantedEvent,
  run: RunRecord,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
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

/** Those of some events of a flow that any webhook asks for. */
export async function wantedEvents(
  store: ScopedStore,
  types: readonly EventType[],
  flowId: string,
): Promise<readonly WantedEvent[]> {
  const { items } = await store.resources('webhook').list({ limit: MOST_WEBHOOKS });
  return types
    .map((type) => ({
      type,
      webhookIds: items.filter((webhook) => asksFor(webhook, type, flowId)).map(({ id }) => id),
    }))
    .filter(({ webhookIds }) => webhookIds.length > 0);
}

function asksFor(webhook: Resource, type: EventType, flowId: string): boolean {
  const { state, events, flowIds } = documentOf('webhook', webhook);
  return state === 'enabled' && isWanted(events, type) && (flowIds?.includes(flowId) ?? true);
}
