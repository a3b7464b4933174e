import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { requireS3Server, startS3Server, type TestS3Server } from '@tributary/s3/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { filesBelow } from './files-below.ts';
import { landedIds as idsIn, tableOf } from './rows-in-bucket.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { idAndName, type Walk, walkTutorial } from './tutorial.ts';

const CONTACTS = 600;

let s3: TestS3Server;
let bucket: string;
let server: ServerUnderTest;
/** What a server and readers beside it find the bucket with. */
let reach: Record<string, string>;

beforeAll(async () => {
  const started = await startS3Server();
  if (started === undefined) return;
  s3 = started;
  bucket = await s3.createBucket('company');
  reach = {
    AWS_ENDPOINT_URL_S3: s3.serviceUrl.href,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  };
  server = new ServerUnderTest({
    ...reach,
    LAKE_URI: 's3://company/lake',
    TRIBUTARY_DEMO: '1',
    TRIBUTARY_DEMO_CONTACTS: String(CONTACTS),
    TRIBUTARY_LOG: 'off',
  });
  await server.start();
});
afterAll(async () => {
  await server?.dispose();
  await s3?.stop();
});
beforeEach((context) => requireS3Server(context));

const landedIds = (dataSetId: string) => idsIn(server, dataSetId, reach);

/** Names of the data files of a table, whether it knows them or not. */
function dataFilesAt(tableLocation: string): readonly string[] {
  const path = join(bucket, tableLocation.replace('s3://company/', ''), 'data');
  return filesBelow(path).map((file) => basename(file));
}

async function runAgain({ flowId }: Walk): Promise<void> {
  const answer = await server.call('POST', '/data/foundation/flowservice/runs', { body: { flowId } });
  expect(answer.status).toBe(201);
}

describe('a lake in a bucket', { timeout: 300_000 }, () => {
  test('takes the rows of the tutorial’s flow, which any reader of Iceberg finds there', async () => {
    const walk = await walkTutorial(server, 'Bucket', { mappings: idAndName });
    const run = await server.runsEnded(walk.flowId, 1);
    expect(run.metrics.statusSummary.status).toBe('success');
    expect((await tableOf(server, walk.dataSetId)).tableLocation).toMatch(/^s3:\/\/company\/lake\//);
    const ids = await landedIds(walk.dataSetId);
    expect(new Set(ids).size).toBe(CONTACTS);
    expect(ids).toHaveLength(CONTACTS);

    const preview = await server.call(
      'GET',
      `/data/foundation/export/datasets/${walk.dataSetId}/preview?limit=5`,
    );
    expect(preview.body.data).toHaveLength(5);
    const { body: batches } = await server.call(
      'GET',
      `/data/foundation/catalog/batches?dataSet=${walk.dataSetId}`,
    );
    const files = await server.call(
      'GET',
      `/data/foundation/export/batches/${Object.keys(batches)[0]}/files`,
    );
    const { pathname } = new URL(files.body.data[0]._links.self.href);
    const { body: listed } = await server.call('GET', pathname);
    const content = await server.call('GET', `${pathname}?path=${listed.data[0].name}`, {
      headers: { range: 'bytes=0-3' },
    });
    expect(content).toMatchObject({ status: 206, body: 'PAR1' });
  });

  test('has rows replaced and removed by a mirror', async () => {
    const walk = await walkTutorial(server, 'Mirror', { mappings: idAndName, mode: 'mirror' });
    await server.runsEnded(walk.flowId, 1);
    const before = await landedIds(walk.dataSetId);
    const { updated, inserted, deleted } = await server.emulator('POST', '/mutate', {
      object: 'Contact',
      update: 20,
      insert: 5,
      delete: 7,
    });
    expect(updated).toHaveLength(20);
    await runAgain(walk);
    const run = await server.runsEnded(walk.flowId, 2);
    expect(run.metrics.statusSummary.status).toBe('success');
    const expected = [...before, ...inserted].filter((id) => !deleted.includes(id)).sort();
    expect(await landedIds(walk.dataSetId)).toEqual(expected);
  });

  test('has rows replaced where a connection is cut in mid-upload, and an answer lost', async () => {
    const walk = await walkTutorial(server, 'Upsert', { mappings: idAndName, mode: 'upsert' });
    await server.runsEnded(walk.flowId, 1);
    const before = await landedIds(walk.dataSetId);
    await server.emulator('POST', '/mutate', { object: 'Contact', update: 30 });
    const troubles = [
      s3.proxy.trouble('PUT', { kind: 'cut-request' }),
      s3.proxy.trouble('PUT', { kind: 'lose-answer' }),
      s3.proxy.trouble('GET', { kind: 'cut', afterBytes: 100 }),
    ];
    await runAgain(walk);
    const run = await server.runsEnded(walk.flowId, 2);
    expect(run.metrics.statusSummary).toMatchObject({ status: 'success', extensions: { attempt: 1 } });
    await Promise.all(troubles);
    expect(await landedIds(walk.dataSetId)).toEqual(before);
  });

  test('keeps nothing of a run that was killed while it uploaded, and every row once', async () => {
    const walk = await walkTutorial(server, 'Killed', { mappings: idAndName });
    await server.runsEnded(walk.flowId, 1);
    const { inserted } = await server.emulator('POST', '/mutate', { object: 'Contact', insert: 40 });
    const before = await landedIds(walk.dataSetId);
    const { tableLocation } = await tableOf(server, walk.dataSetId);
    const files = dataFilesAt(tableLocation);
    // The data file is there by then, and its sender does not know.
    const uploaded = s3.proxy.trouble(/^PUT .*\/data\//, { kind: 'lose-answer' });
    const sentAgain = s3.proxy.trouble(/^PUT .*\/data\//, { kind: 'hold' });
    await runAgain(walk);
    await uploaded;
    await sentAgain;
    expect(await server.end('SIGKILL')).toBe('SIGKILL');
    expect(dataFilesAt(tableLocation)).toHaveLength(files.length + 1);
    await server.start();
    const run = await server.runsEnded(walk.flowId, 2);
    expect(run.metrics.statusSummary).toMatchObject({ status: 'success', extensions: { attempt: 2 } });
    expect(await landedIds(walk.dataSetId)).toEqual([...before, ...inserted].sort());
    // What the killed attempt has left is removed once the run's end is in the store.
    while (dataFilesAt(tableLocation).length > files.length + 1) await pause(20);
    expect(dataFilesAt(tableLocation)).toHaveLength(files.length + 1);
    expect(dataFilesAt(tableLocation)).toEqual(expect.arrayContaining([...files]));
  });

  test('leaves nothing of itself on the machine', () => {
    for (const name of ['lake', 'staging', 'diagnostics'])
      expect(existsSync(join(server.dataFolder, name))).toBe(false);
  });
});
