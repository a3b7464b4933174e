/** What can happen to a flow: the `type` of the CloudEvents that tell of it, and what each means. */
export const eventTypes = {
  'io.tributary.flow-run.started.v1': 'A flow run has begun.',
  'io.tributary.flow-run.succeeded.v1': 'A flow run has landed all of its rows.',
  'io.tributary.flow-run.partially-succeeded.v1': 'A flow run has landed, and rows have failed.',
  'io.tributary.flow-run.failed.v1': 'A flow run has ended and landed nothing.',
  'io.tributary.flow-run.cancelled.v1': 'A flow run was cancelled and has landed nothing.',
  'io.tributary.flow-run.waiting.v1': 'A flow run waits until its source may be asked again.',
  'io.tributary.flow.schema-drifted.v1': 'The columns of a flow’s source are others than at its last run.',
  'io.tributary.webhook.tested.v1': 'Somebody has asked for a test of the webhook.',
} as const;

export type EventType = keyof typeof eventTypes;

/** Whether a webhook that asks for `wanted`, a type or the beginning of some before a `*`, is told of a type. */
export function isWanted(wanted: readonly string[], type: string): boolean {
  return wanted.some((pattern) =>
    pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type,
  );
}
