import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { schemaRegistry } from '../schema-registry/index.ts';
import { conversion } from './index.ts';

const BASE = '/data/foundation/conversion';
let server: TestServer;
let schemaId: string;

beforeAll(async () => {
  server = await startTestServer([conversion, schemaRegistry]);
  const profile = 'https://ns.adobe.com/xdm/context/profile';
  const answer = await server.call('POST', '/data/foundation/schemaregistry/tenant/schemas', {
    body: {
      type: 'object',
      title: 'People',
      allOf: [
        { $ref: profile },
        { $ref: `${profile}-person-details` },
        { $ref: `${profile}-personal-details` },
      ],
    },
  });
  schemaId = answer.body.$id;
});
afterAll(() => server.close());

const mapping = (sourceAttribute: string, destinationXdmPath: string) => ({
  destinationXdmPath,
  sourceAttribute,
  identity: false,
  identityGroup: null,
  namespaceCode: null,
  version: 0,
});
const set = (...mappings: unknown[]) => ({
  version: 0,
  xdmSchema: schemaId,
  xdmVersion: '1.0',
  id: null,
  mappings,
});
const post = (path: string, body: unknown, sandbox = 'prod') =>
  server.call('POST', BASE + path, { body, sandbox });

describe('a mapping set', () => {
  test('is created from the tutorial’s body and answered in both generations of names', async () => {
    const { status, body } = await post('/mappingSets', set(mapping('first_name', 'person.name.firstName')));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version: 1,
      status: 'PUBLISHED',
      xdmSchema: schemaId,
      outputSchemaRef: { id: schemaId, contentType: '1.0' },
      inputSchemaRef: { id: null, contentType: null },
      mappings: [
        {
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          sourceType: 'text/x.schema-path',
          source: 'first_name',
          sourceAttribute: 'first_name',
          destination: 'person.name.firstName',
          destinationXdmPath: 'person.name.firstName',
          identity: false,
          matchScore: 0,
        },
      ],
    });
  });

  test('is created from the newer body too', async () => {
    const { status, body } = await post('/mappingSets', {
      name: 'newer',
      outputSchema: {
        schemaRef: { id: schemaId, contentType: 'application/vnd.adobe.xed-full+json; version=1' },
      },
      mappings: [{ sourceType: 'EXPRESSION', source: 'upper(last)', destination: 'person.name.lastName' }],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'newer',
      mappings: [{ sourceType: 'text/x.aep-xl', source: 'upper(last)' }],
    });
  });

  test('is listed, read, replaced and deleted', async () => {
    const { body: made } = await post('/mappingSets', set(mapping('a', 'personID')));
    const listed = await server.call('GET', `${BASE}/mappingSets?limit=100`);
    expect(listed.body.data.map(({ id }: { id: string }) => id)).toContain(made.id);
    const changed = await server.call('PUT', `${BASE}/mappingSets/${made.id}`, {
      body: set(mapping('b', 'personID')),
    });
    expect(changed.body).toMatchObject({ version: 2, mappings: [{ source: 'b' }] });
    const [first] = (await server.call('GET', `${BASE}/mappingSets/${made.id}/mappings`)).body;
    expect(
      (await server.call('GET', `${BASE}/mappingSets/${made.id}/mappings/${first.id}`)).body.source,
    ).toBe('b');
    expect((await server.call('DELETE', `${BASE}/mappingSets/${made.id}`)).status).toBe(204);
    expect((await server.call('GET', `${BASE}/mappingSets/${made.id}`)).status).toBe(404);
  });

  test('is not seen from another sandbox', async () => {
    const { body: made } = await post('/mappingSets', set(mapping('a', 'personID')));
    const path = `${BASE}/mappingSets/${made.id}`;
    expect((await server.call('GET', path, { sandbox: 'dev' })).status).toBe(404);
    const body = set(mapping('first_name', 'person.name.firstName'));
    expect((await server.call('PUT', path, { sandbox: 'dev', body })).status).toBe(404);
    expect((await server.call('DELETE', path, { sandbox: 'dev' })).status).toBe(404);
    expect((await post('/mappingSets', set(mapping('a', 'personID')), 'dev')).status).toBe(400);
  });

  test.each([
    ['a broken expression', mapping('a +', 'personID'), '/mappings/0/source', /column/],
    ['an unknown function', mapping('uper(a)', 'personID'), '/mappings/0/source', /upper/],
    ['an unknown destination', mapping('a', 'person.name.frstName'), '/mappings/0/destination', /firstName/],
    [
      'an object as destination',
      mapping('lower(a)', 'person.name'),
      '/mappings/0/destination',
      /person\.name/,
    ],
    ['no source', { destination: 'personID' }, '/mappings/0/source', /source/],
    ['no object', 'a', '/mappings/0/', /object/],
  ])('with %s is refused, telling where', async (_case, bad, path, message) => {
    const { status, body } = await post('/mappingSets', set(bad));
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ path, message: expect.stringMatching(message) });
  });

  test('tells everything that is wrong with it at once', async () => {
    const { body } = await post(
      '/mappingSets',
      set(mapping('a +', 'nowhere'), mapping('a', 'personID'), mapping('b', 'personID')),
    );
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/mappings/0/source',
      '/mappings/0/destination',
      '/mappings/2/destination',
    ]);
  });

  test('needs a schema that exists', async () => {
    const unknown = await post('/mappingSets', {
      ...set(mapping('a', 'personID')),
      xdmSchema: 'https://ns.adobe.com/x',
    });
    expect(unknown).toMatchObject({ status: 400, body: { errors: [{ path: '/xdmSchema' }] } });
    expect((await post('/mappingSets', { mappings: [] })).status).toBe(400);
  });
});

describe('trying a mapping set', () => {
  test('validation answers one entry a mapping, in order', async () => {
    const { status, body } = await post(
      '/mappingSets/validate',
      set(mapping('a', 'personID'), mapping('uper(a)', '_id')),
    );
    expect(status).toBe(200);
    expect(body.validationResponse).toMatchObject([
      { status: 'SUCCESS', errors: null },
      {
        status: 'FAILED',
        errors: [{ source: 'uper(a)', destination: '_id', exception: expect.stringContaining('upper') }],
      },
    ]);
  });

  test('a preview shows what a run would make of the rows', async () => {
    const { status, body } = await post('/mappingSets/preview', {
      data: [{ id: 1234, name: ' Ada ' }, { id: 5 }],
      mappingSet: set(mapping('id', 'personID'), mapping('upper(trim(name))', 'person.name.firstName')),
    });
    expect(status).toBe(200);
    expect(body).toEqual([
      { data: { personID: '1234', person: { name: { firstName: 'ADA' } } }, errors: null },
      { data: { personID: '5' }, errors: null },
    ]);
  });

  test('a preview of rows without a column that is mapped tells which source is wrong', async () => {
    const { status, body } = await post('/mappingSets/preview', {
      data: [{ name: 'Ada' }],
      mappingSet: set(mapping('nmae', 'personID')),
    });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ path: '/mappings/0/source', code: 'unknown-column' }]);
  });

  test('a preview takes one row without a list around it', async () => {
    const { status, body } = await post('/mappingSets/preview', {
      data: { id: 1234 },
      mappingSet: set(mapping('id', 'personID')),
    });
    expect(status).toBe(200);
    expect(body).toEqual([{ data: { personID: '1234' }, errors: null }]);
  });

  test('a preview takes nothing but rows', async () => {
    const mappingSet = set(mapping('id', 'personID'));
    const { status, body } = await post('/mappingSets/preview', { data: 'Ada', mappingSet });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { path: '/data', message: 'must be array' },
      { path: '/data', message: 'must be object' },
    ]);
  });

  test('a preview tells which value a row failed on', async () => {
    const { body } = await post('/mappingSets/preview', {
      data: [{ year: 'soon' }],
      mappingSet: set(mapping('year', 'person.birthYear')),
    });
    expect(body[0].errors).toMatchObject([
      {
        code: 'MAPPER-3700-400',
        columnName: 'person.birthYear',
        source: 'year',
        sourceType: 'text/x.schema-path',
      },
    ]);
  });
});

describe('the language', () => {
  test.each([
    ['upper(a)', 'succeeded'],
    ['upper(a', 'failed'],
  ])('%s: %s', async (expression, validationStatus) => {
    expect((await post('/languages/el/validate', { expression })).body).toMatchObject({ validationStatus });
    expect((await post('/languages/el/validate', { expression: { expression } })).body).toMatchObject({
      validationStatus,
    });
  });

  test('lists its functions and operators', async () => {
    const functions = await server.call('GET', `${BASE}/languages/el/functions`);
    expect(functions.body.map((entry: { function: string }) => entry.function)).toEqual(
      expect.arrayContaining(['concat', 'upper', 'ucase', 'iif', 'coalesce', 'to_integer', 'date']),
    );
    const operators = await server.call('GET', `${BASE}/languages/el/operators`);
    expect(operators.body.length).toBeGreaterThan(10);
  });
});
