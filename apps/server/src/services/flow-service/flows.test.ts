import { randomUUID } from 'node:crypto';
import { nextSlot } from '@tributary/runner';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CLOUD_STORAGE_TO_AEP,
  CRM_TO_AEP,
  DATA_LAKE,
  type FlowServer,
  flowBody,
  mappingSetFor,
  SALESFORCE,
  scopedStore,
  startFlowServer,
  type TutorialIds,
} from './tutorial.test-kit.ts';

let flows: FlowServer;
let ids: TutorialIds;
beforeAll(async () => {
  flows = await startFlowServer();
});
beforeEach(async () => {
  ids = await flows.tutorial();
});
afterAll(() => flows.close());

const ACTOR = { user: 'alice', client: 'test-client' };
const NEXT_YEAR = Math.floor(Date.now() / 1000) + 31_536_000;

async function shown(id: string) {
  return (await flows.call('GET', `/flows/${id}`)).body.items[0];
}

/** Queues what is due at `time` and says which flows got a run by it. */
async function dueAt(time: Date): Promise<string[]> {
  const store = await scopedStore(flows.server);
  const before = new Set((await store.runs.list({ limit: 1_000 })).map(({ id }) => id));
  await flows.server.store.enqueueDueRuns(time, nextSlot);
  return (await store.runs.list({ limit: 1_000 }))
    .filter(({ id }) => !before.has(id))
    .map(({ flowId }) => flowId);
}

describe('a flow', () => {
  it.each([
    ['CRMToAEP', CRM_TO_AEP],
    ['CloudStorageToAEP, as the tutorial has it', CLOUD_STORAGE_TO_AEP],
  ])("takes the tutorial's body with the flow spec %s", async (_name, specId) => {
    const { status, body, headers } = await flows.call('POST', '/flows', {
      body: { ...flowBody(ids), flowSpec: { id: specId, version: '1.0' } },
    });
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.any(String), etag: headers.get('etag') });
    expect(await shown(body.id)).toMatchObject({
      id: body.id,
      state: 'enabled',
      flowSpec: { id: specId, version: '1.0' },
      sourceConnectionIds: [ids.sourceConnectionId],
      targetConnectionIds: [ids.targetConnectionId],
      transformations: flowBody(ids).transformations,
      scheduleParams: { startTime: 1567411548, frequency: 'minute', interval: 30 },
    });
  });

  it('shows what it inherits from its connections, and can be asked for as a flow of a source', async () => {
    const id = await flows.create('/flows', flowBody(ids));
    expect((await shown(id)).inheritedAttributes).toEqual({
      properties: { isSourceFlow: true },
      sourceConnections: [
        {
          id: ids.sourceConnectionId,
          connectionSpec: { id: SALESFORCE, version: '1.0' },
          baseConnection: { id: ids.connectionId, connectionSpec: { id: SALESFORCE, version: '1.0' } },
        },
      ],
      targetConnections: [{ id: ids.targetConnectionId, connectionSpec: { id: DATA_LAKE, version: '1.0' } }],
    });
    const count = async (filter: string) =>
      (await flows.call('GET', `/flows?property=id==${id}&property=${filter}`)).body.items.length;
    expect(await count('inheritedAttributes.properties.isSourceFlow==true')).toBe(1);
    expect(await count('inheritedAttributes.properties.isDestinationFlow==true')).toBe(0);
    expect(await count(`sourceConnectionIds==${ids.sourceConnectionId}`)).toBe(1);
    expect(await count(`sourceConnectionIds==${randomUUID()}`)).toBe(0);
  });

  it('takes a mapping version as a number, backfill as text, and settings as params', async () => {
    const id = await flows.create('/flows', {
      ...flowBody(ids),
      transformations: [{ name: 'Mapping', params: { mappingId: ids.mappingId, mappingVersion: 0 } }],
      scheduleParams: { startTime: 1567411548, frequency: 'once', backfill: 'false' },
      params: { errorDiagnosticsEnabled: true, partialIngestionPercent: 10 },
    });
    expect(await shown(id)).toMatchObject({
      transformations: [{ name: 'Mapping', params: { mappingVersion: '0' } }],
      scheduleParams: { backfill: false },
      options: { errorDiagnosticsEnabled: true, partialIngestionPercent: 10 },
    });
  });
});

describe('a schedule', () => {
  it('that has begun is due at once, then at the slots that its start makes', async () => {
    const id = await flows.create('/flows', flowBody(ids));
    expect(await dueAt(new Date())).toContain(id);
    const store = await scopedStore(flows.server);
    await store.runs.cancelOpen(id);
    const slot = 1567411548 + Math.ceil((Date.now() / 1000 - 1567411548) / 1_800) * 1_800;
    expect(await dueAt(new Date((slot - 1) * 1000))).not.toContain(id);
    expect(await dueAt(new Date(slot * 1000))).toContain(id);
  });

  it('that begins later is not due before', async () => {
    const scheduleParams = { startTime: NEXT_YEAR, frequency: 'day', interval: 1 };
    const id = await flows.create('/flows', { ...flowBody(ids), scheduleParams });
    expect(await dueAt(new Date((NEXT_YEAR - 1) * 1000))).not.toContain(id);
    expect(await dueAt(new Date(NEXT_YEAR * 1000))).toContain(id);
  });

  it('that has ended, or is not there, is never due', async () => {
    const ended = { startTime: 1567411548, endTime: 1567411648, frequency: 'minute', interval: 15 };
    const endedId = await flows.create('/flows', { ...flowBody(ids), scheduleParams: ended });
    const onDemandId = await flows.create('/flows', { ...flowBody(ids), scheduleParams: undefined });
    const due = await dueAt(new Date());
    expect(due).not.toContain(endedId);
    expect(due).not.toContain(onDemandId);
  });

  it('that a patch changes holds from then on', async () => {
    const scheduleParams = { startTime: NEXT_YEAR, frequency: 'day', interval: 1 };
    const id = await flows.create('/flows', { ...flowBody(ids), scheduleParams });
    const { status } = await flows.call('PATCH', `/flows/${id}`, {
      headers: { 'if-match': '*' },
      body: [{ op: 'replace', path: '/scheduleParams', value: { startTime: 1567411548, frequency: 'once' } }],
    });
    expect(status).toBe(200);
    expect(await dueAt(new Date())).toContain(id);
  });
});

describe('a flow is refused', () => {
  const transformations = (...given: unknown[]) => ({ ...flowBody(ids), transformations: given });
  const mapping = () => ({ name: 'Mapping', params: { mappingId: ids.mappingId } });
  const schedule = (params: object) => ({
    ...flowBody(ids),
    scheduleParams: { startTime: 1567411548, frequency: 'minute', interval: 30, ...params },
  });
  const cases: [what: string, body: () => unknown, path: string, code?: string][] = [
    ['without a flow spec', () => ({ ...flowBody(ids), flowSpec: undefined }), '/flowSpec'],
    [
      'of an unknown flow spec',
      () => ({ ...flowBody(ids), flowSpec: { id: 'x' } }),
      '/flowSpec/id',
      '1413-400',
    ],
    ['with a state', () => ({ ...flowBody(ids), state: 'disabled' }), '/state', '1410-400'],
    ['without a source', () => ({ ...flowBody(ids), sourceConnectionIds: [] }), '/sourceConnectionIds'],
    [
      'with a source that is text',
      () => ({ ...flowBody(ids), sourceConnectionIds: 'x' }),
      '/sourceConnectionIds',
    ],
    [
      'of an unknown source',
      () => ({ ...flowBody(ids), sourceConnectionIds: ['x'] }),
      '/sourceConnectionIds/0',
    ],
    [
      'with a target as its source',
      () => ({ ...flowBody(ids), sourceConnectionIds: [ids.targetConnectionId] }),
      '/sourceConnectionIds/0',
    ],
    [
      'of an unknown target',
      () => ({ ...flowBody(ids), targetConnectionIds: ['x'] }),
      '/targetConnectionIds/0',
    ],
    ['without transformations', () => ({ ...flowBody(ids), transformations: undefined }), '/transformations'],
    ['without a mapping', () => transformations(), '/transformations'],
    [
      'with an unknown transformation',
      () => transformations(mapping(), { name: 'Join', params: {} }),
      '/transformations/1/name',
    ],
    ['with two mappings', () => transformations(mapping(), mapping()), '/transformations/1/name'],
    [
      'with a mapping without an id',
      () => transformations({ name: 'Mapping', params: {} }),
      '/transformations/0/params/mappingId',
    ],
    [
      'of an unknown mapping set',
      () => transformations({ name: 'Mapping', params: { mappingId: randomUUID() } }),
      '/transformations/0/params/mappingId',
      '1419-400',
    ],
    [
      'with a version that its mapping set does not have',
      () => transformations({ name: 'Mapping', params: { mappingId: ids.mappingId, mappingVersion: 2 } }),
      '/transformations/0/params/mappingVersion',
      '1419-400',
    ],
    [
      'with a delta column without a name',
      () => transformations({ name: 'Copy', params: { deltaColumn: {} } }, mapping()),
      '/transformations/0/params/deltaColumn/name',
    ],
    [
      'with a copy that would write over what has landed',
      () =>
        transformations(
          { name: 'Copy', params: { deltaColumn: { name: 'SystemModstamp' }, mode: 'overwrite' } },
          mapping(),
        ),
      '/transformations/0/params/mode',
    ],
    ['every ten minutes', () => schedule({ interval: 10 }), '/scheduleParams/interval'],
    ['every ten minutes in text', () => schedule({ interval: '10' }), '/scheduleParams/interval'],
    ['every zero days', () => schedule({ frequency: 'day', interval: 0 }), '/scheduleParams/interval'],
    ['every day and a half', () => schedule({ frequency: 'day', interval: 1.5 }), '/scheduleParams/interval'],
    ['every week for ever', () => schedule({ frequency: 'week', interval: 1e9 }), '/scheduleParams/interval'],
    ['without an interval', () => schedule({ interval: undefined }), '/scheduleParams/interval'],
    ['every fortnight', () => schedule({ frequency: 'fortnight' }), '/scheduleParams/frequency'],
    ['from some day on', () => schedule({ startTime: 'tomorrow' }), '/scheduleParams/startTime'],
    ['from a time in milliseconds on', () => schedule({ startTime: 1e15 }), '/scheduleParams/startTime'],
    [
      'in a zone that does not exist',
      () => schedule({ timezone: 'Mars/Olympus' }),
      '/scheduleParams/timezone',
    ],
    ['from before the epoch on', () => schedule({ startTime: -1 }), '/scheduleParams/startTime'],
    ['until before its start', () => schedule({ endTime: 1567411548 }), '/scheduleParams/endTime'],
    ['with a schedule in words', () => ({ ...flowBody(ids), scheduleParams: 'daily' }), '/scheduleParams'],
    [
      'with more bad rows than rows',
      () => ({ ...flowBody(ids), options: { partialIngestionPercent: 101 } }),
      '/options/partialIngestionPercent',
    ],
    [
      'with a policy on changed columns that there is not',
      () => ({ ...flowBody(ids), options: { schemaDrift: 'drop' } }),
      '/options/schemaDrift',
    ],
    [
      'with a refresh that is never due',
      () => ({ ...flowBody(ids), options: { computedColumnRefresh: { frequency: 'day', interval: 0 } } }),
      '/options/computedColumnRefresh/interval',
    ],
  ];

  it.each(cases)('%s', async (_what, body, path, code) => {
    const store = await scopedStore(flows.server);
    const before = await store.resources('flow').count();
    const answer = await flows.call('POST', '/flows', { body: body() });
    expect(answer.status).toBe(400);
    expect(answer.body.report.violations.map((violation: { path: string }) => violation.path)).toEqual([
      path,
    ]);
    expect(answer.body.type).toBe(`https://ns.adobe.com/aep/errors/FLOW-${code ?? 400}`);
    expect(await store.resources('flow').count()).toBe(before);
  });

  it('with a mapping set for another schema than the dataset has', async () => {
    const store = await scopedStore(flows.server);
    const mappingId = randomUUID();
    await store
      .resources('mappingSet')
      .insert(mappingId, mappingSetFor('https://ns.adobe.com/acme/schemas/x'), ACTOR);
    const { status, body } = await flows.call('POST', '/flows', {
      body: transformations({ name: 'Mapping', params: { mappingId } }),
    });
    expect(status).toBe(400);
    expect(body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-1425-400');
  });

  it.each([
    ['an unknown source column', { no_such_column: 'person.name.firstName' }, 'no_such_column'],
    ['an unknown target path', { first_name: 'person.name.noSuchField' }, 'noSuchField'],
  ])('with a mapping of %s', async (_what, mappings, named) => {
    const store = await scopedStore(flows.server);
    const mappingId = randomUUID();
    await store.resources('mappingSet').insert(mappingId, mappingSetFor(ids.schemaId, mappings), ACTOR);
    const { status, body } = await flows.call('POST', '/flows', {
      body: transformations({ name: 'Mapping', params: { mappingId } }),
    });
    expect(status).toBe(400);
    expect(body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-1419-400');
    expect(body.report.violations[0].path).toBe('/transformations/0/params/mappingId');
    expect(body.detail).toContain(named);
  });

  it("between another sandbox's connections, naming each", async () => {
    const { status, body } = await flows.call('POST', '/flows', { body: flowBody(ids), sandbox: 'dev' });
    expect(status).toBe(400);
    expect(body.report.violations.map((violation: { path: string }) => violation.path)).toEqual([
      '/sourceConnectionIds/0',
      '/targetConnectionIds/0',
      '/transformations/1/params/mappingId',
    ]);
  });
});

describe('what a flow uses', () => {
  it('cannot be deleted before it', async () => {
    const id = await flows.create('/flows', flowBody(ids));
    for (const path of [
      `/sourceConnections/${ids.sourceConnectionId}`,
      `/targetConnections/${ids.targetConnectionId}`,
    ]) {
      const { status, body } = await flows.call('DELETE', path);
      expect(status).toBe(400);
      expect(body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-1447-400');
      expect(body.detail).toContain(`flow ${id}`);
    }
    expect((await flows.call('DELETE', `/flows/${id}`)).status).toBe(204);
    expect((await flows.call('DELETE', `/sourceConnections/${ids.sourceConnectionId}`)).status).toBe(204);
  });
});

describe('a patch of a flow', () => {
  const patch = async (id: string, operations: unknown) =>
    flows.call('PATCH', `/flows/${id}`, {
      body: operations,
      headers: { 'if-match': (await shown(id)).etag },
    });

  it('changes name, frequency and one transformation', async () => {
    const id = await flows.create('/flows', flowBody(ids));
    const { mappingId } = await flows.landing();
    const { status, body } = await patch(id, [
      { op: 'replace', path: '/scheduleParams/frequency', value: 'day' },
      { op: 'REPLACE', path: '/name', value: 'Daily' },
      {
        op: 'replace',
        path: '/transformations/1',
        value: { name: 'Mapping', params: { mappingId, mappingVersion: 1 } },
      },
    ]);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['id', 'etag']);
    expect(await shown(id)).toMatchObject({
      name: 'Daily',
      state: 'enabled',
      scheduleParams: { frequency: 'day', interval: 30 },
      transformations: [{ name: 'Copy' }, { name: 'Mapping', params: { mappingId, mappingVersion: '1' } }],
    });
  });

  it.each([
    ['to another source', [{ op: 'replace', path: '/sourceConnectionIds/0', value: 'x' }]],
    ['to another flow spec', [{ op: 'replace', path: '/flowSpec/id', value: CRM_TO_AEP }]],
    ['to another state', [{ op: 'replace', path: '/state', value: 'disabled' }]],
    ['of what it inherits', [{ op: 'remove', path: '/inheritedAttributes' }]],
    ['to an interval that is too short', [{ op: 'replace', path: '/scheduleParams/interval', value: 1 }]],
    ['that takes the mapping away', [{ op: 'remove', path: '/transformations/1' }]],
    ['beyond the transformations', [{ op: 'add', path: '/transformations/9', value: {} }]],
  ])('is refused %s', async (_what, operations) => {
    const id = await flows.create('/flows', flowBody(ids));
    const before = await shown(id);
    expect((await patch(id, operations)).status).toBe(400);
    expect(await shown(id)).toEqual(before);
  });
});
