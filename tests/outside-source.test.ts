import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { landedRows, landings } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { type Crm, type Walk, walkTutorial } from './tutorial.ts';

const SQLITE = '5c0b6f0e-6f0c-4f0c-9a55-5d1e3a0f2c11';
const FLOW = '/data/foundation/flowservice';
const module = fileURLToPath(new URL('../examples/sqlite-source/source.ts', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-sqlite-')));
const file = new DatabaseSync(join(folder, 'shop.db'));
const server = new ServerUnderTest({
  TRIBUTARY_LOG: 'off',
  TRIBUTARY_SOURCES: module,
  TRIBUTARY_FILE_ROOTS: folder,
});
const crm: Crm = {
  connectionSpecId: SQLITE,
  auth: { specName: 'Database File', params: { file: join(folder, 'shop.db') } },
  table: 'customer',
  deltaColumn: 'updated_at',
  columnNames: { first_name: 'first_name', last_name: 'last_name', email: 'email' },
};
const mappings = [
  ['id', '_id'],
  ['last_name', 'person.name.lastName'],
] as const;
let walk: Walk;

beforeAll(async () => {
  file.exec(`
    CREATE TABLE customer (id TEXT PRIMARY KEY, last_name TEXT, updated_at DATETIME DEFAULT (datetime()));
    INSERT INTO customer (id, last_name) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 500)
      SELECT 'c' || n, 'Name, "' || n || '"' FROM numbers`);
  await server.start();
});
afterAll(async () => {
  await server.dispose();
  file.close();
  rmSync(folder, { recursive: true });
});

async function runsAgain(count: number) {
  const started = await server.call('POST', `${FLOW}/runs`, { body: { flowId: walk.flowId } });
  expect(started.status).toBe(201);
  return server.runsEnded(walk.flowId, count);
}

test('a source that a module exports is listed among the others, and flows take it', async () => {
  const { body } = await server.call('GET', `${FLOW}/connectionSpecs/${SQLITE}`);
  expect(body.items).toMatchObject([{ name: 'sqlite', attributes: { connectorName: 'SQLite' } }]);
  const { body: flowSpecs } = await server.call('GET', `${FLOW}/flowSpecs?property=name==CRMToAEP`);
  expect(flowSpecs.items[0].sourceConnectionSpecIds).toContain(SQLITE);
});

test('it is connected, explored and landed over the API, and then what changes', async () => {
  walk = await walkTutorial(server, 'SQLite', { crm, mappings, mode: 'mirror' });
  const explored = await server.call(
    'GET',
    `${FLOW}/connections/${walk.connectionId}/explore?objectType=root`,
  );
  expect(explored.body).toMatchObject([{ name: 'customer', path: 'customer' }]);
  const table = `${FLOW}/connections/${walk.connectionId}/explore?objectType=table&object=customer&preview=true&previewCount=2`;
  const { body } = await server.call('GET', table);
  expect(body.data).toHaveLength(2);
  const first = await server.runsEnded(walk.flowId, 1);
  expect(first.metrics).toMatchObject({ statusSummary: { status: 'success' } });
  expect((await landings(server, walk.dataSetId)).size).toBe(500);

  file.exec(`UPDATE customer SET last_name = 'Changed', updated_at = datetime() WHERE id = 'c7';
    INSERT INTO customer (id, last_name) VALUES ('new', 'New'); DELETE FROM customer WHERE id = 'c9'`);
  expect((await runsAgain(2)).metrics.statusSummary.status).toBe('success');
  const landed = (await landedRows(server, walk.dataSetId)).map(({ _id, person }) => [
    _id,
    person?.name?.lastName,
  ]);
  const there = file.prepare('SELECT id, last_name FROM customer').all();
  expect(landed.sort()).toEqual(there.map((row) => [row.id, row.last_name]).sort());
});

test('its parameters are checked by its own spec', async () => {
  const body = {
    name: 'No file',
    auth: { specName: 'Database File', params: { path: '/srv/shop.db' } },
    connectionSpec: { id: SQLITE, version: '1.0' },
  };
  const refused = await server.call('POST', `${FLOW}/connections`, { body });
  expect(refused.status).toBe(400);
  expect(JSON.stringify(refused.body)).toContain('file');
});

test('a module that is not there ends the start, and is named', async () => {
  const other = new ServerUnderTest({ TRIBUTARY_SOURCES: './nowhere.ts', TRIBUTARY_LOG: 'off' });
  await expect(other.start()).rejects.toThrow(/TRIBUTARY_SOURCES: \.\/nowhere\.ts cannot be loaded/);
  await other.dispose();
});
