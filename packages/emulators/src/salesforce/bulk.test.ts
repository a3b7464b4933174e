import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isCompound, objectDefinitions } from './definitions.ts';
import { type SalesforceEmulator, startSalesforceEmulator } from './emulator.ts';
import { API, connect, type TestClient } from './test-client.ts';

let emulator: SalesforceEmulator;
let client: TestClient;
let folder: string;
let duckdb: DuckDBConnection;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ rows: { Contact: 3000 }, latency: { bulkJobMs: 20 } });
  client = await connect(emulator);
  folder = await mkdtemp(join(tmpdir(), 'bulk-'));
  duckdb = await (await DuckDBInstance.create()).connect();
});
afterAll(async () => {
  duckdb.closeSync();
  await emulator.close();
  await rm(folder, { recursive: true });
});

/** Reads CSV as DuckDB does: every column as text, the empty string as null. */
async function readCsv(text: string, delimiter = ','): Promise<Record<string, unknown>[]> {
  const path = join(folder, 'page.csv');
  await writeFile(path, text);
  const options = `header = true, all_varchar = true, nullstr = '', quote = '"', escape = '"', delim = '${delimiter}'`;
  const reader = await duckdb.runAndReadAll(
    `SELECT * FROM read_csv('${path}', ${options}, auto_detect = false, columns = ${columnsOf(text, delimiter)})`,
  );
  return reader.getRowObjects();
}

function columnsOf(text: string, delimiter: string): string {
  const names = (text.split(/\r?\n/, 1)[0] ?? '').split(delimiter).map((name) => name.slice(1, -1));
  return `{${names.map((name) => `'${name}': 'VARCHAR'`).join(', ')}}`;
}

async function results(query: string, options: Record<string, unknown> = {}): Promise<string> {
  const job = await client.finishedJob(query, options);
  return (await client.get(`${API}/jobs/query/${job.id}/results`)).text();
}

/** What REST answers, put as the bulk API's text. */
function asBulkText(value: unknown, type: string): unknown {
  if (value === null) return null;
  if (type === 'datetime') return String(value).replace('+0000', 'Z');
  return ['currency', 'percent', 'double'].includes(type) ? Number(value) : String(value);
}

test.each(objectDefinitions.filter(({ bulk }) => bulk !== false))(
  'bulk and REST give the same rows of $name',
  async ({ name, fields: allFields }) => {
    await client.control('/mutate', { object: name, update: 20, insert: 5, delete: 3 });
    const fields = allFields.filter((field) => !isCompound(field) && field.type !== 'base64');
    const soql = `SELECT ${fields.map((field) => field.name).join(', ')} FROM ${name}`;
    const bulk = await readCsv(await results(soql));
    const rest = await client.records(soql);
    const expected = rest.map((record) =>
      Object.fromEntries(fields.map((field) => [field.name, asBulkText(record[field.name], field.type)])),
    );
    const decimals = new Set(
      fields
        .filter(({ type }) => ['currency', 'percent', 'double'].includes(type))
        .map((field) => field.name),
    );
    const actual = bulk.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [
          key,
          decimals.has(key) && value !== null ? Number(value) : value,
        ]),
      ),
    );
    expect(actual).toEqual(expected);
  },
);

test('text areas hold line feeds, quotes and commas, and come through', async () => {
  const rows = await readCsv(await results('SELECT Description FROM Contact WHERE IsDeleted = false'));
  for (const mark of ['\n', '"', ',']) {
    expect(
      rows.some(({ Description }) => String(Description).includes(mark)),
      JSON.stringify(mark),
    ).toBe(true);
  }
});

test.each([
  ['COMMA', 'LF', '"Id","LastName"\n'],
  ['TAB', 'CRLF', '"Id"\t"LastName"\r\n'],
  ['PIPE', 'LF', '"Id"|"LastName"\n'],
])('delimiter %s and line ending %s', async (columnDelimiter, lineEnding, header) => {
  const soql = 'SELECT Id, LastName FROM Contact LIMIT 50';
  const text = await results(soql, { columnDelimiter, lineEnding });
  expect(text.startsWith(header)).toBe(true);
  const delimiter = header.charAt(4);
  expect(await readCsv(text, delimiter)).toEqual(await readCsv(await results(soql)));
});

test('maxRecords and locators lead through all pages, each with a header of its own', async () => {
  const { id } = await client.finishedJob('SELECT Id FROM Contact');
  const total = await client.count('SELECT COUNT() FROM Contact');
  const whole = await (await client.get(`${API}/jobs/query/${id}/results`)).text();
  const lines: string[] = [];
  let locator: string | null = '';
  while (locator !== 'null') {
    const query: string = locator === '' ? '' : `&locator=${locator}`;
    const response: Response = await client.get(`${API}/jobs/query/${id}/results?maxRecords=700${query}`);
    const [header, ...rows] = (await response.text()).trimEnd().split('\n');
    expect(header).toBe('"Id"');
    expect(Number(response.headers.get('sforce-numberofrecords'))).toBe(rows.length);
    expect(response.headers.get('content-type')).toMatch('text/csv');
    lines.push(...rows);
    locator = response.headers.get('sforce-locator');
  }
  expect(lines).toHaveLength(total);
  expect(`"Id"\n${lines.join('\n')}\n`).toBe(whole);
});

test('a job goes through its states and then stays as it is, whatever happens to the rows', async () => {
  const soql = 'SELECT Id, Title, SystemModstamp FROM Contact';
  const created: Record<string, unknown> = JSON.parse(
    await (await client.send('POST', `${API}/jobs/query`, { operation: 'query', query: soql })).text(),
  );
  expect(created).toMatchObject({
    state: 'UploadComplete',
    object: 'Contact',
    contentType: 'CSV',
    apiVersion: 60,
    lineEnding: 'LF',
    columnDelimiter: 'COMMA',
  });
  const job = await client.finishedJob(soql);
  expect(job).toMatchObject({ state: 'JobComplete', jobType: 'V2Query', retries: 0 });
  expect(job.numberRecordsProcessed).toBe(await client.count('SELECT COUNT() FROM Contact'));
  const read = async () => (await client.get(`${API}/jobs/query/${job.id}/results`)).text();
  const before = await read();
  await client.control('/mutate', { object: 'Contact', update: 100, insert: 10, delete: 10 });
  expect(await read()).toBe(before);
  expect(await results(soql)).not.toBe(before);
});

test('queryAll also gives what is deleted', async () => {
  const soql = 'SELECT Id FROM Contact WHERE IsDeleted = true';
  await client.control('/mutate', { object: 'Contact', delete: 4 });
  const deleted = await readCsv(await results(soql, { operation: 'queryAll' }));
  expect(deleted.length).toBeGreaterThanOrEqual(4);
  expect(await client.records(soql, 'queryAll')).toHaveLength(deleted.length);
  expect(await readCsv(await results(soql))).toEqual([]);
});

test('jobs are listed, aborted and deleted', async () => {
  const { id } = JSON.parse(
    await (
      await client.send('POST', `${API}/jobs/query`, { operation: 'query', query: 'SELECT Id FROM Lead' })
    ).text(),
  );
  expect(
    await (await client.send('PATCH', `${API}/jobs/query/${id}`, { state: 'Aborted' })).json(),
  ).toMatchObject({ id, state: 'Aborted' });
  expect((await client.get(`${API}/jobs/query/${id}/results`)).status).toBe(204);
  const list: { records: { id: string }[] } = JSON.parse(
    await (await client.get(`${API}/jobs/query`)).text(),
  );
  expect(list.records.map((job) => job.id)).toContain(id);
  expect((await client.send('DELETE', `${API}/jobs/query/${id}`, {})).status).toBe(204);
  expect((await client.get(`${API}/jobs/query/${id}`)).status).toBe(404);
  const done = await client.finishedJob('SELECT Id FROM Lead LIMIT 1');
  const late = await client.send('PATCH', `${API}/jobs/query/${done.id}`, { state: 'Aborted' });
  expect(await late.json()).toEqual([
    { errorCode: 'INVALIDJOBSTATE', message: 'Aborting already Completed Job not allowed' },
  ]);
});

test.each([
  [{ query: 'SELECT Id FROM Contact' }, 'operation is missing'],
  [{ operation: 'query' }, 'query must be a SOQL statement'],
  [{ operation: 'query', query: ['SELECT Id FROM Contact'] }, 'query: value does not match expected type'],
  [{ operation: 'insert', query: 'SELECT Id FROM Contact' }, 'operation is "insert"'],
  [
    { operation: 'query', query: 'SELECT Id FROM Contact', columnDelimiter: 'DOT' },
    'columnDelimiter is "DOT"',
  ],
  [{ operation: 'query', query: 'SELECT Id FROM Contact', lineEnding: 'CR' }, 'lineEnding is "CR"'],
  [{ operation: 'query', query: 'SELECT Id FROM Contact', contentType: 'JSON' }, 'contentType is "JSON"'],
  [{ operation: 'query', query: 'SELECT COUNT() FROM Contact' }, 'not supported in Bulk Query'],
  [{ operation: 'query', query: 'SELECT Id FROM Contact OFFSET 5' }, 'OFFSET is not supported'],
  [{ operation: 'query', query: 'SELECT FIELDS(ALL) FROM Contact LIMIT 5' }, 'compound data not supported'],
  [
    { operation: 'query', query: 'SELECT Id, (SELECT Id FROM Contacts) FROM Account' },
    'Aggregate Relationships not supported',
  ],
  [
    { operation: 'query', query: 'SELECT Title, COUNT(Id) FROM Contact GROUP BY Title' },
    'GROUP BY is not supported',
  ],
  [{ operation: 'query', query: 'SELECT Place__c FROM Venue__c' }, 'compound data not supported'],
  [{ operation: 'query', query: 'SELECT Body FROM Attachment' }, 'Blob field not supported in Bulk V2 Query'],
  [{ operation: 'query', query: 'SELECT Id FROM TaskStatus' }, 'is not supported by the Bulk API'],
  [{ operation: 'query', query: 'SELECT Nope FROM Contact' }, "No such column 'Nope'"],
  [[], 'must be a JSON object'],
])('a job %j is refused', async (body, message) => {
  const response = await client.send('POST', `${API}/jobs/query`, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject([{ message: expect.stringContaining(message) }]);
});

test('results come under the version of their job only, and not before its end', async () => {
  const { id } = await client.finishedJob('SELECT Id FROM Contact LIMIT 1');
  expect((await client.get(`/services/data/v59.0/jobs/query/${id}/results`)).status).toBe(409);
  expect((await client.get(`/services/data/v59.0/jobs/query/${id}`)).status).toBe(200);
  const body = { operation: 'query', query: 'SELECT Id FROM Contact' };
  const begun = JSON.parse(await (await client.send('POST', `${API}/jobs/query`, body)).text());
  const early = await client.get(`${API}/jobs/query/${begun.id}/results`);
  expect([early.status, await early.text(), early.headers.get('sforce-locator')]).toEqual([204, '', null]);
});

test.each(['locator=!!!', 'locator=OTk5OTk5', 'maxRecords=0', 'maxRecords=many'])(
  'results?%s is refused',
  async (query) => {
    const { id } = await client.finishedJob('SELECT Id FROM Contact LIMIT 10');
    expect((await client.get(`${API}/jobs/query/${id}/results?${query}`)).status).toBe(400);
  },
);
