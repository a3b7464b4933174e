import { nextSlot } from '@tributary/runner';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FlowServer, flowBody, scopedStore, startFlowServer } from './tutorial.test-kit.ts';

let flows: FlowServer;
let id: string;
beforeAll(async () => {
  flows = await startFlowServer();
});
beforeEach(async () => {
  id = await flows.create('/flows', flowBody(await flows.tutorial()));
});
afterAll(() => flows.close());

const act = (op: string, headers?: Record<string, string>) =>
  flows.call('POST', `/flows/${id}/action?op=${op}`, headers && { headers });

async function stateNow(): Promise<string> {
  return (await flows.call('GET', `/flows/${id}`)).body.items[0].state;
}

async function isDue(): Promise<boolean> {
  await flows.server.store.enqueueDueRuns(new Date(), nextSlot);
  const store = await scopedStore(flows.server);
  return (await store.runs.count(id)) > 0;
}

describe('an action on a flow', () => {
  it('disables it, so that it falls due no more, and enables it again', async () => {
    const disabled = await act('disable');
    expect(disabled.status).toBe(200);
    expect(disabled.body).toEqual({ id, etag: disabled.headers.get('etag') });
    expect(await stateNow()).toBe('disabled');
    expect(await isDue()).toBe(false);
    expect((await act('ENABLE')).status).toBe(200);
    expect(await stateNow()).toBe('enabled');
    expect(await isDue()).toBe(true);
  });

  it('deletes it', async () => {
    expect((await act('delete')).status).toBe(200);
    expect((await flows.call('GET', `/flows/${id}`)).status).toBe(404);
  });

  it('does not run once again what runs once, when it is enabled', async () => {
    const once = { startTime: 1567411548, frequency: 'once' };
    id = await flows.create('/flows', { ...flowBody(await flows.tutorial()), scheduleParams: once });
    expect(await isDue()).toBe(true);
    const store = await scopedStore(flows.server);
    await store.runs.cancelOpen(id);
    await act('disable');
    await act('enable');
    await flows.server.store.enqueueDueRuns(new Date(), nextSlot);
    expect(await store.runs.count(id)).toBe(1);
  });

  it('honours If-Match', async () => {
    expect((await act('disable', { 'if-match': '"stale"' })).status).toBe(412);
    expect(await stateNow()).toBe('enabled');
  });

  it.each([
    ['enable', 'FLOW-1422-400'],
    ['publish', 'FLOW-1422-400'],
    ['finalize', 'FLOW-1402-400'],
    ['explode', 'FLOW-1434-400'],
    ['__proto__', 'FLOW-1434-400'],
    ['', 'FLOW-1434-400'],
  ])("'%s' on an enabled flow is refused", async (op, code) => {
    const { status, body } = await act(op);
    expect(status).toBe(400);
    expect(body.type).toBe(`https://ns.adobe.com/aep/errors/${code}`);
  });

  it('without op is refused', async () => {
    const { status, body } = await flows.call('POST', `/flows/${id}/action`);
    expect(status).toBe(400);
    expect(body.report.violations[0].path).toBe('/op');
  });
});

describe('a flow that is deleted', () => {
  it('takes its open run, schedule and watermark along', async () => {
    const store = await scopedStore(flows.server);
    const run = (await flows.call('POST', '/runs', { body: { flowId: id } })).body;
    await store.watermarks.put({
      kind: 'time',
      flowId: id,
      deltaColumn: 'updatedAt',
      settledUpTo: new Date(0),
      upTo: new Date(0),
      unsettledPages: [],
      columns: [],
      runId: run.id,
    });
    expect((await flows.call('DELETE', `/flows/${id}`)).status).toBe(204);
    expect((await store.runs.get(run.id))?.state).toBe('cancelled');
    expect(await store.watermarks.get(id)).toBeUndefined();
    await flows.server.store.enqueueDueRuns(new Date(), nextSlot);
    expect(await store.runs.count(id)).toBe(1);
  });
});
