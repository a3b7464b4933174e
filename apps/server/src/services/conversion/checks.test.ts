import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConnectedCrm,
  type ConversionServer,
  connectCrm,
  mapping,
  setOf,
  startConversionServer,
} from './conversion.test-kit.ts';

let conversion: ConversionServer;
let crm: ConnectedCrm;
let strictSchemaId: string;

beforeAll(async () => {
  conversion = await startConversionServer();
  crm = await connectCrm(conversion);
  strictSchemaId = await conversion.schema(
    'Strict',
    [],
    {
      code: { type: 'string' },
      count: { type: 'integer' },
      shop: {
        type: 'object',
        required: ['key'],
        properties: { key: { type: 'string' }, town: { type: 'string' } },
      },
    },
    ['code'],
  );
});
afterAll(async () => {
  await conversion.close();
  await crm.close();
});

const post = (path: string, body: unknown) => conversion.call('POST', path, { body });

describe('validation', () => {
  test('tells all that is wrong, mapping by mapping, with positions and suggestions', async () => {
    const { status, body } = await post(
      '/mappingSets/validate',
      setOf(
        conversion.schemaId,
        mapping('a', 'personID'),
        mapping('uper(a) +', 'person.name.frstName'),
        mapping('b', 'personID'),
      ),
    );
    expect(status).toBe(200);
    const [good, bad, duplicate] = body.validationResponse;
    expect(good).toEqual({ status: 'SUCCESS', errors: null });
    expect(bad.status).toBe('FAILED');
    expect(bad.errors).toContainEqual(
      expect.objectContaining({
        source: 'uper(a) +',
        sourceType: 'text/x.aep-xl',
        position: expect.objectContaining({ line: 1 }),
      }),
    );
    expect(bad.errors).toContainEqual(
      expect.objectContaining({
        code: 'unknown-destination',
        suggestions: expect.arrayContaining(['person.name.firstName']),
      }),
    );
    expect(duplicate.errors).toMatchObject([{ code: 'duplicate-destination' }]);
  });

  test('tells required fields that nothing fills, of the schema and of objects that are filled in part', async () => {
    const missing = async (...mappings: unknown[]) => {
      const { body } = await post('/mappingSets/validate', setOf(strictSchemaId, ...mappings));
      return body.validationResponse
        .slice(mappings.length)
        .map(({ errors }: { errors: [{ destination: string }] }) => errors[0].destination);
    };
    expect(await missing(mapping('a', '_acme.code'))).toEqual([]);
    expect(await missing(mapping('a', '_acme.count'))).toEqual(['_acme.code']);
    expect(await missing(mapping('a', '_acme.code'), mapping('b', '_acme.shop.town'))).toEqual([
      '_acme.shop.key',
    ]);
    expect(await missing(mapping('a', '_acme.code'), mapping('b', '_acme.shop.key'))).toEqual([]);
  });

  test('tells a primary identity that nothing fills', async () => {
    const { body } = await conversion.server.call(
      'POST',
      '/data/foundation/schemaregistry/tenant/descriptors',
      {
        body: {
          '@type': 'xdm:descriptorIdentity',
          'xdm:sourceSchema': conversion.schemaId,
          'xdm:sourceVersion': 1,
          'xdm:sourceProperty': '/personalEmail/address',
          'xdm:namespace': 'Email',
          'xdm:property': 'xdm:code',
          'xdm:isPrimary': true,
        },
      },
    );
    const fail = await post('/mappingSets/validate', setOf(conversion.schemaId, mapping('a', 'personID')));
    expect(fail.body.validationResponse).toMatchObject([
      { status: 'SUCCESS' },
      { status: 'FAILED', errors: [{ destination: 'personalEmail.address', code: 'missing-identity' }] },
    ]);
    await conversion.server.call(
      'DELETE',
      `/data/foundation/schemaregistry/tenant/descriptors/${encodeURIComponent(body['@id'])}`,
    );
  });

  test('a set with a field missing is stored, unless its creator asks for validation', async () => {
    const incomplete = setOf(strictSchemaId, mapping('a', '_acme.count'));
    expect((await post('/mappingSets', incomplete)).status).toBe(200);
    expect((await post('/mappingSets?validate=False', incomplete)).status).toBe(200);
    const refused = await post('/mappingSets?validate=True', incomplete);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ code: 'missing-required' }] } });
  });
});

describe('a mapping set whose source columns are known', () => {
  const jsonSchema = {
    type: 'object',
    properties: {
      ratio: { type: 'number' },
      total: { type: ['integer', 'null'] },
      at: { type: 'string', format: 'date-time' },
      flag: { type: 'boolean' },
      parts: { type: 'array', items: { type: 'string' } },
      '': {},
    },
  };
  const onto = (...mappings: unknown[]) => ({
    ...setOf(conversion.schemaId, ...mappings),
    inputSchema: { jsonSchema },
  });

  test('is warned of what is lost on the way', async () => {
    const { status, body } = await post(
      '/mappingSets',
      onto(
        mapping('at', 'person.birthDate'),
        mapping('ratio', 'person.birthYear'),
        mapping('flag', 'personID'),
      ),
    );
    expect(status).toBe(200);
    expect(body.warnings).toMatchObject([
      { source: 'at', destination: 'person.birthDate', message: expect.stringContaining('time of day') },
      { source: 'ratio', destination: 'person.birthYear', message: expect.stringContaining('fraction') },
    ]);
    expect(body.inputSchema.jsonSchema).toEqual(jsonSchema);
  });

  test.each([
    ['a column that is not there', mapping('ratoi', 'personID'), 'unknown-column'],
    [
      'a type that cannot become the destination’s',
      mapping('flag', 'person.birthDate'),
      'impossible-conversion',
    ],
    ['a list onto a text', mapping('parts', 'personID'), 'impossible-conversion'],
  ])('is refused with %s', async (_case, bad, code) => {
    expect(await post('/mappingSets', onto(bad))).toMatchObject({
      status: 400,
      body: { errors: [{ code }] },
    });
    const { body } = await post('/mappingSets/validate', onto(bad));
    expect(body.validationResponse).toMatchObject([{ status: 'FAILED', errors: [{ code }] }]);
  });

  test('may name a schema of the sandbox as its input', async () => {
    const body = {
      ...setOf(conversion.schemaId, mapping('personID', '_id')),
      inputSchema: { schemaRef: { id: conversion.schemaId } },
    };
    expect((await post('/mappingSets', body)).status).toBe(200);
    const bad = { ...body, mappings: [mapping('persnID', '_id')] };
    expect(await post('/mappingSets', bad)).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'unknown-column' }] },
    });
  });

  test('may name a source connection, whose own columns then count', async () => {
    const body = {
      ...setOf(conversion.schemaId, mapping('LastModifiedDate', 'person.birthDate')),
      sourceConnectionId: crm.sourceConnectionId,
    };
    const made = await post('/mappingSets', body);
    expect(made).toMatchObject({ status: 200, body: { sourceConnectionId: crm.sourceConnectionId } });
    expect(made.body.warnings).toMatchObject([{ source: 'LastModifiedDate' }]);
    const added = await post(`/mappingSets/${made.body.id}/mappings`, mapping('FristName', 'personID'));
    expect(added).toMatchObject({ status: 400, body: { errors: [{ code: 'unknown-column' }] } });
    const narrow = await crm.sourceConnection('Contact', ['Id']);
    expect(await post('/mappingSets', { ...body, sourceConnectionId: narrow })).toMatchObject({
      status: 400,
    });
  });

  test.each([
    ['inputSchema/jsonSchema', { inputSchema: { jsonSchema: { type: 'string' } } }],
    ['inputSchema/schemaRef/id', { inputSchema: { schemaRef: { id: 'https://ns.adobe.com/none' } } }],
    ['sourceConnectionId', { sourceConnectionId: 'none' }],
    ['inputSchema', { inputSchema: 'a' }],
  ])('is refused where /%s leads nowhere', async (path, change) => {
    const body = { ...setOf(conversion.schemaId, mapping('a', 'personID')), ...change };
    const answer = await post('/mappingSets', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toBe(`/${path}`);
  });
});
