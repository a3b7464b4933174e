import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunRecord } from '@tributary/store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BenchFlow, RunBench } from '../run-bench.test-kit.ts';
import { secretText } from './cloud-event.ts';
import { deliverEvent } from './deliver-event.ts';
import { isWanted } from './event-types.ts';
import { recordRunEvent } from './record-event.ts';

const actor = { user: 'alice', client: 'script' };
const secret = secretText(new Uint8Array(32).fill(7));

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let bench: RunBench;
let flow: BenchFlow;
let receiver: Server;
let received: Received[];
let answer: number;
let webhookId: string;
let webhookIds: string[];

beforeAll(async () => {
  bench = await RunBench.open();
  receiver = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    received.push({ headers: request.headers, body: Buffer.concat(pieces).toString() });
    response.writeHead(answer, answer === 302 ? { location: 'http://169.254.169.254/' } : {}).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  receiver?.close();
  await bench?.close();
});
beforeEach(async () => {
  received = [];
  answer = 204;
  webhookIds = [];
  flow = await bench.flow();
  webhookId = await webhook({});
});
// What was not taken falls due again within seconds, in the midst of another test.
afterEach(async () => {
  for (const id of webhookIds) await bench.store.events.removeDeliveries(id);
});

async function webhook(document: Readonly<Record<string, unknown>>): Promise<string> {
  const id = randomUUID();
  const { port } = receiver.address() as AddressInfo;
  const body = {
    name: 'hook',
    url: `http://127.0.0.1:${port}/hook`,
    events: ['io.tributary.flow-run.*'],
    flowIds: [flow.id],
    state: 'enabled',
    sealedSecret: bench.services.vault.seal(secret, id),
    ...document,
  };
  await bench.store.resources('webhook').insert(id, body, actor);
  webhookIds.push(id);
  return id;
}

async function happen(): Promise<RunRecord> {
  const run = await bench.store.runs.enqueue(flow.id);
  if (run === undefined) throw new Error('not queued');
  await bench.store.runs.cancelOpen(flow.id);
  await bench.store.transaction((store) => recordRunEvent(store, 'io.tributary.flow-run.failed.v1', run));
  return run;
}

/** Makes one attempt of the delivery that is due. */
async function attempt(): Promise<boolean> {
  const delivery = await bench.services.store.deliveries.claim();
  if (delivery === undefined) return false;
  await deliverEvent(bench.services, delivery, new AbortController().signal);
  return true;
}

const logOf = (id = webhookId) => bench.store.events.deliveries({ webhookId: id, limit: 10 });

describe('an event', () => {
  test('is told as a CloudEvent that the receiver can prove the sender of', async () => {
    const run = await happen();
    expect(await attempt()).toBe(true);
    const [{ headers, body }] = received as [Received];
    expect(headers['content-type']).toContain('application/cloudevents+json');
    expect(JSON.parse(body)).toMatchObject({
      specversion: '1.0',
      type: 'io.tributary.flow-run.failed.v1',
      source: expect.stringContaining(`/flows/${flow.id}`),
      subject: run.id,
      data: { flowId: flow.id, runId: run.id, metrics: { statusSummary: { status: 'queued' } } },
    });
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const signature = createHmac('sha256', new Uint8Array(32).fill(7)).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    expect(headers['webhook-id']).toBe(JSON.parse(body).id);
    expect(await logOf()).toMatchObject([{ state: 'delivered', status: 204, attempts: 1 }]);
    expect(await attempt()).toBe(false);
  });

  test('is told again later when it was not taken, under the same id', async () => {
    answer = 500;
    await happen();
    await attempt();
    expect(await logOf()).toMatchObject([
      { state: 'pending', status: 500, problem: 'the receiver answered 500', attempts: 1 },
    ]);
    const [delivery] = await logOf();
    expect(delivery?.dueAt && delivery.dueAt > new Date()).toBe(true);
    expect(await attempt()).toBe(false);
  });

  test('is not told to a receiver that wants no more, until somebody asks for it', async () => {
    answer = 410;
    await happen();
    await attempt();
    const [delivery] = await logOf();
    expect(delivery).toMatchObject({ state: 'failed', status: 410 });
    answer = 200;
    await bench.store.transaction((store) => store.events.redeliver(webhookId, delivery?.id ?? ''));
    expect(await attempt()).toBe(true);
    expect(await logOf()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  test('follows no redirect', async () => {
    answer = 302;
    await happen();
    await attempt();
    expect(await logOf()).toMatchObject([{ state: 'pending', status: 302 }]);
    expect(received).toHaveLength(1);
  });

  test('whose receiver is not there is logged with the reason', async () => {
    const gone = await webhook({ url: 'http://127.0.0.1:1/' });
    await happen();
    await attempt();
    await attempt();
    expect(await logOf(gone)).toMatchObject([
      { state: 'pending', attempts: 1, problem: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  test('that did not happen is not told', async () => {
    const run = await bench.store.runs.enqueue(flow.id);
    await bench.store.runs.cancelOpen(flow.id);
    if (run === undefined) throw new Error('not queued');
    const undone = bench.store.transaction(async (store) => {
      await recordRunEvent(store, 'io.tributary.flow-run.failed.v1', run);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await attempt()).toBe(false);
    expect(await logOf()).toEqual([]);
  });

  test('goes to nobody who asked for others, or is disabled', async () => {
    const others = [
      await webhook({ events: ['io.tributary.flow-run.succeeded.v1'] }),
      await webhook({ flowIds: ['another'] }),
      await webhook({ state: 'disabled' }),
    ];
    await happen();
    while (await attempt());
    for (const id of others) expect(await logOf(id)).toEqual([]);
    expect(received).toHaveLength(1);
  });

  test('is given up when its webhook was disabled meanwhile', async () => {
    await happen();
    const webhooks = bench.store.resources('webhook');
    const before = await webhooks.get(webhookId);
    await webhooks.replace(webhookId, before?.etag ?? '', { ...before?.body, state: 'disabled' }, actor);
    await attempt();
    expect(await logOf()).toMatchObject([{ state: 'failed', problem: 'the webhook is disabled' }]);
    expect(received).toEqual([]);
  });
});

describe('a flow run', () => {
  const told = async () => (await logOf()).map(({ eventType }) => eventType.split('.').at(-2)).toReversed();

  test('tells that it has begun and that it has succeeded, once each', async () => {
    bench.source.rows = [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }];
    await bench.run(flow);
    expect(await told()).toEqual(['started', 'succeeded']);
  });

  test('that has failed tells so, however many attempts it took', async () => {
    bench.source.rows = [{ id: 'a', stamp: '2026-03-01T10:00:00Z' }];
    bench.source.beforePage = () => {
      throw new Error('gone');
    };
    await bench.run(flow);
    bench.source.beforePage = () => undefined;
    expect(await told()).toEqual(['started', 'failed']);
  });
});

test.each([
  [['*'], true],
  [['io.tributary.flow-run.failed.v1'], true],
  [['io.tributary.flow-run.*'], true],
  [['io.tributary.flow-run.f'], false],
  [['io.tributary.flow.*'], false],
  [[], false],
])('who asks for %j is told of a failed run: %s', (wanted, isTold) => {
  expect(isWanted(wanted, 'io.tributary.flow-run.failed.v1')).toBe(isTold);
});
