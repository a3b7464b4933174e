import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectionBody,
  DYNAMICS,
  type FlowServer,
  flowBody,
  SALESFORCE,
  sourceConnectionBody,
  startFlowServer,
} from './tutorial.test-kit.ts';

let flows: FlowServer;
let baseId: string;
beforeAll(async () => {
  flows = await startFlowServer();
  baseId = await flows.create('/connections', connectionBody());
});
afterAll(() => flows.close());

async function shown(id: string) {
  return (await flows.call('GET', `/sourceConnections/${id}`)).body.items[0];
}

describe('a source connection', () => {
  it("takes the tutorial's body, which has no connection spec, and shows the base connection's", async () => {
    const body = sourceConnectionBody(baseId);
    const id = await flows.create('/sourceConnections', body);
    expect(await shown(id)).toMatchObject({ ...body, connectionSpec: { id: SALESFORCE, version: '1.0' } });
  });

  it('does without columns and data', async () => {
    const id = await flows.create('/sourceConnections', {
      name: 'All of it',
      baseConnectionId: baseId,
      params: { tableName: 'Lead' },
    });
    expect(await shown(id)).toMatchObject({ data: { format: 'tabular' }, params: { tableName: 'Lead' } });
  });

  it('takes path as another name of tableName', async () => {
    const body = { ...sourceConnectionBody(baseId), params: { path: 'Lead' } };
    const id = await flows.create('/sourceConnections', body);
    expect((await shown(id)).params).toEqual({ tableName: 'Lead' });
  });
});

describe('a source connection is refused', () => {
  const good = () => sourceConnectionBody(baseId);
  const cases: [what: string, body: () => unknown, path: string, code: string | undefined][] = [
    ['without a name', () => ({ ...good(), name: undefined }), '/name', undefined],
    [
      'without a base connection',
      () => ({ ...good(), baseConnectionId: undefined }),
      '/baseConnectionId',
      undefined,
    ],
    [
      'of an unknown base connection',
      () => sourceConnectionBody(randomUUID()),
      '/baseConnectionId',
      undefined,
    ],
    [
      'of a base connection that is no id',
      () => sourceConnectionBody("' or 1=1"),
      '/baseConnectionId',
      undefined,
    ],
    [
      "with another spec than the base connection's",
      () => ({ ...good(), connectionSpec: { id: DYNAMICS, version: '1.0' } }),
      '/connectionSpec/id',
      '1413-400',
    ],
    [
      'with an unknown version of its spec',
      () => ({ ...good(), connectionSpec: { id: SALESFORCE, version: '2.0' } }),
      '/connectionSpec/version',
      '1413-400',
    ],
    [
      'with files for a table',
      () => ({ ...good(), data: { format: 'delimited' } }),
      '/data/format',
      undefined,
    ],
    ['without a table', () => ({ ...good(), params: {} }), '/params/tableName', undefined],
    ['with an empty table', () => ({ ...good(), params: { tableName: '' } }), '/params/tableName', undefined],
    ['with a list as params', () => ({ ...good(), params: [] }), '/params', undefined],
    [
      'with columns that are text',
      () => ({ ...good(), params: { tableName: 'Contact', columns: ['Id'] } }),
      '/params/columns/0',
      undefined,
    ],
    [
      'with a column without a name',
      () => ({ ...good(), params: { tableName: 'Contact', columns: [{ type: 'string' }] } }),
      '/params/columns/0/name',
      undefined,
    ],
  ];

  it.each(cases)('%s', async (_what, body, path, code) => {
    const answer = await flows.call('POST', '/sourceConnections', { body: body() });
    expect(answer.status).toBe(400);
    expect(answer.body.report.violations.map((violation: { path: string }) => violation.path)).toEqual([
      path,
    ]);
    expect(answer.body.type).toBe(`https://ns.adobe.com/aep/errors/FLOW-${code ?? 400}`);
  });

  it("of another sandbox's base connection", async () => {
    const elsewhere = await flows.create('/connections', connectionBody(), 'dev');
    const { status, body } = await flows.call('POST', '/sourceConnections', {
      body: sourceConnectionBody(elsewhere),
    });
    expect(status).toBe(400);
    expect(body.report.violations[0].path).toBe('/baseConnectionId');
  });
});

describe('a patch of a source connection', () => {
  const patch = async (id: string, operations: unknown) =>
    flows.call('PATCH', `/sourceConnections/${id}`, { body: operations, headers: { 'if-match': '*' } });

  it('may choose another table while no flow reads it, and keeps it once one does', async () => {
    const ids = await flows.tutorial();
    const operations = [{ op: 'replace', path: '/params/columns/2/meta', value: { originalType: 'Email' } }];
    expect((await patch(ids.sourceConnectionId, operations)).status).toBe(200);
    const flowId = await flows.create('/flows', flowBody(ids));
    const refused = await patch(ids.sourceConnectionId, [
      { op: 'replace', path: '/params/tableName', value: 'Lead' },
    ]);
    expect(refused.status).toBe(400);
    expect(refused.body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-1447-400');
    expect(refused.body.detail).toContain(flowId);
    expect((await patch(ids.sourceConnectionId, [{ op: 'replace', path: '/name', value: 'x' }])).status).toBe(
      200,
    );
  });

  it('cannot move it to another base connection', async () => {
    const id = await flows.create('/sourceConnections', sourceConnectionBody(baseId));
    const { status, body } = await patch(id, [{ op: 'replace', path: '/baseConnectionId', value: baseId }]);
    expect(status).toBe(400);
    expect(body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-1455-400');
  });
});
