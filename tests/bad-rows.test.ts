import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { landedRows } from './landed-rows.ts';
import { type Answer, ServerUnderTest } from './server-under-test.ts';
import { type Walk, walkTutorial } from './tutorial.ts';

const CONTACTS = 1_000;
const server = new ServerUnderTest({
  TRIBUTARY_DEMO: '1',
  TRIBUTARY_DEMO_CONTACTS: String(CONTACTS),
  TRIBUTARY_LOG: 'off',
});
const mappings = [
  ['Id', '_id'],
  ['Birthdate', 'person.birthDate'],
] as const;
let walk: Walk;
let bad: readonly string[];
let first: Answer['body'];

beforeAll(async () => {
  await server.start();
  const spoilt = { object: 'Contact', update: 20, set: { Birthdate: 'next spring' } };
  bad = (await server.emulator('POST', '/mutate', spoilt)).updated;
  walk = await walkTutorial(server, 'Bad rows', { mappings });
  first = await server.runsEnded(walk.flowId, 1);
});
afterAll(() => server.dispose());

async function runAgain(count: number): Promise<Answer['body']> {
  const body = { flowId: walk.flowId };
  expect((await server.call('POST', '/data/foundation/flowservice/runs', { body })).status).toBe(201);
  return server.runsEnded(walk.flowId, count);
}

describe('rows that cannot be mapped', () => {
  test('are counted and told, and the others land', async () => {
    expect(first.metrics).toMatchObject({
      statusSummary: { status: 'partialSuccess' },
      recordSummary: { inputRecordCount: CONTACTS, outputRecordCount: CONTACTS - 20, failedRecordCount: 20 },
    });
    expect(first.metrics.statusSummary.errors).toMatchObject([
      { code: 'INGEST-1212-400', message: expect.stringContaining('20 rows') },
      { code: 'INGEST-1554-400', message: expect.stringContaining('Birthdate') },
    ]);
    expect(first.activities[1].statusSummary.extensions.errors).toMatchObject([
      { code: 'INGEST-1212-400', recordCount: 20 },
      { code: 'INGEST-1554-400', recordCount: 20, message: expect.stringContaining('Birthdate') },
    ]);
    const landed = new Set((await landedRows(server, walk.dataSetId)).map((row) => row._id));
    expect(landed.size).toBe(CONTACTS - 20);
    expect(bad.some((id) => landed.has(id))).toBe(false);
  });

  test('lie in the batch’s diagnostics with code, column, value and row number', async () => {
    const { manifest } = first.activities[1].statusSummary.extensions;
    expect(manifest.failedRecords).toContain(`${server.url}/data/foundation/export/batches/`);
    const listing = JSON.parse((await download(manifest.failedRecords)).text);
    const [file] = listing.data;
    const { text } = await download(file._links.self.href);
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => row.Id).sort()).toEqual([...bad].sort());
    for (const row of rows) {
      expect(row._row).toBeGreaterThan(0);
      expect(row._errors).toMatchObject([
        { code: 'INGEST-1554-400', column: 'Birthdate', value: 'next spring' },
      ]);
    }
  });

  test('above the flow’s threshold fail the run, and nothing of it lands; once mended, all of it does', async () => {
    const before = (await landedRows(server, walk.dataSetId)).length;
    const spoilt = { object: 'Contact', insert: 30, set: { Birthdate: 'never' } };
    const { inserted } = await server.emulator('POST', '/mutate', spoilt);
    await server.emulator('POST', '/mutate', { object: 'Contact', insert: 100 });
    const failed = await runAgain(2);
    expect(failed.metrics).toMatchObject({
      statusSummary: { status: 'failed' },
      recordSummary: { inputRecordCount: 130, outputRecordCount: 0, failedRecordCount: 30 },
    });
    expect((await landedRows(server, walk.dataSetId)).length).toBe(before);

    const { body } = await server.call('GET', `/data/foundation/flowservice/flows/${walk.flowId}`);
    const [flow] = body.items;
    const patched = await server.call('PATCH', `/data/foundation/flowservice/flows/${walk.flowId}`, {
      body: [{ op: 'add', path: '/options', value: { partialIngestionPercent: 50 } }],
      headers: { 'if-match': flow.etag },
    });
    expect(patched.status, JSON.stringify(patched.body)).toBe(200);
    const mended = await runAgain(3);
    expect(mended.metrics).toMatchObject({
      statusSummary: { status: 'partialSuccess' },
      recordSummary: { inputRecordCount: 130, outputRecordCount: 100, failedRecordCount: 30 },
    });
    const landed = (await landedRows(server, walk.dataSetId)).map((row) => row._id);
    expect(landed.length).toBe(before + 100);
    expect(landed.some((id) => inserted.includes(id))).toBe(false);
  });
});

async function download(href: string): Promise<{ text: string }> {
  const url = href.startsWith('http') ? href : server.url + href;
  const response = await fetch(url, { headers: server.headers });
  expect(response.status).toBe(200);
  return { text: await response.text() };
}
