import { eventTypes, isWanted } from '@tributary/runner';
import { type Static, Type } from 'typebox';
import { invalidBody } from '../../http/problem.ts';

const EVENTS = Object.keys(eventTypes);

export const WebhookBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255 }),
    description: Type.Optional(Type.String({ maxLength: 2_000 })),
    url: Type.String({ maxLength: 2_000, description: 'Where events are posted to: http or https.' }),
    events: Type.Optional(
      Type.Array(Type.String({ maxLength: 200 }), {
        minItems: 1,
        maxItems: 50,
        description: `Types of events, or their beginning before a *; all where it is left out. ${EVENTS.join(', ')}.`,
      }),
    ),
    flowIds: Type.Optional(
      Type.Array(Type.String({ maxLength: 100 }), {
        minItems: 1,
        maxItems: 1_000,
        description: 'Of which flows; of all where it is left out.',
      }),
    ),
    state: Type.Optional(Type.Enum(['enabled', 'disabled'])),
  },
  { additionalProperties: false },
);

export type GivenWebhook = Static<typeof WebhookBody>;

/** What a body asks for, with what it leaves out. */
export function checkedWebhook(given: GivenWebhook) {
  requireWebAddress(given.url);
  const { events = ['*'], state = 'enabled', ...rest } = given;
  for (const [index, wanted] of events.entries()) {
    if (EVENTS.some((type) => isWanted([wanted], type))) continue;
    throw invalidBody(`/events/${index}`, `names no type of event; there are ${EVENTS.join(', ')}`);
  }
  return { ...rest, events, state };
}

/** Whether such an address may be called is decided when it is called, by what its name stands for then. */
function requireWebAddress(url: string): void {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol))
    throw invalidBody('/url', 'must be an address that begins with https:// or http://');
  if (parsed.username !== '' || parsed.password !== '')
    throw invalidBody('/url', 'must not hold a user name or password; messages are signed');
}
