import { nextSlot } from '@tributary/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLOUD_STORAGE_TO_AEP,
  connectionBody,
  DATA_LAKE,
  type FlowServer,
  flowBody,
  SALESFORCE,
  SECRETS,
  scopedStore,
  sourceConnectionBody,
  startFlowServer,
  targetConnectionBody,
} from './tutorial.test-kit.ts';

let flows: FlowServer;
beforeAll(async () => {
  flows = await startFlowServer();
});
afterAll(() => flows.close());

const draft = (kind: string, body: object) => flows.create(`/${kind}?mode=draft`, body);
const publish = (kind: string, id: string) => flows.call('POST', `/${kind}/${id}/action?op=publish`);
const shown = async (kind: string, id: string) => (await flows.call('GET', `/${kind}/${id}`)).body.items[0];

async function patch(kind: string, id: string, operations: readonly object[]) {
  const { etag } = await shown(kind, id);
  return flows.call('PATCH', `/${kind}/${id}`, { headers: { 'if-match': etag }, body: operations });
}

const flowSpec = { id: CLOUD_STORAGE_TO_AEP, version: '1.0' };

describe('a draft', () => {
  it('may lack what is not known yet, and is shown as a draft', async () => {
    const id = await draft('flows', { name: 'Later', flowSpec });
    expect(await shown('flows', id)).toMatchObject({
      name: 'Later',
      state: 'draft',
      sourceConnectionIds: [],
      targetConnectionIds: [],
      transformations: [],
    });
  });

  it.each([
    ['flows', {}, '/flowSpec'],
    ['flows', { flowSpec: { id: 'x' } }, '/flowSpec/id'],
    ['flows', { flowSpec, sourceConnectionIds: 'x' }, '/sourceConnectionIds'],
    ['flows', { flowSpec, state: 'enabled' }, '/state'],
    ['connections', {}, '/connectionSpec'],
    [
      'connections',
      { connectionSpec: { id: SALESFORCE }, auth: { specName: 'None of these', params: {} } },
      '/auth/specName',
    ],
    [
      'connections',
      { connectionSpec: { id: SALESFORCE }, auth: { specName: '', params: SECRETS } },
      '/auth/specName',
    ],
    ['targetConnections', { connectionSpec: { id: SALESFORCE } }, '/connectionSpec/id'],
    ['sourceConnections', { name: 'x' }, '/baseConnectionId'],
    ['sourceConnections', { baseConnectionId: 'x' }, '/baseConnectionId'],
  ])('of %s is refused where nobody could mend it later: %j', async (kind, body, path) => {
    const answer = await flows.call('POST', `/${kind}?mode=draft`, { body });
    expect(answer.status).toBe(400);
    expect(answer.body.report.violations[0].path).toBe(path);
  });

  it('never runs, neither by its schedule nor on demand', async () => {
    const id = await draft('flows', flowBody(await flows.tutorial()));
    await flows.server.store.enqueueDueRuns(new Date(), nextSlot);
    expect(await (await scopedStore(flows.server)).runs.count(id)).toBe(0);
    const { status, body } = await flows.call('POST', '/runs', { body: { flowId: id } });
    expect(status).toBe(400);
    expect(body.detail).toContain('Publish it first');
    for (const op of ['enable', 'disable'])
      expect((await flows.call('POST', `/flows/${id}/action?op=${op}`)).status).toBe(400);
  });

  it('is used by no resource that is none', async () => {
    const ids = await flows.tutorial();
    const connectionId = await draft('connections', connectionBody());
    const bySource = await flows.call('POST', '/sourceConnections', {
      body: sourceConnectionBody(connectionId),
    });
    expect(bySource.body.report.violations[0].message).toContain('publish it first');
    const sourceConnectionId = await draft('sourceConnections', sourceConnectionBody(connectionId));
    const targetConnectionId = await draft('targetConnections', {
      connectionSpec: { id: DATA_LAKE, version: '1.0' },
    });
    const { body } = await flows.call('POST', '/flows', {
      body: flowBody({ ...ids, sourceConnectionId, targetConnectionId }),
    });
    expect(body.report.violations.map(({ path }: { path: string }) => path)).toEqual([
      '/sourceConnectionIds/0',
      '/targetConnectionIds/0',
    ]);
    expect((await flows.call('GET', `/connections/${connectionId}/test`)).status).toBe(409);
  });

  it('is deleted as any other', async () => {
    const id = await draft('flows', { flowSpec });
    expect((await flows.call('DELETE', `/flows/${id}`)).status).toBe(204);
  });
});

describe('publishing', () => {
  it('names all that is still missing, and leaves the draft a draft', async () => {
    const id = await draft('flows', { name: 'Later', flowSpec });
    const { status, body } = await publish('flows', id);
    expect(status).toBe(400);
    expect(body.report.violations.map(({ path }: { path: string }) => path)).toEqual([
      '/sourceConnectionIds',
      '/targetConnectionIds',
    ]);
    expect((await shown('flows', id)).state).toBe('draft');
  });

  it('checks what the spec says of the parts of a flow', async () => {
    const ids = await flows.tutorial();
    const scheduleParams = { startTime: 1, frequency: 'minute', interval: 1 };
    const id = await draft('flows', { ...flowBody(ids), scheduleParams });
    const { body } = await publish('flows', id);
    expect(body.report.violations[0].path).toBe('/scheduleParams/interval');
  });

  it('enables a flow that was filled in step by step, with its schedule', async () => {
    const ids = await flows.tutorial();
    const { sourceConnectionIds, targetConnectionIds, transformations, scheduleParams } = flowBody(ids);
    const id = await draft('flows', { flowSpec });
    for (const [path, value] of Object.entries({ sourceConnectionIds, targetConnectionIds })) {
      expect((await patch('flows', id, [{ op: 'add', path: `/${path}`, value }])).status).toBe(200);
    }
    await patch('flows', id, [
      { op: 'add', path: '/transformations', value: transformations },
      { op: 'add', path: '/scheduleParams', value: scheduleParams },
    ]);
    expect((await shown('flows', id)).state).toBe('draft');
    const published = await publish('flows', id);
    expect(published.status).toBe(200);
    expect(published.body).toEqual({ id, etag: published.headers.get('etag') });
    expect(await shown('flows', id)).toMatchObject({ state: 'enabled', sourceConnectionIds });
    await flows.server.store.enqueueDueRuns(new Date(), nextSlot);
    expect(await (await scopedStore(flows.server)).runs.count(id)).toBe(1);
    expect((await publish('flows', id)).status).toBe(400);
    const closed = await patch('flows', id, [{ op: 'replace', path: '/sourceConnectionIds', value: [] }]);
    expect(closed.body.report.violations[0].message).toContain('cannot be changed');
  });

  it('takes connections in their turn, and keeps the secrets that a draft was given', async () => {
    const ids = await flows.tutorial();
    const connectionId = await draft('connections', { connectionSpec: { id: SALESFORCE, version: '1.0' } });
    const sourceConnectionId = await draft('sourceConnections', { baseConnectionId: connectionId });
    const targetConnectionId = await draft('targetConnections', {
      connectionSpec: { id: DATA_LAKE, version: '1.0' },
    });
    expect((await publish('connections', connectionId)).body.report.violations[0].path).toBe(
      '/auth/specName',
    );
    const { auth } = connectionBody();
    await patch('connections', connectionId, [{ op: 'replace', path: '/auth', value: auth }]);
    const text = JSON.stringify(await shown('connections', connectionId));
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
    const early = await publish('sourceConnections', sourceConnectionId);
    expect(early.status).toBe(400);
    expect((await publish('connections', connectionId)).status).toBe(200);

    const { name, params } = sourceConnectionBody(connectionId);
    await patch('sourceConnections', sourceConnectionId, [
      { op: 'add', path: '/name', value: name },
      { op: 'replace', path: '/params', value: params },
    ]);
    expect((await shown('sourceConnections', sourceConnectionId)).data.schema).toBeUndefined();
    expect((await publish('sourceConnections', sourceConnectionId)).status).toBe(200);
    expect((await shown('sourceConnections', sourceConnectionId)).data.schema.id).toBeDefined();
    const target = targetConnectionBody(ids.schemaId, ids.dataSetId);
    await patch('targetConnections', targetConnectionId, [
      { op: 'replace', path: '/params', value: target.params },
    ]);
    expect((await publish('targetConnections', targetConnectionId)).status).toBe(200);
    await flows.create('/flows', flowBody({ ...ids, sourceConnectionId, targetConnectionId }));
  });

  it('honours If-Match, and is no action of what is no draft', async () => {
    const id = await draft('connections', connectionBody());
    const stale = await flows.call('POST', `/connections/${id}/action?op=publish`, {
      headers: { 'if-match': '"stale"' },
    });
    expect(stale.status).toBe(412);
    expect((await publish('connections', id)).status).toBe(200);
    expect((await publish('connections', id)).body.type).toContain('1422-400');
    expect((await flows.call('POST', `/connections/${id}/action?op=enable`)).body.type).toContain('1434-400');
    expect((await publish('connections', 'nowhere')).status).toBe(404);
  });
});
