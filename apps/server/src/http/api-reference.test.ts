import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { services } from '../services/all.ts';
import { startTestServer, type TestServer } from '../test-kit.ts';

let server: TestServer;
// biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document, of which the tests assert what they find
let paths: any;

beforeAll(async () => {
  server = await startTestServer(services);
  paths = (await server.call('GET', '/openapi.json')).body.paths;
});
afterAll(() => server.close());

test.each([
  ['GET', '/data/foundation/catalog/dataSets/{id}', '/data/foundation/catalog/dataSets/none', 404],
  ['POST', '/data/foundation/catalog/dataSets', '/data/foundation/catalog/dataSets', 400],
  [
    'GET',
    '/data/foundation/conversion/mappingSets/{id}',
    '/data/foundation/conversion/mappingSets/none',
    404,
  ],
  ['POST', '/data/core/idnamespace/identities', '/data/core/idnamespace/identities', 400],
  ['POST', '/data/foundation/flowservice/flows', '/data/foundation/flowservice/flows', 400],
  [
    'POST',
    '/data/foundation/sandbox-management/sandboxes',
    '/data/foundation/sandbox-management/sandboxes',
    400,
  ],
  [
    'POST',
    '/data/foundation/schemaregistry/tenant/schemas',
    '/data/foundation/schemaregistry/tenant/schemas',
    400,
  ],
  ['POST', '/ims/token/v3', '/ims/token/v3', 400],
])('%s %s refuses as the OpenAPI document says', async (method, path, url, status) => {
  const answer = await server.call(method, url, method === 'POST' ? { body: {} } : {});
  expect(answer.status).toBe(status);
  const { responses } = paths[path][method.toLowerCase()];
  const { content } = responses[status] ?? responses.default;
  const mediaType = answer.headers.get('content-type')?.split(';', 1)[0] ?? '';
  const isAsTold = new Ajv2020({ strict: false }).compile(content[mediaType].schema);
  expect(isAsTold(answer.body), JSON.stringify(isAsTold.errors)).toBe(true);
});

test('every route tells what any refusal of its is', () => {
  for (const operations of Object.values(paths))
    for (const operation of Object.values(operations as Record<string, { responses: object }>))
      expect(operation.responses).toHaveProperty('default.content', expect.anything());
});
