import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';
import { type Walk, walkTutorial } from './tutorial.ts';

const server = new ServerUnderTest({
  TRIBUTARY_DEMO: '1',
  TRIBUTARY_DEMO_CONTACTS: '50',
});
const FLOW = '/data/foundation/flowservice';
const REGISTRY = '/data/foundation/schemaregistry';
const CATALOG = '/data/foundation/catalog';
const CONVERSION = '/data/foundation/conversion';
const EXPORT = '/data/foundation/export';
const SALESFORCE = { id: 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5', version: '1.0' };
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
let walk: Walk;

beforeAll(async () => {
  await server.start();
  walk = await walkTutorial(server, 'Bad requests');
  await server.runsEnded(walk.flowId, 1);
  await server.call('POST', '/data/foundation/sandbox-management/sandboxes', {
    body: { name: 'other', title: 'Other', type: 'development' },
  });
});
afterAll(() => server.dispose());

/** Everything that a bad request could have changed. */
async function everything(): Promise<string> {
  const paths = [
    `${FLOW}/connections`,
    `${FLOW}/sourceConnections`,
    `${FLOW}/targetConnections`,
    `${FLOW}/flows`,
    `${FLOW}/runs`,
    `${CATALOG}/dataSets`,
    `${CATALOG}/batches`,
    `${CONVERSION}/mappingSets?limit=100`,
  ];
  const answers = await Promise.all(paths.map((path) => server.call('GET', path)));
  const schemas = await server.call('GET', `${REGISTRY}/tenant/schemas`, {
    headers: { accept: 'application/vnd.adobe.xed-id+json' },
  });
  return JSON.stringify([...answers, schemas].map(({ body }) => body));
}

interface BadRequest {
  readonly why: string;
  readonly method?: string;
  readonly path: string | (() => string);
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** What the answer must name. */
  readonly names: RegExp;
}

const connection = (changes: Record<string, unknown>) => ({
  name: 'x',
  auth: {
    specName: 'Basic Authentication',
    params: { environmentUrl: 'https://example.com', username: 'u', password: 'p', securityToken: 't' },
  },
  connectionSpec: SALESFORCE,
  ...changes,
});
/** Bodies that need ids of the walk are made when the request is sent. */
const flow =
  (changes: Record<string, unknown> = {}) =>
  () => ({
    name: 'x',
    flowSpec: { id: '14518937-270c-4525-bdec-c2ba7cce3860', version: '1.0' },
    sourceConnectionIds: [walk.sourceConnectionId],
    targetConnectionIds: [walk.targetConnectionId],
    transformations: [
      { name: 'Copy', params: { deltaColumn: { name: 'SystemModstamp' } } },
      { name: 'Mapping', params: { mappingId: walk.mappingSetId } },
    ],
    scheduleParams: { startTime: 1567411548, frequency: 'minute', interval: 30 },
    ...changes,
  });
const mappingSet = (mapping: Record<string, unknown>) => () => ({
  xdmSchema: walk.schemaId,
  xdmVersion: '1.0',
  mappings: [mapping],
});
/** Stands for a mapping set whose source column the tutorial's source connection does not have. */
const FOREIGN_MAPPING = '{foreign mapping}';
let foreignMapping = '';

function bodyOf(body: unknown): unknown {
  const made: unknown = typeof body === 'function' ? body() : body;
  return JSON.parse(JSON.stringify(made).replace(FOREIGN_MAPPING, foreignMapping));
}

const other = { 'x-sandbox-name': 'other' };

const badRequests: readonly BadRequest[] = [
  {
    why: 'no token',
    path: `${FLOW}/flows`,
    headers: { authorization: '' },
    status: 401,
    names: /Authorization/,
  },
  {
    why: 'a forged token',
    path: `${FLOW}/flows`,
    headers: { authorization: 'Bearer a.b.c' },
    status: 401,
    names: /Authorization/,
  },
  {
    why: 'no api key',
    path: `${CATALOG}/dataSets`,
    headers: { 'x-api-key': '' },
    status: 400,
    names: /x-api-key/,
  },
  {
    why: 'a foreign api key',
    path: `${CATALOG}/dataSets`,
    headers: { 'x-api-key': 'nobody' },
    status: 403,
    names: /x-api-key/,
  },
  {
    why: 'no organisation',
    path: `${REGISTRY}/stats`,
    headers: { 'x-gw-ims-org-id': '' },
    status: 400,
    names: /x-gw-ims-org-id/,
  },
  {
    why: 'a foreign organisation',
    path: `${REGISTRY}/stats`,
    headers: { 'x-gw-ims-org-id': 'X@AdobeOrg' },
    status: 403,
    names: /x-gw-ims-org-id/,
  },
  {
    why: 'no sandbox',
    path: `${CONVERSION}/mappingSets`,
    headers: { 'x-sandbox-name': '' },
    status: 400,
    names: /x-sandbox-name/,
  },
  {
    why: 'an unknown sandbox',
    path: `${CONVERSION}/mappingSets`,
    headers: { 'x-sandbox-name': "x'; drop table" },
    status: 403,
    names: /x-sandbox-name/,
  },
  {
    why: 'a body of another media type',
    method: 'POST',
    path: `${FLOW}/flows`,
    text: '<a/>',
    headers: { 'content-type': 'text/xml' },
    status: 415,
    names: /Content-Type/,
  },
  {
    why: 'broken JSON',
    method: 'POST',
    path: `${FLOW}/flows`,
    text: '{"a": 1,\n "b": }',
    status: 400,
    names: /line 2, column 7/,
  },
  {
    why: 'JSON nested without end',
    method: 'POST',
    path: `${FLOW}/flows`,
    text: '['.repeat(50_000),
    status: 400,
    names: /JSON/,
  },
  {
    why: 'a list for a body',
    method: 'POST',
    path: `${FLOW}/connections`,
    body: [],
    status: 400,
    names: /object/,
  },
  {
    why: 'an unknown connection spec',
    method: 'POST',
    path: `${FLOW}/connections`,
    body: connection({ connectionSpec: { id: UNKNOWN, version: '1.0' } }),
    status: 400,
    names: /connectionSpec/,
  },
  {
    why: 'an unknown auth spec',
    method: 'POST',
    path: `${FLOW}/connections`,
    body: connection({ auth: { specName: 'Magic', params: {} } }),
    status: 400,
    names: /specName/,
  },
  {
    why: 'a missing credential',
    method: 'POST',
    path: `${FLOW}/connections`,
    body: connection({
      auth: {
        specName: 'Basic Authentication',
        params: { environmentUrl: 'https://example.com', username: 'u' },
      },
    }),
    status: 400,
    names: /password/,
  },
  {
    why: 'an URL that is none',
    method: 'POST',
    path: `${FLOW}/connections`,
    body: connection({
      auth: {
        specName: 'Basic Authentication',
        params: { environmentUrl: 'nowhere', username: 'u', password: 'p', securityToken: 't' },
      },
    }),
    status: 400,
    names: /environmentUrl/,
  },
  {
    why: 'an unknown base connection',
    method: 'POST',
    path: `${FLOW}/sourceConnections`,
    body: {
      name: 'x',
      baseConnectionId: UNKNOWN,
      data: { format: 'tabular' },
      params: { tableName: 'Contact' },
    },
    status: 400,
    names: /baseConnectionId/,
  },
  { why: 'an unknown id', path: `${FLOW}/connections/${UNKNOWN}`, status: 404, names: /not|exist/ },
  {
    why: 'an id with SQL in it',
    path: `${FLOW}/flows/${encodeURIComponent("' or 1=1 --")}`,
    status: 404,
    names: /not|exist/,
  },
  { why: 'an id with a NUL in it', path: `${FLOW}/flows/a%00b`, status: 400, names: /NUL/ },
  {
    why: 'an id that leads out of a folder',
    path: `${CATALOG}/dataSets/..%2f..%2fetc`,
    status: 404,
    names: /not|found/i,
  },
  {
    why: 'a table with SQL in its name',
    method: 'GET',
    path: () =>
      `${FLOW}/connections/${walk.connectionId}/explore?objectType=table&object=${encodeURIComponent("Contact; DELETE FROM x--'")}`,
    status: 400,
    names: /Contact/,
  },
  {
    why: 'an unknown property operator',
    path: `${FLOW}/flows?property=name`,
    status: 400,
    names: /property/,
  },
  { why: 'a limit that is no number', path: `${FLOW}/flows?limit=many`, status: 400, names: /limit/ },
  {
    why: 'a continuation token that is none',
    path: `${FLOW}/flows?continuationToken=abc`,
    status: 400,
    names: /continuationToken/,
  },
  {
    why: 'no Accept version',
    path: () => `${REGISTRY}/tenant/schemas/${encodeURIComponent(walk.schemaId)}`,
    headers: { accept: 'application/json' },
    status: 400,
    names: /Accept/,
  },
  {
    why: 'a schema without a class',
    method: 'POST',
    path: `${REGISTRY}/tenant/schemas`,
    body: {
      type: 'object',
      title: 'no class',
      allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/profile-person-details' }],
    },
    status: 400,
    names: /class/,
  },
  {
    why: 'a schema of unknown parts',
    method: 'POST',
    path: `${REGISTRY}/tenant/schemas`,
    body: {
      type: 'object',
      title: 'x',
      allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/profile' }, { $ref: 'https://ns.adobe.com/nothing' }],
    },
    status: 400,
    names: /nothing/,
  },
  {
    why: 'a title that is taken',
    method: 'POST',
    path: `${REGISTRY}/tenant/schemas`,
    body: {
      type: 'object',
      title: 'Bad requests',
      allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/profile' }],
    },
    status: 400,
    names: /title/i,
  },
  {
    why: 'a dataset of an unknown schema',
    method: 'POST',
    path: `${CATALOG}/dataSets`,
    body: {
      name: 'x',
      schemaRef: {
        id: 'https://ns.adobe.com/nothing',
        contentType: 'application/vnd.adobe.xed+json; version=1',
      },
    },
    status: 400,
    names: /schemaRef/,
  },
  {
    why: 'a broken expression',
    method: 'POST',
    path: `${CONVERSION}/mappingSets`,
    body: mappingSet({ sourceType: 'EXPRESSION', source: 'concat("a", ', destination: 'personID' }),
    status: 400,
    names: /column/,
  },
  {
    why: 'an unknown function',
    method: 'POST',
    path: `${CONVERSION}/mappingSets`,
    body: mappingSet({ sourceType: 'EXPRESSION', source: 'uper(x)', destination: 'personID' }),
    status: 400,
    names: /upper/,
  },
  {
    why: 'an unknown destination',
    method: 'POST',
    path: `${CONVERSION}/mappingSets`,
    body: mappingSet({ source: 'x', destination: 'person.nam.firstName' }),
    status: 400,
    names: /person\.nam/,
  },
  {
    why: 'a mapping on a column the source does not have',
    method: 'POST',
    path: `${FLOW}/flows`,
    body: flow({
      transformations: [{ name: 'Mapping', params: { mappingId: FOREIGN_MAPPING } }],
    }),
    status: 400,
    names: /FirstNam/,
  },
  {
    why: 'an interval below 15 minutes',
    method: 'POST',
    path: `${FLOW}/flows`,
    body: flow({ scheduleParams: { startTime: 1, frequency: 'minute', interval: 5 } }),
    status: 400,
    names: /interval/,
  },
  {
    why: 'an unknown frequency',
    method: 'POST',
    path: `${FLOW}/flows`,
    body: flow({ scheduleParams: { startTime: 1, frequency: 'yearly', interval: 1 } }),
    status: 400,
    names: /frequency/,
  },
  {
    why: 'a start time that is no number',
    method: 'POST',
    path: `${FLOW}/flows`,
    body: flow({ scheduleParams: { startTime: 'soon', frequency: 'day', interval: 1 } }),
    status: 400,
    names: /startTime/,
  },
  {
    why: 'an unknown flow spec',
    method: 'POST',
    path: `${FLOW}/flows`,
    body: flow({ flowSpec: { id: UNKNOWN, version: '1.0' } }),
    status: 400,
    names: /flowSpec/,
  },
  {
    why: 'an unknown mapping set',
    method: 'POST',
    path: `${FLOW}/flows`,
    body: flow({ transformations: [{ name: 'Mapping', params: { mappingId: UNKNOWN } }] }),
    status: 400,
    names: /mappingId/,
  },
  {
    why: 'a flow of another sandbox’s connections',
    method: 'POST',
    path: `${FLOW}/flows`,
    body: flow(),
    headers: other,
    status: 400,
    names: /sourceConnectionIds/,
  },
  {
    why: 'another sandbox’s flow',
    path: () => `${FLOW}/flows/${walk.flowId}`,
    headers: other,
    status: 404,
    names: /not|exist/,
  },
  {
    why: 'another sandbox’s connection, deleted',
    method: 'DELETE',
    path: () => `${FLOW}/connections/${walk.connectionId}`,
    headers: other,
    status: 404,
    names: /not|exist/,
  },
  {
    why: 'another sandbox’s dataset',
    path: () => `${CATALOG}/dataSets/${walk.dataSetId}`,
    headers: other,
    status: 404,
    names: /not|found/i,
  },
  {
    why: 'another sandbox’s rows',
    path: () => `${EXPORT}/datasets/${walk.dataSetId}/preview`,
    headers: other,
    status: 404,
    names: /not|found/i,
  },
  {
    why: 'another sandbox’s schema',
    path: () => `${REGISTRY}/tenant/schemas/${encodeURIComponent(walk.schemaId)}`,
    headers: { ...other, accept: 'application/vnd.adobe.xed+json; version=1' },
    status: 404,
    names: /not found/i,
  },
  {
    why: 'a run of another sandbox’s flow',
    method: 'POST',
    path: `${FLOW}/runs`,
    body: () => ({ flowId: walk.flowId }),
    headers: other,
    status: 400,
    names: /flow/i,
  },
  {
    why: 'a patch without If-Match',
    method: 'PATCH',
    path: () => `${FLOW}/flows/${walk.flowId}`,
    body: [{ op: 'replace', path: '/name', value: 'y' }],
    status: 400,
    names: /If-Match/,
  },
  {
    why: 'a patch with a stale etag',
    method: 'PATCH',
    path: () => `${FLOW}/flows/${walk.flowId}`,
    body: [{ op: 'replace', path: '/name', value: 'y' }],
    headers: { 'if-match': '"stale"' },
    status: 412,
    names: /If-Match|etag/i,
  },
  {
    why: 'a connection that is in use, deleted',
    method: 'DELETE',
    path: () => `${FLOW}/connections/${walk.connectionId}`,
    status: 400,
    names: /source connection/,
  },
  {
    why: 'a dataset that is in use, deleted',
    method: 'DELETE',
    path: () => `${CATALOG}/dataSets/${walk.dataSetId}`,
    status: 409,
    names: /target connection/,
  },
  {
    why: 'a path that does not exist',
    path: '/data/foundation/flowservice/nothing',
    status: 404,
    names: /nothing/,
  },
  {
    why: 'a batch file that leads out of its folder',
    path: () => `${EXPORT}/batches/${UNKNOWN}/meta?path=../../../../etc/passwd`,
    status: 404,
    names: /not|found/i,
  },
];

describe('a bad request', () => {
  beforeAll(async () => {
    const { body } = await server.call('POST', `${CONVERSION}/mappingSets`, {
      body: {
        xdmSchema: walk.schemaId,
        xdmVersion: '1.0',
        mappings: [{ source: 'FirstNam', destination: 'personID' }],
      },
    });
    foreignMapping = body.id;
  });

  test.each(badRequests)(
    '$why is answered with $status, names the reason and changes nothing',
    async (request) => {
      const { method = 'GET', path, text, headers, status, names } = request;
      const before = await everything();
      const answer: Answer = await server.call(method, typeof path === 'function' ? path() : path, {
        ...(request.body === undefined ? {} : { body: bodyOf(request.body) }),
        ...(text === undefined ? {} : { text }),
        ...(headers === undefined ? {} : { headers }),
      });
      const said = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      expect(answer.status, said).toBe(status);
      expect(said).toMatch(names);
      expect(said).not.toMatch(/node_modules|at .*\.ts:\d+/);
      expect(await everything()).toBe(before);
    },
  );
});

test('no answer and no log line holds a secret', async () => {
  const { password, securityToken } = server.demo ?? { password: '', securityToken: '' };
  const shown = (await everything()) + server.output;
  expect(shown).not.toContain(password);
  expect(shown).not.toContain(securityToken);
  expect(shown).not.toContain(server.clientSecret);
});
