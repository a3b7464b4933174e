import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FlowServer, flowBody, scopedStore, startFlowServer } from './tutorial.test-kit.ts';

let flows: FlowServer;
let flowId: string;
let runId: string;
beforeAll(async () => {
  flows = await startFlowServer();
  const body = flowBody(await flows.tutorial());
  flowId = await flows.create('/flows', { ...body, scheduleParams: undefined });
});
beforeEach(async () => {
  const store = await scopedStore(flows.server);
  await store.runs.cancelOpen(flowId);
  runId = (await flows.call('POST', '/runs', { body: { flowId } })).body.id;
});
afterAll(() => flows.close());

const act = (op: string, id = runId) => flows.call('POST', `/runs/${id}/action?op=${op}`);
const statusOf = async (id: string) =>
  (await flows.call('GET', `/runs/${id}`)).body.items[0].metrics.statusSummary.status;

/** Ends the open run as a worker would that can do nothing for it. */
async function end(state: 'failed' | 'partial', progress: Record<string, unknown> = {}): Promise<void> {
  const { queue } = flows.server.store;
  const claimed = await queue.claim();
  if (claimed === undefined) throw new Error('no run is due');
  const store = await scopedStore(flows.server);
  await store.runs.advance(claimed.run, claimed.claim, state, progress);
  await queue.settle(claimed.claim);
}

const fail = (progress: Record<string, unknown> = {}) => end('failed', progress);

describe('a run that is cancelled', () => {
  it('has ended, and makes way for another', async () => {
    const { status, body, headers } = await act('cancel');
    expect(status).toBe(200);
    expect(body).toEqual({ id: runId, etag: headers.get('etag') });
    expect(await statusOf(runId)).toBe('cancelled');
    expect((await flows.call('POST', '/runs', { body: { flowId } })).status).toBe(201);
  });

  it('is taken from the worker that holds it', async () => {
    const claimed = await flows.server.store.queue.claim();
    await act('cancel');
    if (claimed === undefined) throw new Error('no run is due');
    expect(await flows.server.store.queue.heartbeat(claimed.run, claimed.claim)).toBe(false);
  });

  it('cannot be cancelled once more', async () => {
    await act('cancel');
    const { status, body } = await act('cancel');
    expect(status).toBe(400);
    expect(body.detail).toContain('current state cancelled');
  });
});

describe('a run that is triggered again', () => {
  it('is followed by a new run of its flow', async () => {
    await fail();
    const { status, body } = await act('re-trigger');
    expect(status).toBe(200);
    expect(body.id).not.toBe(runId);
    expect(await statusOf(body.id)).toBe('queued');
    expect(await statusOf(runId)).toBe('failed');
  });

  it('may have held files back, which the new one reads again', async () => {
    const file = { name: '/a.csv', code: 'UNREADABLE_FILE', message: '/a.csv: is cut off', runId, since: 1 };
    await end('partial', { heldBack: { count: 1, items: [file] } });
    const { body: shown } = await flows.call('GET', `/runs/${runId}`);
    const { since: _, ...named } = file;
    expect(shown.items[0].metrics.fileSummary).toMatchObject({
      failedFileCount: 1,
      extensions: { heldBack: { count: 1, files: [{ ...named, sinceUTC: 1 }] } },
    });
    const { status, body } = await act('re-trigger');
    expect(status).toBe(200);
    const store = await scopedStore(flows.server);
    expect((await store.runs.get(body.id))?.progress).toMatchObject({ retriesHeldItems: true });
  });

  it('must have failed', async () => {
    const { status, body } = await act('RE-TRIGGER');
    expect(status).toBe(400);
    expect(body.report.violations).toEqual([
      { path: 'op', message: 'asks for a run that has failed, was cancelled or has held files back' },
    ]);
  });

  it('must not have been followed by another already', async () => {
    await fail();
    await act('re-trigger');
    expect((await act('re-trigger')).status).toBe(409);
  });

  it('must be of a flow that is enabled', async () => {
    await fail();
    await flows.call('POST', `/flows/${flowId}/action?op=disable`);
    expect((await act('re-trigger')).body.detail).toContain('disabled');
    await flows.call('POST', `/flows/${flowId}/action?op=enable`);
  });
});

describe('a change of columns that is accepted', () => {
  const drift = { added: [{ name: 'Nickname', type: 'string' }], removed: [], retyped: [] };
  const notices = [{ code: 'SCHEMA_DRIFT_REFUSED', message: 'Nickname new' }];

  beforeEach(async () => {
    const store = await scopedStore(flows.server);
    const columns = [{ name: 'Id', type: 'string' }];
    await store.flowSources.put({ flowId, columns, refreshedAt: undefined, runId });
  });

  it('is known to the flow, and followed by a new run', async () => {
    await fail({ drift, notices });
    const { status, body } = await act('accept-drift');
    expect(status).toBe(200);
    expect(await statusOf(body.id)).toBe('queued');
    const store = await scopedStore(flows.server);
    const { columns } = (await store.flowSources.get(flowId)) ?? {};
    expect(columns).toEqual([
      { name: 'Id', type: 'string' },
      { name: 'Nickname', type: 'string' },
    ]);
  });

  it('is accepted though the schedule has queued the next run already, which is answered', async () => {
    await fail({ drift, notices });
    const { body: open } = await flows.call('POST', '/runs', { body: { flowId } });
    expect((await act('accept-drift')).body.id).toBe(open.id);
  });

  it('is accepted once, of several that do so at once', async () => {
    await fail({ drift, notices });
    const answers = await Promise.all([1, 2, 3].map(() => act('accept-drift')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400]);
  });

  it('stays unknown where the flow cannot run', async () => {
    await fail({ drift, notices });
    await flows.call('POST', `/flows/${flowId}/action?op=disable`);
    expect((await act('accept-drift')).body.detail).toContain('Enable it first');
    await flows.call('POST', `/flows/${flowId}/action?op=enable`);
    expect((await act('accept-drift')).status).toBe(200);
  });

  it('must be what the run has failed for', async () => {
    await fail({ drift });
    const { status, body } = await act('accept-drift');
    expect(status).toBe(400);
    expect(body.report.violations[0].message).toContain('failed because columns have changed');
  });
});

it.each([
  ['an operation that is not known', () => act('explode'), 400],
  ['the name of an inherited property', () => act('constructor'), 400],
  ['a run that is not there', () => act('cancel', randomUUID()), 404],
])('refuses %s', async (_case, call, status) => {
  expect((await call()).status).toBe(status);
});
