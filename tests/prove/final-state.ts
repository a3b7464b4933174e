import { expect } from 'vitest';
import type { Answer, ServerUnderTest } from '../server-under-test.ts';
import type { Ledger } from './api-clients.ts';
import type { ToldEvent } from './event-receiver.ts';
import { eventually } from './eventually.ts';
import type { Query } from './installation.ts';

const FLOW = '/data/foundation/flowservice';
const REGISTRY_FORM = 'application/vnd.adobe.xed+json; version=1';

/** Runs a flow, once it has no open run, and answers how that ended. */
export async function runToEnd(server: ServerUnderTest, flowId: string): Promise<Answer['body']> {
  const started = await eventually(`a run of ${flowId}`, async () => {
    const answer = await server.call('POST', `${FLOW}/runs`, { body: { flowId } });
    return answer.status === 201 ? String(answer.body.id) : undefined;
  });
  return eventually(`the end of the run ${started}`, async () => {
    const { body } = await server.call('GET', `${FLOW}/runs/${started}`);
    return body.items[0].metrics.durationSummary.completedAtUTC ? body.items[0] : undefined;
  });
}

/** Disables every flow, and waits until none is under way. */
export async function quieten(server: ServerUnderTest): Promise<void> {
  const { body } = await server.call('GET', `${FLOW}/flows?limit=100`);
  for (const { id } of body.items) await server.call('POST', `${FLOW}/flows/${id}/action?op=disable`);
  await eventually('the end of all runs', async () => {
    const runs = await server.call('GET', `${FLOW}/runs?limit=100`);
    return (
      runs.body.items.every((run: Answer['body']) => run.metrics.durationSummary.completedAtUTC) || undefined
    );
  });
}

/** Waits until a webhook has been told of everything. */
export async function allTold(server: ServerUnderTest, webhookId: string): Promise<void> {
  await eventually('the delivery of all events', async () => {
    const path = `/data/foundation/webhooks/${webhookId}/deliveries?state=pending&limit=1`;
    const { body } = await server.call('GET', path);
    return body.items.length === 0 || undefined;
  });
}

/** Every write that was acknowledged is there, and none that was refused. */
export async function expectLedger(server: ServerUnderTest, ledger: Ledger): Promise<void> {
  expect(ledger.unexpected).toEqual([]);
  const missing: string[] = [];
  for (const { path, name } of ledger.made) {
    const { status, body } = await get(server, path);
    const shown = body.items?.[0]?.name ?? body.name ?? body.title;
    if (status !== 200 || shown !== name) missing.push(`${path}: ${status} ${shown}, not ${name}`);
  }
  for (const path of ledger.removed) {
    const { status } = await get(server, path);
    if (status !== 404) missing.push(`${path}: ${status}, though it was deleted`);
  }
  for (const runId of ledger.runs) {
    const { status } = await get(server, `${FLOW}/runs/${runId}`);
    if (status !== 200) missing.push(`run ${runId}: ${status}`);
  }
  for (const name of ledger.refused) {
    const { body } = await get(
      server,
      `${FLOW}/sourceConnections?property=name==${encodeURIComponent(name)}`,
    );
    if (body.items.length > 0) missing.push(`${name} is there, though it was refused`);
  }
  const { path = '', names = [] } = ledger.renamed ?? {};
  const { body } = await get(server, path);
  if (!names.includes(body.name))
    missing.push(`${path} is called ${body.name}, not one of ${names.join(', ')}`);
  expect(missing).toEqual([]);
}

function get(server: ServerUnderTest, path: string): Promise<Answer> {
  const headers: Record<string, string> = path.includes('schemaregistry') ? { accept: REGISTRY_FORM } : {};
  return server.call('GET', path, { headers });
}

const unfinished = {
  'runs that are open': 'select id from flow_runs where completed_at is null',
  'runs that are held': 'select id from flow_runs where lease_owner is not null',
  'partitions that are being read':
    'select run_id, id from run_partitions where reader is not null and not is_staged',
  'events that are not told': "select id from event_deliveries where state = 'pending'",
  'jobs that are due': `
    select name, id, state from pgboss.job where state in ('created', 'retry', 'active')
    and name in ('flow-run', 'partition-reading', 'event-delivery')`,
} as const;

/** Nothing is left claimed or open. */
export async function expectNothingOpen(query: Query): Promise<void> {
  for (const [what, text] of Object.entries(unfinished)) expect(await query(text), what).toEqual([]);
}

const eventOfState: Readonly<Record<string, string>> = {
  success: 'io.tributary.flow-run.succeeded.v1',
  partial: 'io.tributary.flow-run.partially-succeeded.v1',
  failed: 'io.tributary.flow-run.failed.v1',
  cancelled: 'io.tributary.flow-run.cancelled.v1',
};
const STARTED = 'io.tributary.flow-run.started.v1';

/** Every run's beginning and end was told, and nothing that did not happen. */
export async function expectAllEvents(
  query: Query,
  told: readonly ToldEvent[],
): Promise<{ readonly total: number; readonly cutShort: number }> {
  const runs = await query('select id, state, attempt from flow_runs');
  const happened = runs.flatMap(({ id, state }) => [
    `${id} ${STARTED}`,
    `${id} ${eventOfState[String(state)]}`,
  ]);
  // One event told twice has one id.
  const byId = new Map(told.map(({ id, subject, type }) => [id, `${subject} ${type}`]));
  expect([...byId.values()].sort()).toEqual(happened.sort());
  return {
    total: runs.length,
    cutShort: runs.reduce((sum, { attempt }) => sum + Math.max(Number(attempt) - 1, 0), 0),
  };
}
