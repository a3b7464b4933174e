import { createHmac } from 'node:crypto';
import type { HappenedEvent } from '@tributary/store';

/** An event in the JSON format of CloudEvents 1.0; `origin` names this installation, such as `https://tributary.example`. */
export function cloudEvent(event: HappenedEvent, source: string): string {
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    subject: event.subject,
    time: event.occurredAt.toISOString(),
    datacontenttype: 'application/json',
    data: event.data,
  });
}

const SECRET_PREFIX = 'whsec_';

/** A webhook's secret as people handle it (Standard Webhooks, Signature scheme). */
export function secretText(secret: Uint8Array): string {
  return SECRET_PREFIX + Buffer.from(secret).toString('base64');
}

/** The headers that prove where a message comes from and when (Standard Webhooks, Webhook Headers). */
export function signedHeaders(
  { id, body, secret }: { readonly id: string; readonly body: string; readonly secret: string },
  now: Date,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
