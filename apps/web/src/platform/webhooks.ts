import { listAt, numberAt, textAt, valueAt } from '../json.ts';
import { required } from './answers.ts';
import { type Call, jsonBody } from './http.ts';

const WEBHOOKS = '/data/foundation/webhooks';
const SHOWN_DELIVERIES = 50;

/** Who is told what happens to flows. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Types of events, or their beginning before a `*`. */
  readonly events: readonly string[];
  /** Undefined: of all flows. */
  readonly flowIds: readonly string[] | undefined;
  readonly state: string;
}

export type GivenWebhook = Omit<Webhook, 'id'>;

/** What a webhook was told, or is to be. Times are epoch milliseconds. */
export interface Delivery {
  readonly id: string;
  readonly eventType: string;
  /** `pending`, `delivered` or `failed`. */
  readonly state: string;
  readonly attempts: number;
  readonly status: number | undefined;
  readonly problem: string | undefined;
  readonly createdAt: number | undefined;
  readonly dueAt: number | undefined;
}

export interface Webhooks {
  list(): Promise<readonly Webhook[]>;
  get(id: string): Promise<Webhook>;
  /** Answers the secret that messages are signed with, which is never told again. */
  create(given: GivenWebhook): Promise<NewSecret>;
  change(id: string, given: GivenWebhook): Promise<void>;
  renewSecret(id: string): Promise<NewSecret>;
  remove(id: string): Promise<void>;
  /** Has an event sent that means nothing. */
  test(id: string): Promise<void>;
  /** The newest first. */
  deliveries(id: string): Promise<readonly Delivery[]>;
  redeliver(id: string, deliveryId: string): Promise<void>;
}

export interface NewSecret {
  readonly id: string;
  readonly secret: string;
}

export function createWebhooks(call: Call): Webhooks {
  const at = (id: string) => `${WEBHOOKS}/${encodeURIComponent(id)}`;
  return {
    list: async () => listAt(await call(WEBHOOKS), 'items').map(parseWebhook),
    get: async (id) => parseWebhook(await call(at(id))),
    create: async (given) => parseSecret(await call(WEBHOOKS, jsonBody(given))),
    async change(id, given) {
      await call(at(id), jsonBody(given, 'PUT'));
    },
    renewSecret: async (id) => parseSecret(await call(`${at(id)}/secret`, { method: 'POST' })),
    async remove(id) {
      await call(at(id), { method: 'DELETE' });
    },
    async test(id) {
      await call(`${at(id)}/test`, { method: 'POST' });
    },
    deliveries: async (id) =>
      listAt(await call(`${at(id)}/deliveries?limit=${SHOWN_DELIVERIES}`), 'items').map(parseDelivery),
    async redeliver(id, deliveryId) {
      await call(`${at(id)}/deliveries/${encodeURIComponent(deliveryId)}/redeliver`, { method: 'POST' });
    },
  };
}

function parseWebhook(body: unknown): Webhook {
  const texts = (name: string) => listAt(body, name).filter((each) => typeof each === 'string');
  return {
    id: required(textAt(body, 'id'), 'id of a webhook'),
    name: textAt(body, 'name') ?? '',
    url: textAt(body, 'url') ?? '',
    events: texts('events'),
    flowIds: valueAt(body, 'flowIds') === undefined ? undefined : texts('flowIds'),
    state: textAt(body, 'state') ?? 'unknown',
  };
}

function parseSecret(body: unknown): NewSecret {
  return {
    id: required(textAt(body, 'id'), 'id of the webhook'),
    secret: required(textAt(body, 'secret'), 'secret of the webhook'),
  };
}

function parseDelivery(body: unknown): Delivery {
  return {
    id: required(textAt(body, 'id'), 'id of a delivery'),
    eventType: textAt(body, 'eventType') ?? 'unknown',
    state: textAt(body, 'state') ?? 'unknown',
    attempts: numberAt(body, 'attempts') ?? 0,
    status: numberAt(body, 'status'),
    problem: textAt(body, 'problem'),
    createdAt: numberAt(body, 'createdAt'),
    dueAt: numberAt(body, 'dueAt'),
  };
}
