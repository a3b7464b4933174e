import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { currentSchema, type IcebergStruct, parquetDataFile, readTable, stageAppend } from '@tributary/lake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanSandboxes } from '../sandboxes/clean-sandboxes.ts';
import { type CatalogBench, openCatalogBench } from './catalog.test-kit.ts';
import { deleteDataSet } from './delete-data-set.ts';

let bench: CatalogBench;

beforeAll(async () => {
  bench = await openCatalogBench();
});
afterAll(() => bench.close());

async function shown(id: string, properties?: string) {
  const { body } = await bench.call('GET', `/dataSets/${id}${properties ? `?properties=${properties}` : ''}`);
  return body[id];
}

/** Lands a data file with figures of its columns, by dotted name: how many of its ten rows have no value there. */
async function land(id: string, nulls: Readonly<Record<string, number>>): Promise<void> {
  const { io } = bench.server.dependencies.lake;
  const pointer = await bench.store.tables.get(id);
  const table = await readTable(io, pointer?.metadataLocation ?? '');
  const schema = currentSchema(table.metadata);
  const columns = Object.entries(nulls).map(([name, nullCount]) => ({
    fieldId: fieldIdOf(schema, name.split('.')),
    icebergType: 'string',
    sizeBytes: 100,
    valueCount: 10,
    nullCount,
    min: undefined,
    max: undefined,
  }));
  const location = `${pointer?.location}/data/part-${Object.keys(nulls).length}.parquet`;
  await io.write(location, Buffer.from('rows'));
  const file = parquetDataFile({ location, rows: 10, bytes: 4, columns }, schema);
  const next = await stageAppend(io, table, { files: [file], summary: {}, now: new Date() });
  await bench.store.tables.swap(id, table.metadataLocation, next.metadataLocation);
}

function fieldIdOf(struct: IcebergStruct, [name, ...rest]: readonly string[]): number {
  const field = struct.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`the table has no column ${name}`);
  if (rest.length === 0) return field.id;
  // The paths of these tests lead through structs only.
  return fieldIdOf(field.type as IcebergStruct, rest);
}

describe('a dataset', () => {
  it('tells what its maker said and what holds of every new one', async () => {
    const id = await bench.createDataSet({
      name: 'Told',
      tags: { unifiedProfile: ['enabled:true'], unifiedIdentity: ['enabled:true'] },
      fileDescription: { format: 'parquet', persisted: true, containerFormat: 'parquet' },
      systemLabels: ['core/C1'],
      dataSourceId: 7,
    });
    const { basePath, ...told } = await shown(id);
    expect(told).toMatchObject({
      enableErrorDiagnostics: false,
      fileDescription: { format: 'parquet' },
      systemLabels: ['core/C1'],
      dataSourceId: 7,
      state: 'DRAFT',
      namespace: 'ACP',
      classification: { dataBehavior: 'record', managedBy: 'CUSTOMER' },
      tags: { unifiedProfile: ['enabled:true'], unifiedIdentity: ['enabled:true'] },
      persistence: { adls: { location: basePath, credentials: `@/dataSets/${id}/credentials` } },
      extensions: {
        adobe_lakeHouse: {
          metrics: { rowCount: 0, storageSize: 0 },
          tableHealthMetrics: { noOfFilesTotal: 0 },
        },
        tributary: { tableLocation: basePath },
      },
    });
    expect((await bench.call('GET', `/dataSets/${id}/credentials`)).status).toBe(403);
  });

  it('shows in its observable schema the fields that have values, and how much it holds', async () => {
    const id = await bench.createDataSet({ name: 'Observed' });
    expect(await shown(id, 'observableSchema')).toMatchObject({ observableSchema: { properties: {} } });
    await land(id, { _id: 0, 'person.name.firstName': 4, 'person.name.lastName': 10 });
    await land(id, { 'person.gender': 9, 'person.name.middleName': 10, _id: 10, 'person.birthDate': 10 });
    const { observableSchema } = await shown(id, 'observableSchema');
    expect(observableSchema).toMatchObject({ type: 'object', 'meta:xdmType': 'object' });
    const { person } = observableSchema.properties;
    expect(Object.keys(observableSchema.properties).toSorted()).toEqual(['_id', 'person']);
    expect(Object.keys(person.properties).toSorted()).toEqual(['gender', 'name']);
    expect(person.properties.name.properties).toEqual({
      firstName: expect.objectContaining({ type: 'string', 'meta:xdmType': 'string' }),
    });
    expect((await shown(id)).extensions.adobe_lakeHouse).toEqual({
      metrics: { rowCount: 20, storageSize: 8 },
      tableHealthMetrics: { noOfFilesTotal: 2 },
    });
  });

  it('keeps an observable schema that it is given', async () => {
    const id = await bench.createDataSet({ name: 'Given', observableSchema: { type: 'object' } });
    expect(await shown(id, 'observableSchema')).toEqual({ observableSchema: { type: 'object' } });
  });

  it('takes the table name that it is given, and no other dataset takes the same', async () => {
    const id = await bench.createDataSet({ name: 'One', tags: { 'adobe/pqs/table': ['the_one'] } });
    const rival = { name: 'Other', schemaRef: bench.schemaRef, tags: { 'adobe/pqs/table': ['the_one'] } };
    expect((await bench.call('POST', '/dataSets', rival)).status).toBe(409);
    const other = await bench.createDataSet({ name: 'Other' });
    const rename = (name: string) =>
      bench.call('PATCH', `/dataSets/${other}`, { tags: { 'adobe/pqs/table': [name] } });
    expect((await rename('the_one')).status).toBe(409);
    expect((await rename('Not A Name')).status).toBe(400);
    expect((await rename('the_other')).status).toBe(200);
    expect((await shown(other)).tags['adobe/pqs/table']).toEqual(['the_other']);
    expect((await shown(id)).tags['adobe/pqs/table']).toEqual(['the_one']);
  });

  it('made many times at once gets a table name of its own each time', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => bench.createDataSet({ name: 'Rush' })));
    const names = await Promise.all(ids.map(async (id) => (await shown(id)).tags['adobe/pqs/table'][0]));
    expect(new Set(names).size).toBe(5);
  });

  it('is replaced by PUT: what is not said is as in a new one, and its schema and table stay', async () => {
    const id = await bench.createDataSet({ name: 'Old', description: 'old', tags: { a: ['1'] } });
    const before = await shown(id);
    const answer = await bench.call('PUT', `/dataSets/${id}`, {
      name: 'New',
      state: 'DRAFT',
      enableErrorDiagnostics: true,
    });
    expect([answer.status, answer.body]).toEqual([200, [`@/dataSets/${id}`]]);
    const after = await shown(id);
    expect(after).toMatchObject({ name: 'New', enableErrorDiagnostics: true, version: '1.0.1' });
    expect(after).not.toHaveProperty('description');
    expect(after.tags).toEqual({
      'adobe/pqs/table': ['old'],
      'adobe/siphon/table/format': ['iceberg'],
    });
    expect([after.schemaRef, after.viewId]).toEqual([before.schemaRef, before.viewId]);
  });

  it('loses by JSON Patch what a patch removes', async () => {
    const id = await bench.createDataSet({ name: 'Patched', description: 'gone', tags: { a: ['1'] } });
    await bench.call('PATCH', `/dataSets/${id}`, [
      { op: 'remove', path: '/description' },
      { op: 'remove', path: '/tags/a' },
      { op: 'remove', path: '/tags/adobe~1pqs~1table' },
    ]);
    const after = await shown(id);
    expect(after).not.toHaveProperty('description');
    expect(Object.keys(after.tags).toSorted()).toEqual(['adobe/pqs/table', 'adobe/siphon/table/format']);
  });

  it('is changed deep inside by the second version of PATCH', async () => {
    const id = await bench.createDataSet({ name: 'Deep', tags: { a: ['1'] } });
    const answer = await bench.call('PATCH', `/v2/dataSets/${id}`, {
      description: 'deep',
      tags: { b: ['2'] },
      classification: { managedBy: 'SYSTEM' },
      extensions: { adobe_custom: { colour: 'red' } },
    });
    expect([answer.status, answer.body]).toEqual([200, [`@/dataSets/${id}`]]);
    await bench.call('PATCH', `/v2/datasets/${id}`, {
      extensions: { adobe_custom: { size: 3, colour: null } },
    });
    const after = await shown(id);
    expect(after).toMatchObject({
      name: 'Deep',
      description: 'deep',
      tags: { a: ['1'], b: ['2'] },
      classification: { dataBehavior: 'record', managedBy: 'SYSTEM' },
    });
    expect(after.extensions.adobe_custom).toEqual({ size: 3 });
  });

  it('of events can be told how long its rows are to stay', async () => {
    const schema = await bench.server.call('POST', '/data/foundation/schemaregistry/tenant/schemas', {
      body: { title: 'Events', allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/experienceevent' }] },
    });
    const schemaRef = { ...bench.schemaRef, id: schema.body.$id };
    const id = await bench.createDataSet({ name: 'Events', schemaRef });
    const expire = (ttlValue: string | null) =>
      bench.call('PATCH', `/v2/dataSets/${id}`, {
        extensions: { adobe_lakeHouse: { rowExpiration: { ttlValue } } },
      });
    expect((await expire('P3M')).status).toBe(200);
    expect((await shown(id)).extensions.adobe_lakeHouse.rowExpiration).toEqual({ ttlValue: 'P3M' });
    expect((await bench.call('GET', `/ttl/${id}`)).body).toEqual({
      extensions: {
        adobe_lakeHouse: { rowExpiration: { defaultValue: 'P12M', maxValue: 'P10Y', minValue: 'P30D' } },
      },
    });
    for (const wrong of ['soon', 'P29D', 'P10Y1D']) expect((await expire(wrong)).status).toBe(400);
    expect((await bench.call('GET', '/ttl/5c8c3c555033b814b69f947f')).status).toBe(404);
    expect((await expire(null)).status).toBe(200);
    expect((await shown(id)).extensions.adobe_lakeHouse.rowExpiration).toEqual({});
  });

  it('is changed only in the version that the headers mean, by ETag or number', async () => {
    const id = await bench.createDataSet({ name: 'Versioned' });
    const etag = (await bench.call('GET', `/dataSets/${id}`)).headers.get('etag') ?? '';
    const change = async (headers: Record<string, string>) =>
      (await bench.call('PATCH', `/dataSets/${id}`, { description: 'x' }, headers)).status;
    expect(await change({ 'if-match': '1.0.1' })).toBe(412);
    expect(await change({ 'if-none-match': etag })).toBe(412);
    expect(await change({ 'if-match': '1.0.0' })).toBe(200);
    expect(await change({ 'if-match': '*', 'if-none-match': etag })).toBe(200);
    const { status } = await bench.call('DELETE', `/dataSets/${id}`, undefined, { 'if-match': etag });
    expect(status).toBe(412);
  });

  it('can be checked without being made or changed', async () => {
    const only = { pragma: 'validate-only' };
    const count = async () => Object.keys((await bench.call('GET', '/dataSets?limit=100')).body).length;
    const before = await count();
    const good = { name: 'Checked', schemaRef: bench.schemaRef };
    expect((await bench.call('POST', '/dataSets', good, only)).body).toEqual([]);
    const bad = { schemaRef: { ...bench.schemaRef, id: 'https://x' } };
    expect((await bench.call('POST', '/dataSets', bad, only)).status).toBe(400);
    expect(await count()).toBe(before);
    const id = await bench.createDataSet({ name: 'Kept' });
    expect((await bench.call('PUT', `/dataSets/${id}`, { name: 'Lost' }, only)).status).toBe(200);
    expect((await shown(id)).name).toBe('Kept');
  });
});

describe('the deletion of a dataset', () => {
  const log = { warn: () => undefined };
  const filesOf = async (id: string) => {
    const { basePath } = await shown(id);
    return bench.server.dependencies.lake.io.pathOf(`${basePath}/metadata`);
  };

  it('names the target connection and the dataflow that use it', async () => {
    const id = await bench.createDataSet({ name: 'Used' });
    const actor = { user: 'u', client: 'c' };
    await bench.store
      .resources('targetConnection')
      .insert('target-9', { name: 'To the lake', params: { dataSetId: id } }, actor);
    await bench.store
      .resources('flow')
      .insert('flow-9', { name: 'Nightly', targetConnectionIds: ['target-9'] }, actor);
    const { status, body } = await bench.call('DELETE', `/dataSets/${id}`);
    expect(status).toBe(409);
    expect(body.detail).toContain("target connection target-9 ('To the lake')");
    expect(body.detail).toContain("dataflow flow-9 ('Nightly')");
    expect(await shown(id)).toMatchObject({ name: 'Used' });
  });

  it('leaves the files of its table where deleteData is false', async () => {
    const id = await bench.createDataSet({ name: 'Kept data' });
    const folder = await filesOf(id);
    expect((await bench.call('DELETE', `/dataSets/${id}?deleteData=false`)).status).toBe(200);
    expect((await stat(folder)).isDirectory()).toBe(true);
    expect((await bench.call('GET', `/dataSets/${id}`)).status).toBe(404);
  });

  it('takes its files even where the process ends before they are removed, and those that are written late', async () => {
    const id = await bench.createDataSet({ name: 'Doomed' });
    const folder = dirname(await filesOf(id));
    const { dependencies } = bench.server;
    const { io } = dependencies.lake;
    const removeFolder = () => Promise.reject(new Error('this is as far as it gets'));
    const dying = { ...dependencies, lake: { ...dependencies.lake, io: { ...io, removeFolder } } };
    await deleteDataSet(dying, bench.store, { id, conditions: {}, deleteData: true }, log);
    expect(existsSync(folder)).toBe(true);
    await cleanSandboxes(dependencies, new Date(), log);
    expect(existsSync(folder)).toBe(false);
    await io.write(`${io.locationOf(folder)}/data/late.parquet`, Buffer.from('late'));
    await cleanSandboxes(dependencies, new Date(Date.now() + 3_600_000), log);
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps its batches as a record, but none of their files', async () => {
    const id = await bench.createDataSet({ name: 'Loaded' });
    await bench.addBatch('01LOADED', id);
    const files = async () => Object.keys((await bench.call('GET', '/dataSetFiles')).body);
    expect(await files()).toContain('01LOADED-1');
    expect((await bench.call('DELETE', `/dataSets/${id}`)).status).toBe(200);
    expect((await bench.call('GET', '/batches/01LOADED')).status).toBe(200);
    expect(await files()).not.toContain('01LOADED-1');
    for (const path of ['/batches/01LOADED/files', '/files/01LOADED-1', '/batches/01LOADED/meta']) {
      const answer = await bench.server.call('GET', `/data/foundation/export${path}`);
      expect([answer.status, answer.body.title]).toEqual([404, 'NotFoundError']);
    }
  });
});

describe('views and dataset files', () => {
  it('are listed for all datasets and looked up by their own ids', async () => {
    const id = await bench.createDataSet({ name: 'Viewed' });
    await bench.addBatch('01VIEWED', id);
    await bench.addBatch('01FAILED', id, { dataFiles: [] });
    const { viewId } = await shown(id);
    const views = await bench.call('GET', `/dataSetViews?dataSetId=${id}`);
    expect(views.body).toEqual({ [viewId]: expect.objectContaining({ dataSetId: id }) });
    expect((await bench.call('GET', `/dataSetViews/${viewId}`)).body).toEqual(views.body);
    const file = { '01VIEWED-1': expect.objectContaining({ batchId: '01VIEWED', records: 3, size: 10 }) };
    for (const path of [
      `/dataSetFiles?dataSetId=${id}`,
      '/dataSetFiles?batchId=01VIEWED',
      `/dataSetFiles?dataSetViewId=${viewId}`,
      '/dataSetFiles/01VIEWED-1',
      `/dataSets/${id}/views/${viewId}/files?orderBy=asc:created`,
    ]) {
      expect((await bench.call('GET', path)).body).toEqual(file);
    }
    for (const path of ['/dataSetFiles/01FAILED-1', '/dataSetFiles/01VIEWED', '/dataSetViews/0']) {
      expect((await bench.call('GET', path)).status).toBe(404);
    }
  });
});

describe('the newest batches of datasets', () => {
  it('are found by their status and shown by dataset', async () => {
    const id = await bench.createDataSet({ name: 'Last' });
    const other = await bench.createDataSet({ name: 'Never loaded' });
    await bench.addBatch('01LASTGOOD', id);
    await bench.call('POST', '/batches/01LASTBAD', {
      status: 'failed',
      relatedObjects: [{ type: 'dataSet', id }],
    });
    const expected = {
      lastBatchId: '01LASTBAD',
      lastBatchStatus: 'failed',
      lastSuccessfulBatchId: '01LASTGOOD',
      lastFailedBatchId: '01LASTBAD',
    };
    const found = await bench.call('GET', '/lastBatches?lastBatchStatus=failed');
    expect(found.body[id]).toMatchObject(expected);
    expect(found.body).not.toHaveProperty(other);
    const both = await bench.call('GET', `/lastBatches?dataSetId=${id},${other}&properties=lastBatchId`);
    expect(both.body).toEqual({ [other]: {}, [id]: { lastBatchId: '01LASTBAD' } });
    expect((await bench.call('GET', `/dataSets/${id}?properties=lastBatchStatus`)).body).toEqual({
      [id]: { lastBatchStatus: 'failed' },
    });
  });
});
