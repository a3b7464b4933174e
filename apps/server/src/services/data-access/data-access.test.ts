import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { currentSchema, parquetDataFile, readTable, stageAppend } from '@tributary/lake';
import type { BatchDocument } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { catalog } from '../catalog/index.ts';
import { schemaRegistry } from '../schema-registry/index.ts';
import { dataAccess } from './index.ts';

const BASE = '/data/foundation/export';
const CONTENT = '0123456789';
const ROW_COUNT = 150;

let server: TestServer;
let store: ScopedStore;
let dataSetId = '';

beforeAll(async () => {
  server = await startTestServer([schemaRegistry, catalog, dataAccess]);
  const organization = await server.store.organizations.first();
  const sandbox = await server.store.organizations.sandbox(organization?.id ?? '', 'prod');
  store = server.store.scoped({ orgId: organization?.id ?? '', sandboxId: sandbox?.id ?? '' });
  dataSetId = await createDataSet();
  await addBatches(await tableFolder());
});
afterAll(() => server.close());

async function createDataSet(): Promise<string> {
  const schema = await server.call('POST', '/data/foundation/schemaregistry/tenant/schemas', {
    body: {
      title: 'People',
      allOf: [
        { $ref: 'https://ns.adobe.com/xdm/context/profile' },
        { $ref: 'https://ns.adobe.com/xdm/context/profile-person-details' },
      ],
    },
  });
  const { body } = await server.call('POST', '/data/foundation/catalog/dataSets', {
    body: {
      name: 'People',
      schemaRef: { id: schema.body.$id, contentType: 'application/vnd.adobe.xed+json; version=1' },
    },
  });
  return body[0].split('/').at(-1);
}

async function tableFolder(): Promise<string> {
  const pointer = await store.tables.get(dataSetId);
  const folder = join(server.dependencies.lake.io.pathOf(pointer?.location ?? ''), 'data');
  await mkdir(folder, { recursive: true });
  return folder;
}

async function addBatches(folder: string): Promise<void> {
  const dataFile = join(folder, 'part-0.parquet');
  const rowErrors = join(folder, 'conversion_errors_0.json');
  await writeFile(dataFile, CONTENT);
  const lines = Array.from({ length: ROW_COUNT }, (_, row) =>
    JSON.stringify({ row, _errors: [{ code: '1401' }] }),
  );
  await writeFile(rowErrors, `${lines.join('\n')}\n`);
  const shown: BatchDocument['shown'] = {
    externalId: 'external',
    status: 'success',
    started: 1,
    relatedObjects: [{ type: 'dataSet', id: dataSetId }],
    errors: [],
    metrics: {},
    tags: {},
    inputFormat: { format: 'parquet' },
  };
  const landed: BatchDocument = {
    producer: 'flowRun',
    dataSetId,
    shown,
    dataFiles: [
      { path: server.dependencies.lake.io.locationOf(dataFile), rows: 2, bytes: CONTENT.length },
      { path: server.dependencies.lake.io.locationOf(join(folder, 'gone.parquet')), rows: 1, bytes: 1 },
    ],
    diagnosticsFiles: [rowErrors],
  };
  const failed: BatchDocument = {
    producer: 'flowRun',
    dataSetId,
    shown: { ...shown, status: 'failed' },
    dataFiles: [],
    diagnosticsFiles: [rowErrors],
  };
  const actor = { user: 'runner', client: 'worker' };
  await store.resources('batch').insert('01LANDED', { ...landed }, actor);
  await store.resources('batch').insert('01FAILED', { ...failed }, actor);
}

const get = (path: string, headers: Record<string, string> = {}, sandbox = 'prod') =>
  server.call('GET', BASE + path, { headers, sandbox });

describe('the files of a batch', () => {
  it('tells of a file that is no longer kept why, and what to read instead', async () => {
    const answer = await get('/files/01LANDED-1?path=gone.parquet');
    expect(answer.status).toBe(410);
    expect(answer.body).toMatchObject({
      status: 410,
      detail: expect.stringMatching(/gone\.parquet.*preview/),
    });
  });

  it('are one dataset file, which lists its data files', async () => {
    const batch = await get('/batches/01LANDED/files');
    expect(batch.status).toBe(200);
    expect(batch.body).toMatchObject({
      data: [{ dataSetFileId: '01LANDED-1', isValid: true, records: '3', dataSetViewId: expect.any(String) }],
      _page: { limit: 100, count: 1 },
    });
    const followed = await fetch(batch.body.data[0]._links.self.href, { headers: server.headers });
    expect(await followed.json()).toMatchObject({
      data: [{ name: 'part-0.parquet', length: '10' }, { name: 'gone.parquet' }],
    });
  });

  it('are none where nothing landed', async () => {
    expect((await get('/batches/01FAILED/files')).body.data).toEqual([]);
  });

  it('are downloaded by the link that the list gives', async () => {
    const { body } = await get('/files/01LANDED-1');
    const content = await fetch(body.data[0]._links.self.href, { headers: server.headers });
    expect(await content.text()).toBe(CONTENT);
    expect(content.headers.get('content-type')).toBe('application/octet-stream');
  });

  it('page', async () => {
    const first = await get('/files/01LANDED-1?limit=1');
    expect(first.body.data.map(({ name }: { name: string }) => name)).toEqual(['part-0.parquet']);
    expect(first.body._links.page).toEqual({
      href: `${server.url}${BASE}/files/01LANDED-1?start={start}&limit={limit}`,
      templated: true,
    });
    const next = await fetch(first.body._links.next.href, { headers: server.headers });
    const second = (await next.json()) as { data: unknown; _links: object };
    expect(second).toMatchObject({ data: [{ name: 'gone.parquet' }] });
    expect(second._links).not.toHaveProperty('next');
  });

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['nonsense', 200, CONTENT, null],
  ])('are sent in part: Range %s', async (range, status, content, contentRange) => {
    const answer = await get('/files/01LANDED-1?path=part-0.parquet', { range });
    expect([answer.status, answer.body, answer.headers.get('content-range')]).toEqual([
      status,
      content,
      contentRange,
    ]);
  });

  it('tell their size to HEAD', async () => {
    const answer = await server.call('HEAD', `${BASE}/files/01LANDED-1?path=part-0.parquet`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe('10');
    expect(answer.headers.get('accept-ranges')).toBe('bytes');
  });
});

describe('the diagnostics of a batch', () => {
  it('are listed and downloaded', async () => {
    const root = await get('/batches/01LANDED/meta');
    expect(root.body.data.map(({ name }: { name: string }) => name)).toEqual([
      'row_errors',
      'row_error_samples.json',
    ]);
    const list = await get('/batches/01LANDED/meta?path=row_errors');
    expect(list.body.data).toMatchObject([{ name: 'conversion_errors_0.json' }]);
    const content = await fetch(list.body.data[0]._links.self.href, { headers: server.headers });
    expect((await content.text()).trim().split('\n')).toHaveLength(ROW_COUNT);
  });

  it.each(['row_error_samples.json', 'row_errors_sample.json'])('have a sample, %s', async (path) => {
    const { status, body } = await get(`/batches/01LANDED/meta?path=${path}`);
    expect(status).toBe(200);
    expect(body).toHaveLength(100);
    expect(body[0]).toEqual({ row: 0, _errors: [{ code: '1401' }] });
  });

  it('of a failed batch hold its rows', async () => {
    const { body } = await get('/batches/01FAILED/failed');
    expect(body.data).toMatchObject([{ name: 'conversion_errors_0.json' }]);
    const content = await fetch(body.data[0]._links.self.href, { headers: server.headers });
    expect(await content.text()).toContain('1401');
  });
});

describe('the preview of a dataset', () => {
  it('is empty before anything landed, and then shows rows as XDM', async () => {
    expect((await get(`/datasets/${dataSetId}/preview`)).body).toEqual({ data: [] });
    await landRows();
    const { status, body } = await get(`/datasets/${dataSetId}/preview`);
    expect(status).toBe(200);
    expect(body.data).toHaveLength(100);
    expect(body.data[0]).toEqual({ _id: '0', person: { name: { firstName: 'Ada' } } });
    expect((await get(`/datasets/${dataSetId}/preview?limit=1000`)).body.data).toHaveLength(ROW_COUNT);
  });

  async function landRows(): Promise<void> {
    const path = join(await tableFolder(), 'rows.parquet');
    const database = await DuckDBInstance.create();
    const connection = await database.connect();
    await connection.run(
      `COPY (SELECT range::VARCHAR AS _id, {name: {firstName: 'Ada'}} AS person FROM range(${ROW_COUNT})) TO '${path}' (FORMAT parquet)`,
    );
    database.closeSync();
    const { io } = server.dependencies.lake;
    const pointer = await store.tables.get(dataSetId);
    const table = await readTable(io, pointer?.metadataLocation ?? '');
    const bytes = (await stat(path)).size;
    const file = parquetDataFile(
      { location: io.locationOf(path), rows: ROW_COUNT, bytes, columns: [] },
      currentSchema(table.metadata),
    );
    const { metadataLocation } = await stageAppend(io, table, {
      files: [file],
      summary: {},
      now: new Date(),
    });
    expect(await store.tables.swap(dataSetId, table.metadataLocation, metadataLocation)).toBe(true);
  }
});

describe('no request reaches a file that is not the batch’s', () => {
  it.each([
    '/files/01LANDED-1?path=../data/part-0.parquet',
    '/files/01LANDED-1?path=..%2F..%2F..%2F..%2Fetc%2Fpasswd',
    '/files/01LANDED-1?path=/etc/passwd',
    '/files/01LANDED-1?path=',
    '/files/01LANDED',
    '/files/..%2F..%2Fetc-1',
    '/batches/01LANDED/meta?path=row_errors/../part-0.parquet',
    '/batches/01LANDED/meta?path=input_files',
    '/batches/01LANDED/failed?path=part-0.parquet',
    '/batches/unknown/files',
    '/datasets/unknown/preview',
  ])('%s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ status: 404, title: 'NotFoundError', detail: expect.any(String) });
  });

  it.each([
    '/files/01LANDED-1',
    '/batches/01LANDED/files',
    '/batches/01LANDED/meta',
    '/batches/01FAILED/failed',
  ])('%s from another sandbox', async (path) => {
    expect((await get(path, {}, 'dev')).status).toBe(404);
  });

  it('and a dataset’s rows are not there for another sandbox', async () => {
    expect((await get(`/datasets/${dataSetId}/preview`, {}, 'dev')).status).toBe(404);
  });

  it.each([
    ['/files/01LANDED-1?path=part-0.parquet', { range: 'bytes=10-' }, 416],
    ['/files/01LANDED-1?limit=0', {}, 400],
    ['/files/01LANDED-1?start=x', {}, 400],
    [`/datasets/0/preview?limit=1001`, {}, 400],
  ])('%s with %o is refused', async (path, headers, status) => {
    const answer = await get(path, headers);
    expect([answer.status, answer.body.status]).toEqual([status, status]);
  });
});
