import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FlowServer, flowBody, scopedStore, startFlowServer } from './tutorial.test-kit.ts';

let flows: FlowServer;
let flowId: string;
let otherFlowId: string;
beforeAll(async () => {
  flows = await startFlowServer();
  const onDemand = async () => {
    const body = flowBody(await flows.tutorial());
    return flows.create('/flows', { ...body, scheduleParams: undefined });
  };
  flowId = await onDemand();
  otherFlowId = await onDemand();
});
afterAll(() => flows.close());

async function runNow(id: string) {
  return flows.call('POST', '/runs', { body: { flowId: id } });
}

/** Runs of a flow that ended, cancelled, one after the other. */
async function endedRuns(id: string, count: number): Promise<string[]> {
  const store = await scopedStore(flows.server);
  const runIds: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { body } = await runNow(id);
    runIds.push(body.id);
    await store.runs.cancelOpen(id);
  }
  return runIds;
}

describe('a run on demand', () => {
  it('reads files again that were held back, where that is asked for', async () => {
    const store = await scopedStore(flows.server);
    const { body } = await flows.call('POST', '/runs', {
      body: { flowId, params: { retryHeldFiles: true } },
    });
    expect((await store.runs.get(body.id))?.progress).toMatchObject({ retriesHeldItems: true });
    await store.runs.cancelOpen(flowId);
  });

  it('is queued and shown in the documented body', async () => {
    const { status, body, headers } = await runNow(flowId);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.any(String),
      etag: headers.get('etag'),
      flowId,
      sandboxName: 'prod',
      metrics: { statusSummary: { status: 'queued' } },
    });
    const { createdBy, updatedBy, createdClient, updatedClient } = body;
    const [flow] = (await flows.call('GET', `/flows/${flowId}`)).body.items;
    expect({ createdBy, updatedBy, createdClient, updatedClient }).toEqual({
      createdBy: flow.createdBy,
      updatedBy: flow.createdBy,
      createdClient: flow.createdClient,
      updatedClient: flow.createdClient,
    });
    const got = await flows.call('GET', `/runs/${body.id}`);
    expect(got.body).toEqual({ items: [body] });
    expect((await flows.call('GET', `/flows/${flowId}`)).body.items[0].lastRunDetails).toMatchObject({
      id: body.id,
      state: 'queued',
    });
  });

  it('waits for the end of the one before, which the refusal names', async () => {
    const store = await scopedStore(flows.server);
    await store.runs.cancelOpen(flowId);
    const { body: open } = await runNow(flowId);
    const { status, body } = await runNow(flowId);
    expect(status).toBe(409);
    expect(body).toMatchObject({ title: 'Conflict', status: 409 });
    expect(body.detail).toContain(open.id);
    await store.runs.cancelOpen(flowId);
  });

  it.each([
    ['without a flow', {}, '/flowId', 'FLOW-400'],
    ['of an unknown flow', { flowId: randomUUID() }, '/flowId', 'FLOW-1430-400'],
    ['of a flow that is a list', { flowId: [] }, '/flowId', 'FLOW-400'],
    [
      'of columns that are no list',
      { flowId: 'x', params: { refreshColumns: 'a' } },
      '/params/refreshColumns',
      'FLOW-400',
    ],
    ['of no column', { flowId: 'x', params: { refreshColumns: [] } }, '/params/refreshColumns', 'FLOW-400'],
  ])('is refused %s', async (_what, body, path, code) => {
    const answer = await flows.call('POST', '/runs', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.type).toBe(`https://ns.adobe.com/aep/errors/${code}`);
    expect(answer.body.report.violations[0].path).toBe(path);
  });

  it('may refresh columns that mappings read, and shows which', async () => {
    const store = await scopedStore(flows.server);
    await store.runs.cancelOpen(flowId);
    const params = { refreshColumns: ['email', 'last_name'] };
    const { status, body } = await flows.call('POST', '/runs', { body: { flowId, params } });
    expect(status).toBe(201);
    expect(body.metrics.statusSummary.extensions.refreshColumns).toEqual(['email', 'last_name']);
    await store.runs.cancelOpen(flowId);
    const { body: again } = await flows.call('POST', `/runs/${body.id}/action?op=re-trigger`);
    const { body: shown } = await flows.call('GET', `/runs/${again.id}`);
    expect(shown.items[0].metrics.statusSummary.extensions.refreshColumns).toEqual(['email', 'last_name']);
    await store.runs.cancelOpen(flowId);
  });

  it('refreshes no column that no mapping reads', async () => {
    const params = { refreshColumns: ['email', 'phone'] };
    const { status, body } = await flows.call('POST', '/runs', { body: { flowId, params } });
    expect(status).toBe(400);
    expect(body.report.violations).toEqual([
      { path: '/params/refreshColumns', message: expect.stringContaining('names phone, which no mapping') },
    ]);
  });

  it('may be asked for a window, at a time, and shows both', async () => {
    const store = await scopedStore(flows.server);
    await store.runs.cancelOpen(flowId);
    const startTime = Math.floor(Date.now() / 1000) + 3600;
    const params = {
      startTime: String(startTime),
      windowStartTime: '1651584991',
      windowEndTime: 1651585991,
      deltaColumn: { name: 'updatedAt' },
    };
    const { status, body } = await flows.call('POST', '/runs', { body: { flowId, params } });
    expect(status).toBe(201);
    expect(body.metrics.statusSummary).toMatchObject({
      status: 'queued',
      extensions: {
        requestedWindow: { windowStartUTC: 1651584991000, windowEndUTC: 1651585991000 },
        startsAtUTC: startTime * 1000,
      },
    });
    expect(await flows.server.store.queue.claim()).toBeUndefined();
    await flows.call('POST', `/runs/${body.id}/action?op=cancel`);
    const { body: again } = await flows.call('POST', `/runs/${body.id}/action?op=re-trigger`);
    const claimed = await flows.server.store.queue.claim();
    expect(claimed?.run).toMatchObject({
      id: again.id,
      progress: {
        requestedWindow: { after: 1651584991000, upTo: 1651585991000, column: 'updatedAt' },
      },
    });
    await store.runs.cancelOpen(flowId);
  });

  it.each([
    ['that has one end', { windowStartTime: 1 }, '/params/windowEndTime'],
    ['that has the other end', { windowEndTime: 1 }, '/params/windowStartTime'],
    ['that is empty', { windowStartTime: 2, windowEndTime: 2 }, '/params/windowEndTime'],
    ['in milliseconds', { windowStartTime: 1, windowEndTime: 1651584991000 }, '/params/windowEndTime'],
    ['before time', { windowStartTime: -1, windowEndTime: 1 }, '/params/windowStartTime'],
    ['of words', { windowStartTime: 'noon', windowEndTime: 1 }, '/params/windowStartTime'],
    ['of fractions', { windowStartTime: 0.5, windowEndTime: 1 }, '/params/windowStartTime'],
    [
      'that is still to come',
      { windowStartTime: 9_999_999_999, windowEndTime: 10_000_000_000 },
      '/params/windowStartTime',
    ],
    [
      'on another column than the flow’s',
      { windowStartTime: 1, windowEndTime: 2, deltaColumn: { name: 'createdAt' } },
      '/params/deltaColumn/name',
    ],
    ['that is none, with a column', { deltaColumn: { name: 'updatedAt' } }, '/params/deltaColumn'],
    [
      'beside a refresh',
      { windowStartTime: 1, windowEndTime: 2, refreshColumns: ['email'] },
      '/params/refreshColumns',
    ],
    ['later than tomorrow', { startTime: 9_999_999_999 }, '/params/startTime'],
    ['with what is not known', { windowEnd: 1 }, '/params/windowEnd'],
  ])('is refused for a window %s', async (_what, params, path) => {
    const answer = await flows.call('POST', '/runs', { body: { flowId, params } });
    expect(answer.status).toBe(400);
    expect(answer.body.report.violations[0].path).toBe(path);
  });

  it('is refused of a flow that is disabled, and of another sandbox’s', async () => {
    const id = await flows.create('/flows', flowBody(await flows.tutorial()));
    expect((await flows.call('POST', '/runs', { body: { flowId: id }, sandbox: 'dev' })).status).toBe(400);
    await flows.call('POST', `/flows/${id}/action?op=disable`);
    const { status, body } = await runNow(id);
    expect(status).toBe(400);
    expect(body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-1422-400');
  });
});

describe('the list of runs', () => {
  it('has the runs of one flow, newest first, whole over its pages even while runs are added', async () => {
    const older = await endedRuns(otherFlowId, 5);
    const first = await flows.call('GET', `/runs?property=flowId==${otherFlowId}&limit=2&count=False`);
    expect(first.body.items.map((run: { id: string }) => run.id)).toEqual(older.slice(3).toReversed());
    await endedRuns(otherFlowId, 1);
    const href: string = first.body._links.next.href;
    const second = await flows.call('GET', href);
    expect(second.body.items.map((run: { id: string }) => run.id)).toEqual(older.slice(1, 3).toReversed());
    const third = await flows.call('GET', second.body._links.next.href);
    expect(third.body.items.map((run: { id: string }) => run.id)).toEqual(older.slice(0, 1));
    expect(third.body._links).toEqual({});
  });

  it('filters by what a run shows', async () => {
    await endedRuns(otherFlowId, 1);
    await runNow(otherFlowId);
    const ids = async (query: string) =>
      (await flows.call('GET', `/runs?property=flowId==${otherFlowId}&property=${query}`)).body.items;
    expect(await ids('metrics.statusSummary.status==queued')).toHaveLength(1);
    expect((await ids('metrics.statusSummary.status==cancelled')).length).toBeGreaterThan(0);
    expect(await ids('metrics.statusSummary.status==success')).toHaveLength(0);
    expect(await ids('createdAt<1000')).toHaveLength(0);
  });

  it('counts', async () => {
    const { body } = await flows.call('GET', `/runs?property=flowId==${otherFlowId}&count=true`);
    const store = await scopedStore(flows.server);
    expect(body).toEqual({ items: [], _links: {}, count: await store.runs.count(otherFlowId) });
  });

  it('is empty in another sandbox', async () => {
    const { body } = await flows.call('GET', `/runs?property=flowId==${otherFlowId}`, { sandbox: 'dev' });
    expect(body).toEqual({ items: [], _links: {} });
  });

  it.each([
    ['orderby=name', 'FLOW-1433-400'],
    ['property=progress==x', 'FLOW-1449-400'],
    ['continuationToken=abc', 'FLOW-400'],
    ['limit=2&count=true', 'FLOW-1401-400'],
  ])('is refused for %s', async (query, code) => {
    const { status, body } = await flows.call('GET', `/runs?${query}`);
    expect(status).toBe(400);
    expect(body.type).toBe(`https://ns.adobe.com/aep/errors/${code}`);
  });
});
