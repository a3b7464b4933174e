import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirePython, runPython } from '../packages/lake/src/testing/python.ts';
import { landedRows } from './landed-rows.ts';
import { ServerUnderTest } from './server-under-test.ts';
import { type Walk, walkTutorial } from './tutorial.ts';

/** Amounts of 16 digits, of cents that no double is, and of those that Salesforce writes with an exponent. */
const AMOUNTS = [12_345_678_901_234.56, -99_999_999_999_999.97, 0.07, 70_000_000];
const REGISTRY = '/data/foundation/schemaregistry';
const SALESFORCE = 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5';

const server = new ServerUnderTest({
  TRIBUTARY_DEMO: '1',
  TRIBUTARY_DEMO_CONTACTS: '10',
  TRIBUTARY_LOG: 'off',
});
let walk: Walk;
/** Amounts by the id of their opportunity. */
const amounts = new Map<string, number>();
let column: string;

beforeAll(async () => {
  await server.start();
  for (const Amount of AMOUNTS) {
    const { inserted } = await server.emulator('POST', '/mutate', {
      object: 'Opportunity',
      insert: 1,
      set: { Amount },
    });
    amounts.set(inserted[0], Amount);
  }
  const { environmentUrl, username, password, securityToken } = server.demo ?? {};
  const connection = await server.call('POST', '/data/foundation/flowservice/connections', {
    body: {
      name: 'Opportunities',
      auth: {
        specName: 'Basic Authentication',
        params: { environmentUrl, username, password, securityToken },
      },
      connectionSpec: { id: SALESFORCE, version: '1.0' },
    },
  });
  const proposal = await server.call('POST', `${REGISTRY}/rpc/propose/source?create=true`, {
    body: {
      baseConnectionId: connection.body.id,
      object: 'Opportunity',
      classId: 'https://ns.adobe.com/xdm/context/profile',
    },
  });
  expect(proposal.status).toBe(201);
  const { resources, columns } = proposal.body;
  const pathOf = (name: string): string =>
    columns
      .find((proposed: { name: string }) => proposed.name === name)
      .path.slice(1)
      .replaceAll('/', '.');
  column = pathOf('Amount');
  walk = await walkTutorial(server, 'Exact amounts', {
    table: 'Opportunity',
    schemaId: resources.find(
      (resource: Record<string, string>) => resource['meta:resourceType'] === 'schemas',
    ).$id,
    mappings: [
      ['Id', '_id'],
      ['Id', pathOf('Id')],
      ['Amount', column],
    ],
  });
  const run = await server.runsEnded(walk.flowId, 1);
  expect(run.metrics).toMatchObject({
    statusSummary: { status: 'success' },
    recordSummary: { failedRecordCount: 0 },
  });
});
afterAll(() => server.dispose());

/** The amount that a row of the lake has. */
function amountIn(row: unknown): unknown {
  return column.split('.').reduce((value, name) => Object(value)[name], row);
}

describe('amounts of Salesforce in fields that are proposed for them', () => {
  test('are numbers of the places and bounds that Salesforce tells', async () => {
    const path = `${REGISTRY}/tenant/schemas/${encodeURIComponent(walk.schemaId)}`;
    const { body } = await server.call('GET', path, {
      headers: { accept: 'application/vnd.adobe.xed-full+json; version=1' },
    });
    const field = column.split('.').reduce((node, name) => node.properties[name], body);
    expect(field).toMatchObject({
      type: 'number',
      multipleOf: 0.01,
      exclusiveMinimum: -1e16,
      exclusiveMaximum: 1e16,
      'meta:xdmType': 'number',
    });
  });

  test('land to the cent for icebird', async () => {
    const rows = await landedRows(server, walk.dataSetId);
    const landed = new Map(rows.map((row) => [row._id, amountIn(row)]));
    for (const [id, amount] of amounts) expect(landed.get(id), id).toBe(amount);
  });

  test('land to the cent, as decimals, for PyIceberg', async (context) => {
    await requirePython(context);
    const { body } = await server.call('GET', `/data/foundation/catalog/dataSets/${walk.dataSetId}`);
    const { metadataLocation } = body[walk.dataSetId].extensions.tributary;
    const { schema, rows } = JSON.parse(await runPython('read-table.py', metadataLocation));
    expect(schema).toContain('decimal(18, 2)');
    const landed = new Map(rows.map((row: { _id: string }) => [row._id, amountIn(row)]));
    // Python's decimals come as texts.
    for (const [id, amount] of amounts) expect(landed.get(id), id).toBe(amount.toFixed(2));
  });
});
