import { currentSchema, readTable } from '@tributary/lake';
import type { BatchDocument } from '@tributary/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { schemaRegistry } from '../schema-registry/index.ts';
import { catalog } from './index.ts';

const BASE = '/data/foundation/catalog';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const ACTOR = { user: 'runner', client: 'worker' };

let server: TestServer;
let schemaId = '';

beforeAll(async () => {
  server = await startTestServer([schemaRegistry, catalog]);
  const schema = await server.call('POST', '/data/foundation/schemaregistry/tenant/schemas', {
    body: {
      title: 'Target schema for CRM source connector',
      allOf: [{ $ref: PROFILE }, { $ref: 'https://ns.adobe.com/xdm/context/profile-person-details' }],
    },
  });
  schemaId = schema.body.$id;
});
afterAll(() => server.close());

const schemaRef = () => ({
  id: schemaId,
  contentType: 'application/vnd.adobe.xed-full-notext+json; version=1',
});

async function createDataSet(body: Record<string, unknown>, sandbox = 'prod'): Promise<string> {
  const { status, body: references } = await server.call('POST', `${BASE}/dataSets?requestDataSource=true`, {
    body: { schemaRef: schemaRef(), ...body },
    sandbox,
  });
  expect([status, references]).toEqual([201, [expect.stringMatching(/^@\/dataSets\/[0-9a-f]{24}$/)]]);
  return references[0].split('/').at(-1);
}

async function dataSet(id: string) {
  const { body } = await server.call('GET', `${BASE}/dataSets/${id}`);
  return body[id];
}

async function scopedStore() {
  const [organization] = [await server.store.organizations.first()];
  const sandbox = await server.store.organizations.sandbox(organization?.id ?? '', 'prod');
  return server.store.scoped({ orgId: organization?.id ?? '', sandboxId: sandbox?.id ?? '' });
}

async function addBatch(id: string, dataSetId: string, shown: Partial<BatchDocument['shown']> = {}) {
  const document: BatchDocument = {
    producer: 'flowRun',
    dataSetId,
    shown: {
      externalId: id,
      status: 'success',
      started: 1_700_000_000_000,
      relatedObjects: [{ type: 'dataSet', id: dataSetId }],
      errors: [],
      metrics: {},
      tags: {},
      inputFormat: { format: 'parquet' },
      ...shown,
    },
    dataFiles: [{ path: 'file:///lake/part-0.parquet', rows: 3, bytes: 10 }],
    diagnosticsFiles: [],
  };
  await (await scopedStore()).resources('batch').insert(id, { ...document }, ACTOR);
}

describe('a dataset', () => {
  it('of the CRM tutorial is an empty Iceberg table with the columns of its schema', async () => {
    const id = await createDataSet({ name: 'Target Dataset for CRM data' });
    const shown = await dataSet(id);
    expect(shown).toMatchObject({
      name: 'Target Dataset for CRM data',
      schemaRef: schemaRef(),
      imsOrg: 'ACME@AdobeOrg',
      version: '1.0.0',
      tags: { 'adobe/pqs/table': ['target_dataset_for_crm_data'] },
      classification: { dataBehavior: 'record' },
      files: `@/dataSets/${id}/views/${shown.viewId}/files`,
    });
    const { metadataLocation } = shown.extensions.tributary;
    const { metadata } = await readTable(server.dependencies.lake.io, metadataLocation);
    const columns = currentSchema(metadata).fields.map(({ name }) => name);
    expect(columns).toEqual(expect.arrayContaining(['_id', 'person']));
    expect(metadata.snapshots).toEqual([]);
  });

  it('can be created by the older spelling, for a schema of the standard library, without a name', async () => {
    const contentType = 'application/vnd.adobe.xdm+json;version=1';
    const { status, body } = await server.call('POST', `${BASE}/datasets`, {
      body: { schemaRef: { id: 'https://ns.adobe.com/experience/decisioning/tag', contentType } },
    });
    expect(status).toBe(201);
    const id = body[0].split('/').at(-1);
    expect(await dataSet(id)).toMatchObject({ name: id, tags: { 'adobe/pqs/table': [`dataset_${id}`] } });
  });

  it('has a table name of its own even where names are alike', async () => {
    const tagOf = async (id: string) => (await dataSet(id)).tags['adobe/pqs/table'][0];
    const [first, second] = [await createDataSet({ name: 'Twin' }), await createDataSet({ name: 'twin!' })];
    expect(await tagOf(first)).toBe('twin');
    expect(await tagOf(second)).toBe(`twin_${second}`);
  });

  it('changes by properties and keeps the tags that say what its table is', async () => {
    const id = await createDataSet({ name: 'Before', tags: { old: ['1'] } });
    const answer = await server.call('PATCH', `${BASE}/dataSets/${id}`, {
      body: {
        name: 'After',
        description: 'changed',
        tags: { fresh: ['2'], 'adobe/siphon/table/format': ['delta'] },
      },
    });
    expect([answer.status, answer.body]).toEqual([200, [`@/dataSets/${id}`]]);
    const shown = await dataSet(id);
    expect(shown).toMatchObject({ name: 'After', description: 'changed', version: '1.0.1' });
    expect(shown.tags).toEqual({
      fresh: ['2'],
      'adobe/pqs/table': ['before'],
      'adobe/siphon/table/format': ['iceberg'],
    });
  });

  it('changes by JSON Patch, its operations in any case', async () => {
    const id = await createDataSet({ name: 'Patched' });
    const answer = await server.call('PATCH', `${BASE}/dataSets/${id}`, {
      body: [
        { op: 'ADD', path: '/tags/unifiedProfile', value: ['enabled:true'] },
        { op: 'replace', path: '/name', value: 'Patched twice' },
      ],
      headers: { 'content-type': 'application/json-patch+json' },
    });
    expect(answer.status).toBe(200);
    const shown = await dataSet(id);
    expect([shown.name, shown.tags.unifiedProfile]).toEqual(['Patched twice', ['enabled:true']]);
  });

  it('is changed only in the version that If-Match names', async () => {
    const id = await createDataSet({ name: 'Matched' });
    const etag = (await server.call('GET', `${BASE}/dataSets/${id}`)).headers.get('etag') ?? '';
    const change = (ifMatch: string) =>
      server.call('PATCH', `${BASE}/dataSets/${id}`, {
        body: { name: 'Again' },
        headers: { 'if-match': ifMatch },
      });
    expect((await change(etag)).status).toBe(200);
    const late = await change(etag);
    expect([late.status, late.body.title]).toEqual([412, 'PreconditionFailedError']);
  });

  it('is deleted with its table’s files, but not while a target connection writes to it', async () => {
    const id = await createDataSet({ name: 'Short-lived' });
    const { tableLocation } = (await dataSet(id)).extensions.tributary;
    const connections = (await scopedStore()).resources('targetConnection');
    await connections.insert('target-1', { params: { dataSetId: id } }, ACTOR);
    const refused = await server.call('DELETE', `${BASE}/dataSets/${id}`);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('target-1')]);

    await connections.remove('target-1');
    expect((await server.call('DELETE', `${BASE}/dataSets/${id}`)).body).toEqual([`@/dataSets/${id}`]);
    expect((await server.call('GET', `${BASE}/dataSets/${id}`)).status).toBe(404);
    for await (const { location } of server.dependencies.lake.io.list(tableLocation)) {
      expect.fail(`${location} is still there`);
    }
  });

  it('is not there for another sandbox', async () => {
    const id = await createDataSet({ name: 'Of prod' });
    for (const method of ['GET', 'DELETE'] as const) {
      const answer = await server.call(method, `${BASE}/dataSets/${id}`, { sandbox: 'dev' });
      expect([answer.status, answer.body.title]).toEqual([404, 'NotFoundError']);
    }
    expect((await server.call('GET', `${BASE}/dataSets`, { sandbox: 'dev' })).body).toEqual({});
    expect(await dataSet(id)).toMatchObject({ name: 'Of prod' });
  });
});

describe('lists of datasets', () => {
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    for (const name of ['list-b', 'list-a', 'list-c']) {
      ids[name] = await createDataSet({ name, tags: { list: [name] } });
    }
  });

  it.each([
    ['name=list-*&orderBy=name', ['list-a', 'list-b', 'list-c']],
    ['name=list-*&orderBy=desc:name', ['list-c', 'list-b', 'list-a']],
    ['name=list-*&orderBy=name&limit=1&start=1', ['list-b']],
    ['name=list-a,list-c&orderBy=name', ['list-a', 'list-c']],
    ['property=name~^list-&name=!list-a&orderBy=name', ['list-b', 'list-c']],
    ['property=name==list-b', ['list-b']],
    ['property=!tags', []],
    ['tags=list:*&orderBy=name', ['list-a', 'list-b', 'list-c']],
    ['tags=list:list-a', ['list-a']],
  ])('%s', async (query, expected) => {
    const { status, body } = await server.call('GET', `${BASE}/dataSets?${query}`);
    expect(status).toBe(200);
    expect(Object.values(body).map((shown) => (shown as { name: string }).name)).toEqual(expected);
  });

  it('are found by schema', async () => {
    const query = `property=${encodeURIComponent(`schemaRef.id==${schemaId}`)}&limit=100`;
    const { body } = await server.call('GET', `${BASE}/dataSets?${query}`);
    expect(Object.keys(body)).toEqual(expect.arrayContaining(Object.values(ids)));
  });

  it('show only the properties that are asked for', async () => {
    const { body } = await server.call('GET', `${BASE}/dataSets?name=list-a&properties=name,schemaRef`);
    expect(body).toEqual({ [ids['list-a'] ?? '']: { name: 'list-a', schemaRef: schemaRef() } });
  });
});

describe('batches', () => {
  let dataSetId = '';

  beforeAll(async () => {
    dataSetId = await createDataSet({ name: 'With batches' });
    await addBatch('01BATCHA', dataSetId, { started: 1_000, completed: 1_500, recordCount: 3 });
    await addBatch('01BATCHB', dataSetId, { status: 'failed', started: 2_000, failedRecordCount: 3 });
    await addBatch('01BATCHC', '000000000000000000000000', { started: 3_000, recordCount: 30, size: 3 });
  });

  it.each([
    ['dataSet', () => `dataSet=${dataSetId}`, ['01BATCHA', '01BATCHB']],
    ['dataset and status', () => `dataSet=${dataSetId}&status=failed`, ['01BATCHB']],
    ['start', () => 'startAfter=1000&startBefore=3000', ['01BATCHB']],
    ['property', () => 'property=status==failed', ['01BATCHB']],
    ['a property that no batch has', () => 'property=constructor==1', []],
    ['creation', () => 'createdBefore=1000', []],
    ['id', () => 'batch=01BATCHB', ['01BATCHB']],
    ['external id', () => 'externalId=01BATCHC', ['01BATCHC']],
    ['exact start and end', () => 'started=1000&completed=1500', ['01BATCHA']],
    ['records', () => 'recordCount=3', ['01BATCHA']],
    ['failed records', () => 'failedRecordCount=3', ['01BATCHB']],
    ['size', () => 'size=3', ['01BATCHC']],
    ['exact creation', () => 'created=1000', []],
    ['exact change', () => 'updated=1000', []],
    ['an id that is no dataset’s', () => 'dataSet=0', []],
    ['a page', () => 'orderBy=started&limit=1&start=2', ['01BATCHC']],
  ])('are listed by %s', async (_name, query, expected) => {
    const { status, body } = await server.call('GET', `${BASE}/batches?${query()}`);
    expect(status).toBe(200);
    expect(Object.keys(body).toSorted()).toEqual(expected);
  });

  it('are looked up by id, without where their files lie', async () => {
    const { status, body } = await server.call('GET', `${BASE}/batches/01BATCHB`);
    expect(status).toBe(200);
    expect(body['01BATCHB']).toMatchObject({
      id: '01BATCHB',
      status: 'failed',
      imsOrg: 'ACME@AdobeOrg',
      relatedObjects: [{ type: 'dataSet', id: dataSetId }],
      createdUser: 'runner',
    });
    expect(JSON.stringify(body)).not.toContain('file://');
  });

  it('are told by their dataset', async () => {
    expect(await dataSet(dataSetId)).toMatchObject({
      lastBatchId: '01BATCHB',
      lastBatchStatus: 'failed',
      lastSuccessfulBatch: '01BATCHA',
      lastFailedBatch: '01BATCHB',
    });
    const { body } = await server.call('GET', `${BASE}/lastBatches?dataSetId=${dataSetId}`);
    expect(body[dataSetId]).toMatchObject({ lastBatchId: '01BATCHB', lastSuccessfulBatchId: '01BATCHA' });
  });

  it('that landed are the files of their dataset’s view', async () => {
    const { files, viewId } = await dataSet(dataSetId);
    const { status, body } = await server.call('GET', BASE + files.slice(1));
    expect(status).toBe(200);
    expect(body).toEqual({
      '01BATCHA-1': expect.objectContaining({ batchId: '01BATCHA', dataSetViewId: viewId, records: 3 }),
    });
  });

  it('are not there for another sandbox', async () => {
    expect((await server.call('GET', `${BASE}/batches/01BATCHA`, { sandbox: 'dev' })).status).toBe(404);
    expect((await server.call('GET', `${BASE}/batches`, { sandbox: 'dev' })).body).toEqual({});
  });
});

describe('what is wrong with a request is said, and nothing changes', () => {
  const xed = 'application/vnd.adobe.xed+json; version=1';

  it.each<[string, string, string, unknown, number, string]>([
    ['no schema', 'POST', '/dataSets', { name: 'x' }, 400, 'schemaRef'],
    [
      'an unknown schema',
      'POST',
      '/dataSets',
      { schemaRef: { id: 'https://ns.adobe.com/acme/schemas/0', contentType: xed } },
      400,
      'no resource',
    ],
    [
      'a class for a schema',
      'POST',
      '/dataSets',
      { schemaRef: { id: PROFILE, contentType: xed } },
      400,
      'no schema',
    ],
    ['no contentType', 'POST', '/dataSets', { schemaRef: { id: PROFILE } }, 400, 'contentType'],
    [
      'a number for a name',
      'POST',
      '/dataSets',
      { name: 5, schemaRef: { id: PROFILE, contentType: xed } },
      400,
      'name',
    ],
    [
      'tags that are no lists',
      'POST',
      '/dataSets',
      { tags: { a: 'b' }, schemaRef: { id: PROFILE, contentType: xed } },
      400,
      'tags',
    ],
    ['a limit of 0', 'GET', '/dataSets?limit=0', undefined, 400, 'limit'],
    ['a limit above 100', 'GET', '/batches?limit=101', undefined, 400, 'limit'],
    ['a start that is no number', 'GET', '/dataSets?start=x', undefined, 400, 'start'],
    ['a start beyond all numbers', 'GET', '/batches?start=1e30', undefined, 400, 'start'],
    ['an orderBy with SQL', 'GET', '/batches?orderBy=id;drop', undefined, 400, 'orderBy'],
    ['an orderBy that batches do not have', 'GET', '/batches?orderBy=errors', undefined, 400, 'orderBy'],
    ['a property with two operators', 'GET', '/batches?property===', undefined, 400, 'property'],
    ['a bad expression', 'GET', '/dataSets?property=name~(', undefined, 400, 'regular expression'],
    ['tags without a value', 'GET', '/dataSets?tags=a', undefined, 400, 'tags'],
    ['an unknown dataset', 'GET', '/dataSets/000000000000000000000000', undefined, 404, 'dataset'],
    ['SQL for an id', 'GET', `/dataSets/${encodeURIComponent("' OR 1=1 --")}`, undefined, 404, 'dataset'],
    ['a change of an unknown dataset', 'PATCH', '/dataSets/0', { name: 'x' }, 404, 'dataset'],
    ['an unknown batch', 'GET', '/batches/0', undefined, 404, 'batch'],
    ['an unknown view', 'GET', '/dataSets/0/views/1/files', undefined, 404, 'dataset'],
    ['an unknown path', 'GET', '/nowhere', undefined, 404, '/nowhere'],
  ])('%s', async (_name, method, path, body, status, said) => {
    const before = Object.keys((await server.call('GET', `${BASE}/dataSets?limit=100`)).body);
    const answer = await server.call(method, BASE + path, { body });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      status,
      title: expect.stringMatching(/Error$/),
      type: expect.any(String),
    });
    expect(answer.body.detail).toContain(said);
    expect(Object.keys((await server.call('GET', `${BASE}/dataSets?limit=100`)).body)).toEqual(before);
  });

  it.each<[string, unknown]>([
    ['another schema', { schemaRef: { id: PROFILE, contentType: xed } }],
    ['another schema by JSON Patch', [{ op: 'replace', path: '/schemaRef/id', value: PROFILE }]],
    ['the whole document', [{ op: 'replace', path: '', value: {} }]],
    ['an unknown operation', [{ op: 'explode', path: '/name' }]],
    ['a path that leads nowhere', [{ op: 'remove', path: '/tags/missing/deep' }]],
    ['a prototype', [{ op: 'add', path: '/tags/__proto__/x', value: ['1'] }]],
    ['the removal of the name', [{ op: 'remove', path: '/name' }]],
    ['a tag that is no list', [{ op: 'add', path: '/tags/a', value: 'b' }]],
    ['a text', 'name'],
  ])('a change to %s', async (_name, patch) => {
    const id = await createDataSet({ name: 'Steadfast' });
    const before = await dataSet(id);
    const answer = await server.call('PATCH', `${BASE}/dataSets/${id}`, { body: patch });
    expect([answer.status, answer.body.title]).toEqual([400, 'BadRequestError']);
    expect(await dataSet(id)).toEqual(before);
  });

  it.each([
    ['application/vnd.adobe.xed+json'],
    ['application/vnd.adobe.xed+json; version=2'],
    ['application/vnd.adobe.xed-id+json'],
    ['application/json'],
  ])('the contentType %s', async (contentType) => {
    const answer = await server.call('POST', `${BASE}/dataSets`, {
      body: { schemaRef: { id: schemaId, contentType } },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path: '/schemaRef/contentType' }]);
  });
});
