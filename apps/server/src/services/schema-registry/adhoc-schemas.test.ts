import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { flowService } from '../flow-service/index.ts';
import { connectionBody } from '../flow-service/tutorial.test-kit.ts';
import { schemaRegistry } from './index.ts';

const FLOWS = '/data/foundation/flowservice';
const REGISTRY = '/data/foundation/schemaregistry';
const FULL = 'application/vnd.adobe.xed-full+json; version=1';

let server: TestServer;
let baseConnectionId: string;
beforeAll(async () => {
  server = await startTestServer([flowService, schemaRegistry]);
  baseConnectionId = (await server.call('POST', `${FLOWS}/connections`, { body: connectionBody() })).body.id;
});
afterAll(() => server.close());

async function sourceConnection(params: object) {
  const body = { name: 'Contacts', baseConnectionId, params: { tableName: 'Contact', ...params } };
  const { body: created } = await server.call('POST', `${FLOWS}/sourceConnections`, { body });
  return { id: created.id, etag: created.etag };
}
const shown = async (id: string) =>
  (await server.call('GET', `${FLOWS}/sourceConnections/${id}`)).body.items[0];
const schema = (id: string) =>
  server.call('GET', `${REGISTRY}/tenant/schemas/${encodeURIComponent(id)}`, { headers: { accept: FULL } });

describe('the ad-hoc schema of a source connection', () => {
  const columns = [
    { name: 'Id', type: 'string' },
    { name: 'Birth Date', type: 'date' },
    { name: 'birth_date', type: 'long' },
  ];

  it('is made of the columns that it names, and goes with it', async () => {
    const { id, etag } = await sourceConnection({ columns });
    const { data } = await shown(id);
    const found = await schema(data.schema.id);
    expect(found.status).toBe(200);
    const namespace = found.body['meta:datasetNamespace'];
    expect(namespace).toBe(`_${found.body['meta:class'].split('/').at(-1)}`);
    expect(found.body['meta:extends']).toContain('https://ns.adobe.com/xdm/data/adhoc');
    expect(found.body.properties[namespace].properties).toMatchObject({
      Id: { type: 'string', title: 'Id' },
      Birth_Date: { type: 'string', format: 'date', title: 'Birth Date' },
      birth_date_2: { 'meta:xdmType': 'long' },
    });
    const patch = [{ op: 'replace', path: '/params/columns', value: [{ name: 'Id' }, { name: 'Name' }] }];
    const patched = await server.call('PATCH', `${FLOWS}/sourceConnections/${id}`, {
      body: patch,
      headers: { 'if-match': etag },
    });
    expect(patched.status).toBe(200);
    const changed = (await schema(data.schema.id)).body.properties[namespace].properties;
    expect(Object.keys(changed)).toEqual(['Id', 'Name']);
    expect((await server.call('DELETE', `${FLOWS}/sourceConnections/${id}`)).status).toBe(204);
    expect((await schema(data.schema.id)).status).toBe(404);
  });

  it('is not made where the columns are left to the source', async () => {
    const { id, etag } = await sourceConnection({});
    expect((await shown(id)).data).toEqual({ format: 'tabular' });
    const patch = [{ op: 'add', path: '/params/columns', value: columns }];
    await server.call('PATCH', `${FLOWS}/sourceConnections/${id}`, {
      body: patch,
      headers: { 'if-match': etag },
    });
    const { data } = await shown(id);
    expect((await schema(data.schema.id)).status).toBe(200);
  });
});
