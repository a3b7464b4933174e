import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DATA_LAKE,
  type FlowServer,
  SALESFORCE,
  scopedStore,
  startFlowServer,
  targetConnectionBody,
} from './tutorial.test-kit.ts';

let flows: FlowServer;
let dataSetId: string;
let schemaId: string;
beforeAll(async () => {
  flows = await startFlowServer();
  ({ dataSetId, schemaId } = await flows.landing());
});
afterAll(() => flows.close());

describe('a target connection', () => {
  it("takes the tutorial's body", async () => {
    const body = targetConnectionBody(schemaId, dataSetId);
    const id = await flows.create('/targetConnections', body);
    const shown = (await flows.call('GET', `/targetConnections/${id}`)).body.items[0];
    expect(shown).toMatchObject({ ...body, id, state: 'enabled' });
  });

  it('takes the dataset alone, without its schema', async () => {
    await flows.create('/targetConnections', {
      connectionSpec: { id: DATA_LAKE },
      data: { format: 'parquet_xdm' },
      params: { dataSetId },
    });
  });
});

describe('a target connection is refused', () => {
  const good = () => targetConnectionBody(schemaId, dataSetId);
  const cases: [what: string, body: () => unknown, path: string, code: string | undefined][] = [
    ['without a dataset', () => ({ ...good(), params: {} }), '/params/dataSetId', undefined],
    [
      'of an unknown dataset',
      () => targetConnectionBody(schemaId, 'f'.repeat(24)),
      '/params/dataSetId',
      undefined,
    ],
    [
      'of a dataset that is no id',
      () => targetConnectionBody(schemaId, '../etc'),
      '/params/dataSetId',
      undefined,
    ],
    [
      'with a number as the dataset',
      () => ({ ...good(), params: { dataSetId: 7 } }),
      '/params/dataSetId',
      undefined,
    ],
    [
      'with a schema that is not the dataset’s',
      () => targetConnectionBody('https://ns.adobe.com/acme/schemas/other', dataSetId),
      '/data/schema/id',
      '1425-400',
    ],
    [
      'at a source',
      () => ({ ...good(), connectionSpec: { id: SALESFORCE } }),
      '/connectionSpec/id',
      '1413-400',
    ],
    [
      'of an unknown spec',
      () => ({ ...good(), connectionSpec: { id: '' } }),
      '/connectionSpec/id',
      '1413-400',
    ],
    ['without a spec', () => ({ ...good(), connectionSpec: undefined }), '/connectionSpec', undefined],
  ];

  it.each(cases)('%s', async (_what, body, path, code) => {
    const answer = await flows.call('POST', '/targetConnections', { body: body() });
    expect(answer.status).toBe(400);
    expect(answer.body.report.violations.map((violation: { path: string }) => violation.path)).toEqual([
      path,
    ]);
    expect(answer.body.type).toBe(`https://ns.adobe.com/aep/errors/FLOW-${code ?? 400}`);
  });

  it("of another sandbox's dataset, and nothing is kept", async () => {
    const elsewhere = await flows.landing('dev');
    const store = await scopedStore(flows.server);
    const before = await store.resources('targetConnection').count();
    const { status } = await flows.call('POST', '/targetConnections', {
      body: targetConnectionBody(schemaId, elsewhere.dataSetId),
    });
    expect(status).toBe(400);
    expect(await store.resources('targetConnection').count()).toBe(before);
  });
});
