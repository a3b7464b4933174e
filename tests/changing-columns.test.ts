import { afterAll, beforeAll, expect, test } from 'vitest';
import { landedRows } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { idAndName, type Walk, walkTutorial } from './tutorial.ts';

const FLOW = '/data/foundation/flowservice';
const CONTACTS = 40;
const server = new ServerUnderTest({
  TRIBUTARY_DEMO: '1',
  TRIBUTARY_DEMO_CONTACTS: String(CONTACTS),
  TRIBUTARY_LOG: 'off',
});
let walk: Walk;

beforeAll(async () => {
  await server.start();
  walk = await walkTutorial(server, 'Changing columns', {
    mappings: idAndName,
    mode: 'upsert',
    runsOnce: true,
  });
  await server.runsEnded(walk.flowId, 1);
  const { headers } = await server.call('GET', `${FLOW}/flows/${walk.flowId}`);
  const patched = await server.call('PATCH', `${FLOW}/flows/${walk.flowId}`, {
    body: [{ op: 'add', path: '/options', value: { schemaDrift: 'add' } }],
    headers: { 'if-match': headers.get('etag') ?? '' },
  });
  expect(patched.status, JSON.stringify(patched.body)).toBe(200);
});
afterAll(() => server.dispose());

async function run(ended: number, params?: Record<string, unknown>) {
  const answer = await server.call('POST', `${FLOW}/runs`, { body: { flowId: walk.flowId, params } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return server.runsEnded(walk.flowId, ended);
}

/** What the field that the flow has added holds, by the row's id. */
async function regions(): Promise<Map<string, string | undefined>> {
  const rows = await landedRows(server, walk.dataSetId);
  expect(rows).toHaveLength(CONTACTS);
  return new Map(rows.map((row) => [row._id, regionIn(row)]));
}

async function regionsAtSource(): Promise<Map<string, string | undefined>> {
  const rows: { Id: string; Region__c: string | null }[] = await server.emulator(
    'GET',
    '/rows?object=Contact',
  );
  return new Map(rows.map(({ Id, Region__c: region }) => [Id, region ?? undefined]));
}

/** Below the tenant's namespace, in an object whose name only the flow knows. */
function regionIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('region__c' in value && typeof value.region__c === 'string') return value.region__c;
  return Object.values(value)
    .map(regionIn)
    .find((found) => found !== undefined);
}

test('a column that comes later lands with what changes, and by a refresh with all rows', async () => {
  const region = { name: 'Region__c', type: 'string' };
  await server.emulator('POST', '/schema', { object: 'Contact', add: [region] });
  const { updated } = await server.emulator('POST', '/mutate', { object: 'Contact', update: 3 });
  const adding = await run(2);
  const { notices, schemaDrift } = adding.metrics.statusSummary.extensions;
  expect(adding.metrics.statusSummary, JSON.stringify(adding.metrics)).toMatchObject({ status: 'success' });
  expect(schemaDrift).toMatchObject({ added: [{ name: 'Region__c' }], removed: [], retyped: [] });
  expect(notices.map(({ code }: { code: string }) => code)).toEqual(['COLUMNS_ADDED', 'SCHEMA_DRIFT']);
  const source = await regionsAtSource();
  const changed = new Set(updated);
  expect(await regions()).toEqual(
    new Map([...source].map(([id, region]) => [id, changed.has(id) ? region : undefined])),
  );

  const refreshed = await run(3, { refreshColumns: ['Region__c'] });
  const behind = [...source].filter(([id, region]) => region !== undefined && !changed.has(id));
  expect(behind.length).toBeGreaterThan(CONTACTS / 2);
  expect(refreshed.metrics.recordSummary).toMatchObject({
    inputRecordCount: CONTACTS,
    outputRecordCount: behind.length,
    extensions: { sourceRecordCount: { compared: true, source: CONTACTS, staged: CONTACTS } },
  });
  expect(await regions()).toEqual(source);
  expect((await run(4)).metrics.recordSummary.outputRecordCount).toBe(0);
});
