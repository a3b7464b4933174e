import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeParquet } from '../packages/engine/src/testing/parquet-file.ts';
import { landedRows, landings } from './landed-rows.ts';
import { type Answer, ServerUnderTest } from './server-under-test.ts';
import { sampleBody } from './tutorial.ts';

const FLOW = '/data/foundation/flowservice';
const LOCAL_FOLDER = { id: 'bb0237ab-7a46-47ab-b355-a6e979b2216a', version: '1.0' };
const CLOUD_STORAGE_TO_AEP = { id: '9753525b-82c7-4dce-8a9b-5ccfce2b9876', version: '1.0' };
const PLACEHOLDER = 'https://ns.adobe.com/{TENANT_ID}/schemas/417a33eg81a221bd10495920574gfa2d';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-incoming-')));
const server = new ServerUnderTest({ TRIBUTARY_LOG: 'off', TRIBUTARY_FILE_ROOTS: folder });
let connectionId: string;

beforeAll(async () => {
  await server.start();
  connectionId = (
    await post(`${FLOW}/connections`, {
      name: 'Incoming',
      auth: { specName: 'Local Folder', params: { folder } },
      connectionSpec: LOCAL_FOLDER,
    })
  ).id;
});
afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true });
});

async function post(path: string, body: unknown, status = 201): Promise<Answer['body']> {
  const answer = await server.call('POST', path, typeof body === 'string' ? { text: body } : { body });
  expect(answer, `POST ${path}`).toMatchObject({ status });
  return answer.body;
}

let written = 0;
/** Each file that is written is a second younger than the one before. */
function write(path: string, content: string | Uint8Array): void {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
  grow(place);
}

function grow(place: string): void {
  const time = 1_700_000_000 + written++;
  utimesSync(place, time, time);
}

/** A flow of files that runs on demand, and where its rows land. */
async function flowOf(
  data: object,
  params: object,
  mappings: readonly (readonly [string, string])[],
  more: object = {},
): Promise<{ flowId: string; dataSetId: string; runs: number }> {
  const source = await post(`${FLOW}/sourceConnections`, {
    name: 'Files',
    baseConnectionId: connectionId,
    data,
    params,
  });
  const title = `Files ${crypto.randomUUID()}`;
  const schema = await post(
    '/data/foundation/schemaregistry/tenant/schemas',
    sampleBody('schema', { 'Target schema for CRM source connector': title }),
  );
  const [dataSet] = await post(
    '/data/foundation/catalog/dataSets',
    sampleBody('dataset', { [PLACEHOLDER]: schema.$id }),
  );
  const dataSetId = String(dataSet).replace('@/dataSets/', '');
  const target = await post(
    `${FLOW}/targetConnections`,
    sampleBody('target connection', { [PLACEHOLDER]: schema.$id, '5c8c3c555033b814b69f947f': dataSetId }),
  );
  const mapping = await post(
    '/data/foundation/conversion/mappingSets',
    {
      outputSchema: {
        schemaRef: { id: schema.$id, contentType: 'application/vnd.adobe.xed-full+json;version=1' },
      },
      xdmSchema: schema.$id,
      mappings: mappings.map(([sourceAttribute, destinationXdmPath]) => ({
        sourceAttribute,
        destinationXdmPath,
      })),
    },
    200,
  );
  const flow = await post(`${FLOW}/flows`, {
    name: title,
    flowSpec: CLOUD_STORAGE_TO_AEP,
    sourceConnectionIds: [source.id],
    targetConnectionIds: [target.id],
    transformations: [{ name: 'Mapping', params: { mappingId: mapping.id } }],
    ...more,
  });
  return { flowId: flow.id, dataSetId, runs: 0 };
}

async function run(flow: { flowId: string; runs: number }): Promise<Answer['body']> {
  await post(`${FLOW}/runs`, { flowId: flow.flowId });
  flow.runs += 1;
  return server.runsEnded(flow.flowId, flow.runs);
}

const explore = async (query: Record<string, string>) =>
  (await server.call('GET', `${FLOW}/connections/${connectionId}/explore?${new URLSearchParams(query)}`))
    .body;

describe('files of a folder', () => {
  test('are explored: folders, files, columns and first rows', async () => {
    write('leads/2024/a.csv.gz', gzipSync('id;name;since\n01;Ada;2024-02-29\n02;Bob;\n'));
    expect(await explore({ objectType: 'root' })).toEqual([
      { type: 'folder', name: 'leads', path: '/leads', canPreview: false, canFetchSchema: false },
    ]);
    const [file] = await explore({ objectType: 'folder', object: '/leads/2024/' });
    expect(file).toEqual({
      type: 'file',
      name: 'a.csv.gz',
      path: '/leads/2024/a.csv.gz',
      canPreview: true,
      canFetchSchema: true,
    });
    expect(
      await explore({
        objectType: 'FILE',
        object: file.path,
        fileType: 'DELIMITED',
        columnDelimiter: ';',
        preview: 'true',
      }),
    ).toEqual({
      format: 'flat',
      schema: {
        columns: [
          { name: 'id', type: 'string', xdm: { type: 'string' } },
          { name: 'name', type: 'string', xdm: { type: 'string' } },
          { name: 'since', type: 'date', 'meta:xdmType': 'date', xdm: { type: 'string', format: 'date' } },
        ],
      },
      data: [
        { id: '01', name: 'Ada', since: '2024-02-29' },
        { id: '02', name: 'Bob' },
      ],
    });
  });

  test('land once in each version: new and changed ones, and no others', async () => {
    const flow = await flowOf(
      { format: 'delimited', properties: { columnDelimiter: ';', compressionType: 'gzip' } },
      { path: '/leads/**/*.csv.gz' },
      [
        ['id', '_id'],
        ['name', 'person.name.lastName'],
      ],
    );
    write('leads/2024/b.csv.gz', gzipSync('name;id\nCid;03\n'));
    expect((await run(flow)).metrics).toMatchObject({
      statusSummary: { status: 'success' },
      recordSummary: { inputRecordCount: 3, outputRecordCount: 3 },
    });
    expect((await run(flow)).metrics).toMatchObject({
      statusSummary: { status: 'success' },
      recordSummary: { inputRecordCount: 0 },
    });

    write('leads/2024/b.csv.gz', gzipSync('name;id\nCid;03\nDan;04\n'));
    write('leads/2025/c.csv.gz', gzipSync('name;id\nEve;05\n'));
    write('leads/2025/d.csv.gz.part', 'not yet');
    rmSync(join(folder, 'leads/2024/a.csv.gz'));
    expect((await run(flow)).metrics.recordSummary).toMatchObject({ outputRecordCount: 3 });
    expect(Object.fromEntries(await landings(server, flow.dataSetId))).toEqual({
      '01': 1,
      '02': 1,
      '03': 2,
      '04': 1,
      '05': 1,
    });

    rmSync(join(folder, 'leads'), { recursive: true });
    expect((await run(flow)).metrics).toMatchObject({
      statusSummary: {
        status: 'success',
        extensions: { notices: [{ message: 'No file matches /leads/**/*.csv.gz.' }] },
      },
      recordSummary: { inputRecordCount: 0 },
    });
  });

  test('land from JSON lines, and the lines that are none are told by their file', async () => {
    write('people/a.jsonl', '{"id":"1","name":{"last":"Ada"}}\n{"id":"2","name":{"last":"Bob"}}\noops\n');
    const flow = await flowOf(
      { format: 'json' },
      { path: '/people', type: 'folder', recursive: 'true' },
      [
        ['id', '_id'],
        ['name.last', 'person.name.lastName'],
      ],
      { options: { partialIngestionPercent: 50 } },
    );
    const ended = await run(flow);
    expect(ended.metrics).toMatchObject({
      statusSummary: { status: 'partialSuccess' },
      recordSummary: { inputRecordCount: 3, outputRecordCount: 2, failedRecordCount: 1 },
    });
    expect(await landedRows(server, flow.dataSetId)).toMatchObject([
      { _id: '1', person: { name: { lastName: 'Ada' } } },
      { _id: '2', person: { name: { lastName: 'Bob' } } },
    ]);
    // Above the threshold nothing of a run lands, and its files are new to the next one.
    write('people/b.jsonl', 'oops\noops\n');
    expect((await run(flow)).metrics.statusSummary.status).toBe('failed');
    write('people/b.jsonl', '{"id":"3","name":{"last":"Cid"}}\n');
    expect((await run(flow)).metrics.recordSummary).toMatchObject({ outputRecordCount: 1 });
  });

  test('land from nested Parquet, and one that is none fails the run by its name', async () => {
    mkdirSync(join(folder, 'parquet'));
    const place = join(folder, 'parquet/a.parquet');
    await writeParquet(
      place,
      `SELECT 'a' AS id, {'last': 'Ada', 'emails': ['ada@example.com']} AS person
       UNION ALL SELECT 'b', {'last': 'Bob', 'emails': []}`,
    );
    grow(place);
    expect(
      await explore({ objectType: 'file', object: '/parquet/a.parquet', preview: 'true' }),
    ).toMatchObject({
      format: 'hierarchical',
      data: [{ id: 'a', person: { last: 'Ada', emails: ['ada@example.com'] } }, { id: 'b' }],
    });
    const flow = await flowOf({ format: 'parquet' }, { path: '/parquet/*.parquet' }, [
      ['id', '_id'],
      ['person.last', 'person.name.lastName'],
      ['person.emails[0]', 'personalEmail.address'],
    ]);
    expect((await run(flow)).metrics.recordSummary).toMatchObject({ outputRecordCount: 2 });
    expect(await landedRows(server, flow.dataSetId)).toMatchObject([
      { _id: 'a', person: { name: { lastName: 'Ada' } }, personalEmail: { address: 'ada@example.com' } },
      { _id: 'b', person: { name: { lastName: 'Bob' } } },
    ]);
    write('parquet/b.parquet', 'no Parquet at all');
    const { statusSummary } = (await run(flow)).metrics;
    expect(statusSummary.status).toBe('failed');
    expect(statusSummary.errors[0].message).toContain('/parquet/b.parquet');
  });

  test('are passed over where a flow shall take what comes after it alone', async () => {
    write('late/a.csv', 'id\n1\n');
    const flow = await flowOf({ format: 'delimited' }, { path: '/late' }, [['id', '_id']], {
      scheduleParams: { startTime: 4_000_000_000, frequency: 'day', interval: 1, backfill: false },
    });
    const first = await run(flow);
    expect(first.metrics.recordSummary.inputRecordCount).toBe(0);
    expect(first.metrics.statusSummary.extensions.notices).toMatchObject([{ code: 'ITEMS_PASSED_OVER' }]);
    write('late/b.csv', 'id\n2\n');
    await run(flow);
    expect([...(await landings(server, flow.dataSetId)).keys()]).toEqual(['2']);
  });

  test('land once though the server is killed half-way', async () => {
    const FILES = 60;
    for (let file = 0; file < FILES; file++) {
      const rows = Array.from({ length: 20 }, (_, row) => `${file}-${row},Name\n`);
      write(`many/${file}.csv`, `id,name\n${rows.join('')}`);
    }
    const flow = await flowOf({ format: 'delimited' }, { path: '/many' }, [['id', '_id']]);
    await post(`${FLOW}/runs`, { flowId: flow.flowId });
    for (;;) {
      const { body } = await server.call('GET', `${FLOW}/runs?property=flowId==${flow.flowId}`);
      if (body.items[0]?.metrics.statusSummary.extensions.step !== 'planning') break;
      await pause(5);
    }
    expect(await server.end('SIGKILL')).toBe('SIGKILL');
    write('many/new.csv', 'id,name\nnew,Name\n');
    await server.start();
    flow.runs += 1;
    await server.runsEnded(flow.flowId, flow.runs);
    await run(flow);
    const counts = await landings(server, flow.dataSetId);
    expect(counts.size).toBe(FILES * 20 + 1);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  });
});

describe('what says of files what cannot be', () => {
  test.each([
    [{ format: 'tabular' }, { path: '/x' }, '/data/format'],
    [
      { format: 'delimited', properties: { columnDelimiter: '||' } },
      { path: '/x' },
      '/data/properties/columnDelimiter',
    ],
    [{ format: 'delimited' }, { path: '/../x' }, '/params/path'],
    [{ format: 'delimited' }, {}, '/params/path'],
    [{ format: 'delimited' }, { path: '/x', tableName: 'x' }, '/params/tableName'],
  ])('is refused by its field: %j %j', async (data, params, field) => {
    const body = { name: 'Files', baseConnectionId: connectionId, data, params };
    const answer = await server.call('POST', `${FLOW}/sourceConnections`, { body });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain(field);
  });

  test('is shown as it was given otherwise', async () => {
    const given = { data: { format: 'json' }, params: { path: '/x', recursive: true } };
    const { id } = await post(`${FLOW}/sourceConnections`, {
      name: 'Files',
      baseConnectionId: connectionId,
      ...given,
    });
    const { body } = await server.call('GET', `${FLOW}/sourceConnections/${id}`);
    expect(body.items[0]).toMatchObject(given);
    expect(Object.keys(body.items[0].params)).toEqual(['path', 'recursive']);
  });

  test('is refused where the folder is not among the operator’s', async () => {
    const { id } = await post(`${FLOW}/connections`, {
      name: 'Elsewhere',
      auth: { specName: 'Local Folder', params: { folder: '/etc' } },
      connectionSpec: LOCAL_FOLDER,
    });
    const answer = await server.call('GET', `${FLOW}/connections/${id}/explore?objectType=root`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(answer.body)).toContain('TRIBUTARY_FILE_ROOTS');
  });
});
