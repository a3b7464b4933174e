import type { OutboundClient } from '@tributary/connectors';
import type { ClaimedDelivery, DeliveryOutcome, Store, Vault } from '@tributary/store';
import { documentOf, type WebhookDocument } from '../documents.ts';
import { cloudEvent, signedHeaders } from './cloud-event.ts';

export interface DeliveryServices {
  readonly store: Pick<Store, 'scoped' | 'deliveries'>;
  readonly vault: Vault;
  readonly outbound: Pick<OutboundClient, 'text'>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after the nth attempt the next one comes: over a day in all, so that a receiver may be down for a night. */
const PAUSES_MS = [
  5_000,
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  16 * HOUR_MS,
] as const;

const ANSWER_TIMEOUT_MS = 20_000;

/** The receiver wants no more of this (RFC 9110, section 15.5.11). */
const GONE = 410;

/** Tells one event to one webhook, and logs how that went. Rejects when the store cannot be told. */
export async function deliverEvent(
  services: DeliveryServices,
  delivery: ClaimedDelivery,
  signal: AbortSignal,
): Promise<void> {
  const { store, vault } = services;
  const webhook = await store.scoped(delivery.scope).resources('webhook').get(delivery.webhookId);
  if (webhook === undefined) return store.deliveries.settle(delivery, givenUp('the webhook was deleted'));
  const document = documentOf('webhook', webhook);
  if (document.state !== 'enabled')
    return store.deliveries.settle(delivery, givenUp('the webhook is disabled'));
  const secret = vault.open(document.sealedSecret, webhook.id);
  const { status, problem } = await send(services, delivery, { document, secret }, signal);
  const pause = status === GONE ? undefined : PAUSES_MS[delivery.attempts];
  const again = problem === undefined || pause === undefined ? undefined : new Date(Date.now() + pause);
  await store.deliveries.settle(delivery, { status, problem, again });
}

function givenUp(problem: string): DeliveryOutcome {
  return { status: undefined, problem, again: undefined };
}

async function send(
  { outbound }: DeliveryServices,
  { event, scope }: ClaimedDelivery,
  { document, secret }: { readonly document: WebhookDocument; readonly secret: string },
  signal: AbortSignal,
): Promise<Pick<DeliveryOutcome, 'status' | 'problem'>> {
  const source = `/organizations/${encodeURIComponent(scope.orgId)}/sandboxes/${scope.sandboxId}/flows/${event.flowId}`;
  const body = cloudEvent(event, source);
  try {
    const answer = await outbound.text({
      method: 'POST',
      url: new URL(document.url),
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...signedHeaders({ id: event.id, body, secret }, new Date()),
      },
      body,
      // Further attempts are the queue's.
      idempotent: false,
      answersRedirects: true,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    if (answer.ok) return { status: answer.status, problem: undefined };
    return { status: answer.status, problem: `the receiver answered ${answer.status}` };
  } catch (error) {
    signal.throwIfAborted();
    return { status: undefined, problem: error instanceof Error ? error.message : String(error) };
  }
}
