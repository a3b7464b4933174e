import { documentOf, openAuthParams } from '@tributary/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestAnswer, type TestServer } from '../../test-kit.ts';
import { catalog } from '../catalog/index.ts';
import { conversion } from '../conversion/index.ts';
import { flowService } from '../flow-service/index.ts';
import {
  CRM_TO_AEP,
  connectionBody,
  SECRETS,
  scopedStore,
  sourceConnectionBody,
  targetConnectionBody,
} from '../flow-service/tutorial.test-kit.ts';
import { sandboxes } from '../sandboxes/index.ts';
import { schemaRegistry } from '../schema-registry/index.ts';
import { sandboxTooling } from './index.ts';

const EXIM = '/data/foundation/exim';
const FLOW = '/data/foundation/flowservice';
const REGISTRY = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const ORG_ID = 'ACME@AdobeOrg';

let server: TestServer;
/** What the source sandbox has, by what it is. */
let made: Record<'dataType' | 'fieldGroup' | 'schema' | 'descriptor' | 'dataSet' | 'mappingSet', string> &
  Record<'connection' | 'source' | 'target' | 'flow', string>;

beforeAll(async () => {
  server = await startTestServer([
    schemaRegistry,
    catalog,
    conversion,
    flowService,
    sandboxes,
    sandboxTooling,
  ]);
  made = await fillSource();
});
afterAll(() => server.close());

async function ok(
  method: string,
  path: string,
  body?: unknown,
  sandbox = 'prod',
): Promise<TestAnswer['body']> {
  const answer = await server.call(method, path, { body, sandbox });
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function fillSource() {
  const field = { type: 'string', title: 'A field' };
  const dataType = await ok('POST', `${REGISTRY}/tenant/datatypes`, {
    type: 'object',
    title: 'Seat',
    properties: { row: field },
  });
  const fieldGroup = await ok('POST', `${REGISTRY}/tenant/fieldgroups`, {
    type: 'object',
    title: 'Loyalty',
    'meta:intendedToExtend': [PROFILE],
    definitions: {
      custom: {
        type: 'object',
        properties: {
          _acme: {
            type: 'object',
            properties: { number: field, seat: { type: 'object', $ref: dataType.$id, title: 'Seat' } },
          },
        },
      },
    },
    allOf: [{ $ref: '#/definitions/custom', type: 'object' }],
  });
  const schema = await ok('POST', `${REGISTRY}/tenant/schemas`, {
    type: 'object',
    title: 'Members',
    allOf: [{ $ref: PROFILE }, { $ref: fieldGroup.$id }],
  });
  const descriptor = await ok('POST', `${REGISTRY}/tenant/descriptors`, {
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceSchema': schema.$id,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': '/_acme/number',
    'xdm:namespace': 'CRMID',
    'xdm:property': 'xdm:code',
    'xdm:isPrimary': true,
  });
  const [dataSetPath] = await ok('POST', '/data/foundation/catalog/dataSets', {
    name: 'Members',
    tags: { owner: ['crm'] },
    schemaRef: { id: schema.$id, contentType: 'application/vnd.adobe.xed+json; version=1' },
  });
  const dataSet = String(dataSetPath).split('/').at(-1) ?? '';
  const mappingSet = await ok('POST', '/data/foundation/conversion/mappingSets', {
    xdmSchema: schema.$id,
    xdmVersion: '1.0',
    mappings: [{ sourceType: 'ATTRIBUTE', source: 'first_name', destination: '_acme.number' }],
  });
  const connection = await ok('POST', `${FLOW}/connections`, connectionBody());
  const source = await ok('POST', `${FLOW}/sourceConnections`, sourceConnectionBody(connection.id));
  const target = await ok('POST', `${FLOW}/targetConnections`, targetConnectionBody(schema.$id, dataSet));
  const flow = await ok('POST', `${FLOW}/flows`, {
    name: 'Members from the CRM',
    flowSpec: { id: CRM_TO_AEP, version: '1.0' },
    sourceConnectionIds: [source.id],
    targetConnectionIds: [target.id],
    transformations: [{ name: 'Mapping', params: { mappingId: mappingSet.id, mappingVersion: 0 } }],
    scheduleParams: { startTime: 4_000_000_000, frequency: 'hour', interval: 1 },
  });
  return {
    dataType: dataType.$id,
    fieldGroup: fieldGroup.$id,
    schema: schema.$id,
    descriptor: descriptor['@id'],
    dataSet,
    mappingSet: mappingSet.id,
    connection: connection.id,
    source: source.id,
    target: target.id,
    flow: flow.id,
  };
}

let named = 0;

async function newSandbox(): Promise<string> {
  named += 1;
  const name = `target-${named}`;
  await ok('POST', '/data/foundation/sandbox-management/sandboxes', {
    name,
    title: name,
    type: 'development',
  });
  return name;
}

async function newPackage(body: object): Promise<TestAnswer['body']> {
  named += 1;
  return ok('POST', `${EXIM}/packages`, { name: `package ${named}`, packageType: 'PARTIAL', ...body });
}

const flowArtifact = () => ({ id: made.flow, type: 'FLOW' });
const schemaArtifact = () => ({ id: made.schema, type: 'REGISTRY_SCHEMA' });

async function publishedPackage(body: object): Promise<string> {
  const { id } = await newPackage(body);
  await ok('GET', `${EXIM}/packages/${id}/export`);
  return id;
}

const importOf = (id: string, destination: string, more: object = {}) => ({
  id,
  destinationSandbox: { name: destination, imsOrgId: ORG_ID },
  ...more,
});

const kinds = [
  'schema',
  'mixin',
  'datatype',
  'descriptor',
  'dataSet',
  'mappingSet',
  'connection',
  'sourceConnection',
  'targetConnection',
  'flow',
] as const;

/** How many of each kind a sandbox has. */
async function counts(sandbox: string): Promise<number[]> {
  const store = await scopedStore(server, sandbox);
  return Promise.all(kinds.map((kind) => store.resources(kind).count()));
}

describe('an import', () => {
  it('copies a dataflow with all that it needs, under new ids that lead to each other', async () => {
    const destination = await newSandbox();
    const id = await publishedPackage({ artifacts: [flowArtifact()] });
    const before = await counts('prod');
    const started = await ok(
      'POST',
      `${EXIM}/packages/import`,
      importOf(id, destination, { name: 'My import' }),
    );
    expect(started).toMatchObject({ name: 'My import', destinationSandbox: { name: destination } });
    // The source connection brings an ad-hoc schema of its own.
    expect(await counts(destination)).toEqual(kinds.map((kind) => (kind === 'schema' ? 2 : 1)));
    expect(await counts('prod')).toEqual(before);

    const { object: job } = await ok('GET', `${EXIM}/tools/job/${started.jobId}`);
    expect(job).toMatchObject({ jobStatus: 'SUCCESS', requestType: 'IMPORT', name: 'My import' });
    const now = (old: string): string => job.importReplacementMap[old];
    expect(Object.keys(job.importReplacementMap).toSorted()).toEqual(Object.values(made).toSorted());
    expect(new Set([...Object.values(made), ...Object.values(job.importReplacementMap)]).size).toBe(20);

    const store = await scopedStore(server, destination);
    const bodyOf = async (kind: (typeof kinds)[number], old: string) =>
      (await store.resources(kind).get(now(old)))?.body;
    expect(await bodyOf('flow', made.flow)).toMatchObject({
      name: 'Members from the CRM',
      state: 'draft',
      sourceConnectionIds: [now(made.source)],
      targetConnectionIds: [now(made.target)],
      transformations: [{ name: 'Mapping', params: { mappingId: now(made.mappingSet) } }],
    });
    expect(await bodyOf('sourceConnection', made.source)).toMatchObject({
      baseConnectionId: now(made.connection),
    });
    const { items } = await ok(
      'GET',
      `${FLOW}/sourceConnections/${now(made.source)}`,
      undefined,
      destination,
    );
    expect(await store.resources('schema').get(items[0].data.schema.id)).toBeDefined();
    expect(await bodyOf('targetConnection', made.target)).toMatchObject({
      params: { dataSetId: now(made.dataSet) },
      data: { schema: { id: now(made.schema) } },
    });
    expect(await bodyOf('mappingSet', made.mappingSet)).toMatchObject({ outputSchemaId: now(made.schema) });
    expect(await bodyOf('dataSet', made.dataSet)).toMatchObject({
      name: 'Members',
      schemaRef: { id: now(made.schema) },
      tags: { owner: ['crm'] },
    });
    expect(await bodyOf('descriptor', made.descriptor)).toMatchObject({
      'xdm:sourceSchema': now(made.schema),
    });
    const full = await server.call(
      'GET',
      `${REGISTRY}/tenant/schemas/${encodeURIComponent(now(made.schema))}`,
      {
        sandbox: destination,
        headers: { accept: 'application/vnd.adobe.xed-full+json; version=1' },
      },
    );
    expect(full.body.properties._acme.properties.seat.properties.row.type).toBe('string');
    expect(JSON.stringify(full.body)).not.toContain(made.fieldGroup);
    expect(await store.tables.get(now(made.dataSet))).toBeDefined();
  });

  it('carries no secret, and takes the credentials that somebody sends afterwards', async () => {
    const destination = await newSandbox();
    const id = await publishedPackage({ artifacts: [{ id: made.connection, type: 'BASE_CONNECTION' }] });
    const { jobId } = await ok('POST', `${EXIM}/packages/import`, importOf(id, destination));
    const { object: job } = await ok('GET', `${EXIM}/tools/job/${jobId}`);
    const newId = job.importReplacementMap[made.connection];
    const store = await scopedStore(server, destination);
    const resource = await store.resources('connection').get(newId);
    if (resource === undefined) throw new Error('the connection is not there');
    const kept = openAuthParams(server.dependencies.vault, newId, documentOf('connection', resource));
    expect(kept).toEqual({
      environmentUrl: 'https://acme.my.salesforce.com',
      username: 'alice@acme.example',
    });
    const snapshot = await server.store.packages(ORG_ID, 'snapshot').get(id);
    for (const secret of [...Object.values(SECRETS), 'sealedParams'])
      expect(JSON.stringify(snapshot)).not.toContain(secret);
    const patched = await server.call('PATCH', `${FLOW}/connections/${newId}`, {
      sandbox: destination,
      headers: { 'if-match': '*' },
      body: [{ op: 'add', path: '/auth/params', value: connectionBody().auth.params }],
    });
    expect(patched.status).toBe(200);
  });

  it('copies what was published, not what it became', async () => {
    const destination = await newSandbox();
    const artifacts = [{ id: made.connection, type: 'BASE_CONNECTION' }];
    const id = await publishedPackage({ artifacts });
    const rename = (name: string) =>
      server.call('PATCH', `${FLOW}/connections/${made.connection}`, {
        headers: { 'if-match': '*' },
        body: [{ op: 'replace', path: '/name', value: name }],
      });
    await rename('Renamed');
    await ok('POST', `${EXIM}/packages/import`, importOf(id, destination));
    const { items } = await ok('GET', `${FLOW}/connections`, undefined, destination);
    expect(items.map(({ name }: { name: string }) => name)).toEqual([connectionBody().name]);
    await rename(connectionBody().name);
  });

  it('reports names that are taken, makes nothing where one must be its own, and uses alternatives', async () => {
    const destination = await newSandbox();
    const id = await publishedPackage({ artifacts: [flowArtifact()] });
    await ok('PUT', `${EXIM}/packages/import`, importOf(id, destination));
    const once = await counts(destination);
    const conflicts = await ok('GET', `${EXIM}/packages/${id}/import?targetSandbox=${destination}`);
    const types = conflicts.map(({ artifact }: TestAnswer['body']) => artifact.type);
    expect(types).toEqual(
      expect.arrayContaining(['REGISTRY_SCHEMA', 'REGISTRY_MIXIN', 'FLOW', 'BASE_CONNECTION']),
    );

    const again = await server.call('POST', `${EXIM}/packages/import`, { body: importOf(id, destination) });
    expect(again.status).toBe(409);
    expect(again.body.title).toMatch(/Nothing was imported: the REGISTRY_DATATYPE 'Seat'/);
    expect(await counts(destination)).toEqual(once);
    const failed = await ok('GET', `${EXIM}/packages/jobs?property=jobStatus==FAILED&requestType=IMPORT`);
    expect(failed.data[0]).toMatchObject({ targetSandbox: destination });

    const alternatives = Object.fromEntries(
      conflicts
        .filter(({ artifact }: TestAnswer['body']) =>
          ['REGISTRY_SCHEMA', 'BASE_CONNECTION'].includes(artifact.type),
        )
        .map(({ artifact, suggestionList: [{ id: own, type }] }: TestAnswer['body']) => [
          artifact.id,
          { id: own, type },
        ]),
    );
    await ok('POST', `${EXIM}/packages/import`, importOf(id, destination, { alternatives }));
    const [schemas, mixins, , , dataSets, , connections, , , flows] = await counts(destination);
    expect({ schemas, mixins, dataSets, connections, flows }).toEqual({
      schemas: 3,
      mixins: 1,
      dataSets: 2,
      connections: 1,
      flows: 2,
    });
  });

  it('of two at once with the same titles makes one', async () => {
    const destination = await newSandbox();
    const id = await publishedPackage({ artifacts: [schemaArtifact()] });
    const body = importOf(id, destination);
    const answers = await Promise.all(
      [1, 2].map(() => server.call('POST', `${EXIM}/packages/import`, { body })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
    expect((await counts(destination))[0]).toBe(1);
  });

  it('of a whole sandbox copies all that is in it', async () => {
    const destination = await newSandbox();
    const id = await publishedPackage({ packageType: 'FULL' });
    const shown = await ok('GET', `${EXIM}/packages/${id}`);
    expect(shown.artifactsList).toHaveLength(10);
    await ok('POST', `${EXIM}/packages/${id}/import?targetSandbox=${destination}`);
    expect(await counts(destination)).toEqual(await counts('prod'));
  });
});

describe('a package', () => {
  it('is created, changed, listed, published and deleted', async () => {
    const created = await newPackage({
      description: 'Ours',
      artifacts: [schemaArtifact(), schemaArtifact()],
    });
    expect(created).toMatchObject({
      version: 0,
      status: 'DRAFT',
      imsOrgId: ORG_ID,
      tenantId: 'acme',
      createdBy: 'alice',
      sourceSandbox: { name: 'prod', imsOrgId: ORG_ID },
      artifactsList: [{ ...schemaArtifact(), title: 'Members' }],
    });
    const { id } = created;
    const change = (body: object) => ok('PUT', `${EXIM}/packages`, { id, ...body });
    expect(await change({ action: 'ADD', artifacts: [flowArtifact()] })).toMatchObject({
      version: 1,
      artifactsList: [schemaArtifact(), flowArtifact()],
    });
    expect(await change({ action: 'DELETE', artifacts: [schemaArtifact()] })).toMatchObject({
      artifactsList: [flowArtifact()],
    });
    expect(
      await change({ action: 'UPDATE', name: 'Renamed package', description: 'Still ours' }),
    ).toMatchObject({
      name: 'Renamed package',
      description: 'Still ours',
      artifactsList: [flowArtifact()],
    });
    const published = await ok('GET', `${EXIM}/packages/${id}/export?expiryPeriod=1`);
    expect(published).toMatchObject({ name: 'Renamed package', visibility: 'TENANT', type: 'PARTIAL' });
    const listed = await ok(
      'GET',
      `${EXIM}/packages?status=PUBLISHED&property=name==Renamed package&limit=1`,
    );
    expect(listed).toMatchObject({ totalElements: 1, hasNextPage: false });
    expect(listed.data[0].expiry - listed.data[0].publishDate).toBeCloseTo(86_400_000, -4);
    expect(await change({ action: 'UPDATE', description: 'Again' })).toMatchObject({ status: 'DRAFT' });
    expect(await ok('DELETE', `${EXIM}/packages/${id}`)).toEqual({ reason: `Package ${id} deleted` });
    expect((await server.call('GET', `${EXIM}/packages/${id}`)).status).toBe(404);
  });

  it('is found by status and date, page by page', async () => {
    const all = await ok('GET', `${EXIM}/packages?limit=2&start=0&orderby=-createdDate`);
    expect(all).toMatchObject({ currentPage: 0, hasPreviousPage: false, hasNextPage: true });
    const next = await ok('GET', `${EXIM}/packages?limit=2&start=2&orderby=-createdDate`);
    expect(next.data[0].createdDate).toBeLessThanOrEqual(all.data[1].createdDate);
    const since = await ok('GET', `${EXIM}/packages?property=createdDate>=2999-01-01T00:00:00.000Z`);
    expect(since.totalElements).toBe(0);
    const either = await ok('GET', `${EXIM}/packages?property=status==DRAFT,PUBLISHED`);
    expect(either.totalElements).toBe(all.totalElements);
  });

  it('tells what its artifacts need', async () => {
    const { id } = await newPackage({ artifacts: [schemaArtifact()] });
    const [schema] = await ok('POST', `${EXIM}/packages/${id}/children`);
    const path = `${EXIM}/packages/${id}/children`;
    const withType = await server.call('POST', path, { headers: { 'content-type': 'application/json' } });
    expect(withType.body).toEqual([schema]);
    expect(schema).toMatchObject({ ...schemaArtifact(), title: 'Members' });
    expect(schema.children.map(({ id: child }: { id: string }) => child).toSorted()).toEqual(
      [made.fieldGroup, made.descriptor].toSorted(),
    );
    const [group] = await ok('POST', `${EXIM}/packages/${id}/children`, [
      { id: made.fieldGroup, type: 'REGISTRY_MIXIN' },
    ]);
    expect(group.children).toEqual([{ id: made.dataType, type: 'REGISTRY_DATATYPE', title: 'Seat' }]);
  });

  it('may be imported by whoever may call', async () => {
    const id = await publishedPackage({ artifacts: [schemaArtifact()] });
    const answer = await ok('GET', `${EXIM}/packages/preflight/${id}?targetSandbox=dev`);
    expect(answer.permissionResponse).toHaveLength(4);
    expect(answer.permissionResponse[0].creationAllowed).toBe(true);
  });

  it('finds its artifacts by type', async () => {
    const { object } = await ok('GET', `${EXIM}/tools/artifacts/CATALOG_DATASET`);
    expect(object).toEqual([{ id: made.dataSet, type: 'CATALOG_DATASET', title: 'Members' }]);
  });
});

it('cannot be imported any more once it has expired, until it is published again', async () => {
  const { id } = await newPackage({ artifacts: [schemaArtifact()] });
  const destination = await newSandbox();
  await ok('GET', `${EXIM}/packages/${id}/export?expiryPeriod=0`);
  const late = await server.call('POST', `${EXIM}/packages/import`, { body: importOf(id, destination) });
  expect(late.status).toBe(409);
  expect(late.body.title).toMatch(/expired/);
  await ok('GET', `${EXIM}/packages/${id}/export`);
  await ok('POST', `${EXIM}/packages/import`, importOf(id, destination));
});

it('outlives its sandbox, but cannot be published without it', async () => {
  const source = await newSandbox();
  const { $id } = await ok(
    'POST',
    `${REGISTRY}/tenant/datatypes`,
    { type: 'object', title: 'Brief', properties: { a: { type: 'string', title: 'A' } } },
    source,
  );
  const artifacts = [{ id: $id, type: 'REGISTRY_DATATYPE' }];
  const id = await publishedPackage({ sourceSandbox: { name: source }, artifacts });
  await ok('DELETE', `/data/foundation/sandbox-management/sandboxes/${source}`);
  const destination = await newSandbox();
  await ok('POST', `${EXIM}/packages/import`, importOf(id, destination));
  expect((await server.call('GET', `${EXIM}/packages/${id}/export`)).status).toBe(400);
});

describe('bad requests', () => {
  let draft: string;
  let published: string;
  beforeAll(async () => {
    draft = (await newPackage({ name: 'Taken', artifacts: [schemaArtifact()] })).id;
    published = await publishedPackage({ artifacts: [schemaArtifact()] });
  });

  const creation = (changes: object) => () => ({ name: 'x', packageType: 'PARTIAL', ...changes });
  const cases: readonly (readonly [string, string, string, (() => object) | undefined, number, RegExp])[] = [
    ['no name', 'POST', '/packages', () => ({ packageType: 'PARTIAL' }), 400, /name/],
    ['a name that is taken', 'POST', '/packages', creation({ name: 'Taken' }), 409, /Taken/],
    [
      'an unknown type of package',
      'POST',
      '/packages',
      creation({ packageType: 'HALF' }),
      400,
      /PARTIAL, FULL/,
    ],
    [
      'an expiry in the past',
      'POST',
      '/packages',
      creation({ expiry: '2001-01-01T00:00:00Z' }),
      400,
      /expiry/,
    ],
    ['an expiry that is none', 'POST', '/packages', creation({ expiry: 'soon' }), 400, /soon/],
    [
      'an unknown sandbox',
      'POST',
      '/packages',
      creation({ sourceSandbox: { name: 'nowhere' } }),
      400,
      /nowhere/,
    ],
    [
      'another organisation',
      'POST',
      '/packages',
      creation({ sourceSandbox: { name: 'prod', imsOrgId: 'OTHER@AdobeOrg' } }),
      400,
      /organisation/,
    ],
    [
      'what the platform carries and Tributary has not',
      'POST',
      '/packages',
      creation({ artifacts: [{ id: 'x', type: 'JOURNEY' }] }),
      400,
      /JOURNEY.*REGISTRY_SCHEMA/s,
    ],
    [
      'an artifact that is not there',
      'POST',
      '/packages',
      creation({ artifacts: [{ id: 'nothing', type: 'FLOW' }] }),
      400,
      /artifacts\/0\/id/,
    ],
    [
      'an artifact by another type',
      'POST',
      '/packages',
      () => ({ name: 'x', packageType: 'PARTIAL', artifacts: [{ id: made.schema, type: 'FLOW' }] }),
      400,
      /artifacts\/0\/id/,
    ],
    [
      'artifacts of a whole sandbox',
      'POST',
      '/packages',
      () => ({ name: 'x', packageType: 'FULL', artifacts: [schemaArtifact()] }),
      400,
      /FULL/,
    ],
    [
      'an unknown action',
      'PUT',
      '/packages',
      () => ({ id: draft, action: 'GROW' }),
      400,
      /ADD, DELETE, UPDATE/,
    ],
    ['a change of none', 'PUT', '/packages', () => ({ id: 'none', action: 'UPDATE' }), 404, /none/],
    ['an unknown package', 'GET', '/packages/none', undefined, 404, /none/],
    ['to publish none', 'GET', '/packages/none/export', undefined, 404, /none/],
    ['a negative period', 'GET', '/packages/none/export?expiryPeriod=-1', undefined, 400, /expiryPeriod/],
    ['to delete none', 'DELETE', '/packages/none', undefined, 404, /none/],
    ['an unknown job', 'GET', '/tools/job/none', undefined, 404, /none/],
    ['an unknown kind of artifact', 'GET', '/tools/artifacts/JOURNEY', undefined, 400, /JOURNEY/],
    ['an order by two', 'GET', '/packages?orderBy=a,b', undefined, 400, /orderBy/],
    ['an import of a draft', 'POST', '/packages/import', () => importOf(draft, 'dev'), 409, /not published/],
    [
      'an import into itself',
      'POST',
      '/packages/import',
      () => importOf(published, 'prod'),
      400,
      /comes from/,
    ],
    ['an import into nowhere', 'POST', '/packages/import', () => importOf(published, 'no'), 400, /'no'/],
    [
      'an alternative for nothing',
      'POST',
      '/packages/import',
      () => importOf(published, 'dev', { alternatives: { x: { id: 'y', type: 'FLOW' } } }),
      400,
      /alternatives\/x/,
    ],
    [
      'an alternative that is not there',
      'POST',
      '/packages/import',
      () =>
        importOf(published, 'dev', { alternatives: { [made.schema]: { id: 'y', type: 'REGISTRY_SCHEMA' } } }),
      400,
      /names no REGISTRY_SCHEMA/,
    ],
    ['what passes between organisations', 'POST', '/transfer', () => ({}), 404, /transfer/],
  ];

  it.each(cases)('refuses %s', async (_what, method, path, body, status, tells) => {
    const before = await counts('dev');
    const answer = await server.call(method, EXIM + path, { body: body?.() });
    expect(answer.body).toMatchObject({ status, title: expect.stringMatching(tells) });
    expect(answer.status).toBe(status);
    expect(await counts('dev')).toEqual(before);
  });
});
