import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CLOUD_STORAGE_TO_AEP,
  CRM_TO_AEP,
  DATA_LAKE,
  DYNAMICS,
  type FlowServer,
  SALESFORCE,
  startFlowServer,
} from './tutorial.test-kit.ts';

/** PostgreSQL, MySQL, MariaDB. */
const DATABASES = [
  '74a1c565-4e59-48d7-9d67-7c03b8a13137',
  '26d738e0-8963-47ea-aadf-c60de735468a',
  '3000eb99-cd47-43f3-827c-43caf170f015',
];

/** A local folder, Amazon S3, SFTP. */
const FILE_STORES = [
  'bb0237ab-7a46-47ab-b355-a6e979b2216a',
  'ecadc60c-7455-4d87-84dc-2a0e293d997b',
  'b7bf2577-4520-42c9-bae9-cad01560f7bc',
];

let flows: FlowServer;
beforeAll(async () => {
  flows = await startFlowServer();
});
afterAll(() => flows.close());

async function idsOf(path: string): Promise<string[]> {
  const { body } = await flows.call('GET', path);
  expect(body._links).toEqual({});
  return body.items.map((item: { id: string }) => item.id);
}

it('lists the specs that are known', async () => {
  expect((await idsOf('/connectionSpecs')).sort()).toEqual(
    [SALESFORCE, DYNAMICS, ...DATABASES, ...FILE_STORES, DATA_LAKE].sort(),
  );
  expect((await idsOf('/flowSpecs')).sort()).toEqual([CRM_TO_AEP, CLOUD_STORAGE_TO_AEP].sort());
});

it("finds the tutorial's flow spec by name, quoted and unquoted", async () => {
  expect(await idsOf('/flowSpecs?property=name==%22CRMToAEP%22')).toEqual([CRM_TO_AEP]);
  expect(await idsOf('/flowSpecs?property=name==CRMToAEP')).toEqual([CRM_TO_AEP]);
  expect(await idsOf('/flowSpecs?property=name==Nothing')).toEqual([]);
});

it('shows one as the only item, with its schemas whole', async () => {
  const { body } = await flows.call('GET', `/flowSpecs/${CRM_TO_AEP}`);
  expect(body.items).toHaveLength(1);
  expect(body.items[0].scheduleSpec.spec.properties.frequency.enum).toContain('minute');
  const { body: salesforce } = await flows.call('GET', `/connectionSpecs/${SALESFORCE}/`);
  expect(salesforce.items[0].authSpec[0].spec.required).toContain('environmentUrl');
});

it.each([
  ['/connectionSpecs/nope', 404],
  ['/flowSpecs/nope', 404],
  ['/connectionSpecs?property=colour==red', 400],
  ['/flowSpecs?property=CRMToAEP', 400],
])('refuses %s', async (path, status) => {
  expect((await flows.call('GET', path)).status).toBe(status);
});
