import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { landedRows } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { sampleBody, type Walk, walkTutorial } from './tutorial.ts';

const server = new ServerUnderTest({ TRIBUTARY_DEMO: '1', TRIBUTARY_DEMO_CONTACTS: '20000' });
let walk: Walk;

beforeAll(async () => {
  await server.start();
  walk = await walkTutorial(server, 'Target schema for CRM source connector');
});
afterAll(() => server.dispose());

describe('the tutorial, call by call', () => {
  test('its own sample with a trailing comma is refused with line and column', async () => {
    const text = sampleBody('source connection', {});
    const answer = await server.call('POST', '/data/foundation/flowservice/sourceConnections', { text });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toMatch(/line 7, column \d+/);
  });

  test('every contact lands in one successful run', async () => {
    const run = await server.runsEnded(walk.flowId, 1);
    expect(run.metrics).toMatchObject({
      statusSummary: { status: 'success', errors: [] },
      recordSummary: { inputRecordCount: 20_000, outputRecordCount: 20_000, failedRecordCount: 0 },
      fileSummary: { outputFileCount: 1 },
    });
    expect(run.metrics.sizeSummary.inputBytes).toBeGreaterThan(500_000);
    expect(run.metrics.sizeSummary.outputBytes).toBeGreaterThan(100_000);
    const [copy, promotion] = run.activities;
    expect(copy).toMatchObject({
      activityType: 'copyActivity',
      sourceInfo: [{ id: walk.sourceConnectionId }],
    });
    expect(promotion).toMatchObject({
      activityType: 'promotionActivity',
      targetInfo: [{ id: walk.targetConnectionId }],
    });
  });

  test('the batch it made is in the catalog and belongs to the dataset', async () => {
    const run = await server.runsEnded(walk.flowId, 1);
    const [batchId] = run.activities[1].targetInfo[0].reference.ids;
    const { body } = await server.call('GET', `/data/foundation/catalog/batches/${batchId}`);
    expect(body[batchId]).toMatchObject({
      status: 'success',
      relatedObjects: [{ type: 'dataSet', id: walk.dataSetId }],
    });
  });

  test('the rows in the lake, read by a reader that is not ours, are the CRM’s rows', async () => {
    await server.runsEnded(walk.flowId, 1);
    const rows = await landedRows(server, walk.dataSetId);
    const landed = rows.map((row) => [
      row.person?.name?.firstName,
      row.person?.name?.lastName,
      row.personalEmail?.address,
    ]);
    const contacts = await server.emulator('GET', '/rows?object=Contact');
    const expected = contacts.map((row: Record<string, unknown>) => [
      row.FirstName ?? undefined,
      row.LastName ?? undefined,
      row.Email ?? undefined,
    ]);
    const asText = (list: unknown[][]) =>
      list.map((row) => JSON.stringify(row.map((value) => value ?? null))).sort();
    expect(asText(landed)).toEqual(asText(expected));
  });

  test('the preview shows XDM, without empty attributes', async () => {
    await server.runsEnded(walk.flowId, 1);
    const { body } = await server.call(
      'GET',
      `/data/foundation/export/datasets/${walk.dataSetId}/preview?limit=5`,
    );
    expect(body.data).toHaveLength(5);
    expect(body.data[0]).toMatchObject({ person: { name: { lastName: expect.any(String) } } });
    expect(JSON.stringify(body.data)).not.toContain('null');
  });
});

const python = fileURLToPath(new URL('../.cache/python/bin/python', import.meta.url));

describe.skipIf(!existsSync(python) && !process.env.CI)(
  'clients that are not ours (skipped where .cache/python is missing)',
  () => {
    test('the unmodified aepp client reads what the tutorial made, and makes more', {
      timeout: 120_000,
    }, async () => {
      await server.runsEnded(walk.flowId, 1);
      const script = fileURLToPath(new URL('./python/aepp_walk.py', import.meta.url));
      const { stdout } = await promisify(execFile)(python, [script], {
        env: {
          ...process.env,
          TRIBUTARY_URL: server.url,
          TRIBUTARY_CLIENT_ID: server.clientId,
          TRIBUTARY_CLIENT_SECRET: server.clientSecret,
          TRIBUTARY_ORG_ID: server.orgId,
          FLOW_ID: walk.flowId,
          SCHEMA_ID: walk.schemaId,
          DATASET_ID: walk.dataSetId,
          MAPPING_SET_ID: walk.mappingSetId,
          CONNECTION_ID: walk.connectionId,
          CRM: JSON.stringify(server.demo),
        },
      });
      expect(stdout.trim().split('\n').at(-1)).toBe('all of it answered as the platform does');
    });
  },
);
