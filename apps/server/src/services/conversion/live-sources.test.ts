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

beforeAll(async () => {
  conversion = await startConversionServer();
  crm = await connectCrm(conversion);
});
afterAll(async () => {
  await conversion.close();
  await crm.close();
});

const post = (path: string, body: unknown) => conversion.call('POST', path, { body });

/** Destinations by source. */
const pairsOf = (body: { mappings: { source: string; destination: string }[] }) =>
  Object.fromEntries(body.mappings.map(({ source, destination }) => [source, destination]));

describe('a preview of live rows', () => {
  const names = () =>
    setOf(
      conversion.schemaId,
      mapping('upper(LastName)', 'person.name.lastName'),
      mapping('Birthdate', 'person.birthDate'),
      mapping('CreatedDate', '_repo.createDate'),
    );

  test('shows what a run would make of the rows of a source connection', async () => {
    const { status, body } = await post('/mappingSets/preview', {
      sourceConnectionId: crm.sourceConnectionId,
      limit: 3,
      mappingSet: names(),
    });
    expect(status).toBe(200);
    expect(body).toHaveLength(3);
    for (const row of body) {
      expect(row.errors).toBeNull();
      expect(row.data.person.name.lastName).toMatch(/^[^a-z]+$/);
      expect(row.data._repo.createDate).toMatch(/^\d{4}-\d\d-\d\dT/);
    }
  });

  test('needs no source connection, only a table of a base connection', async () => {
    const { body } = await post('/mappingSets/preview', {
      connectionId: crm.connectionId,
      tableName: 'Account',
      mappingSet: setOf(conversion.schemaId, mapping('Name', 'person.name.fullName')),
    });
    expect(body).toHaveLength(10);
  });

  test('takes a stored set, at any version, and the source connection that it names', async () => {
    const { body: made } = await post('/mappingSets', {
      ...setOf(conversion.schemaId, mapping('LastName', 'person.name.lastName')),
      sourceConnectionId: crm.sourceConnectionId,
    });
    await conversion.call('PATCH', `/mappingSets/${made.id}`, {
      body: { mappings: [mapping('Email', 'personalEmail.address')] },
    });
    const preview = async (mappingSetVersion?: number) =>
      (await post('/mappingSets/preview', { mappingSetId: made.id, mappingSetVersion, limit: 1 })).body[0]
        .data;
    expect(Object.keys(await preview(1))).toEqual(['person']);
    expect(Object.keys(await preview())).toEqual(['personalEmail']);
  });

  test.each([
    [
      'a column that the table does not have',
      () => ({ sourceConnectionId: crm.sourceConnectionId }),
      'nmae',
      400,
    ],
    ['a table that is not there', () => ({ connectionId: crm.connectionId, tableName: 'Nothing' }), 'a', 400],
    ['no table', () => ({ connectionId: crm.connectionId }), 'a', 400],
    ['no connection', () => ({ tableName: 'Contact' }), 'a', 400],
    ['an unknown connection', () => ({ connectionId: 'none', tableName: 'Contact' }), 'a', 400],
    ['an unknown source connection', () => ({ sourceConnectionId: 'none' }), 'a', 400],
    ['neither rows nor source', () => ({}), 'a', 400],
    ['too many rows asked for', () => ({ sourceConnectionId: crm.sourceConnectionId, limit: 101 }), 'a', 400],
  ])('is refused with %s', async (_case, reference, source, status) => {
    const mappingSet = setOf(conversion.schemaId, mapping(source, 'personID'));
    const answer = await post('/mappingSets/preview', { ...reference(), mappingSet });
    expect(answer.status).toBe(status);
    expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  test.each([
    ['no mapping set', {}],
    ['two mapping sets', { mappingSetId: 'x', mappingSet: { mappings: [] } }],
  ])('is refused with %s', async (_case, body) => {
    const answer = await post('/mappingSets/preview', { data: [{}], ...body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: '/mappingSet' }] } });
  });

  test('tells a stored mapping set that is not there', async () => {
    expect((await post('/mappingSets/preview', { data: [{}], mappingSetId: 'x' })).status).toBe(404);
  });
});

describe('a suggestion', () => {
  test('brings a Salesforce contact into the schema of the tutorial', async () => {
    const { status, body } = await conversion.call(
      'GET',
      `/mappingSets/suggestion?sourceConnectionId=${crm.sourceConnectionId}&schemaId=${encodeURIComponent(conversion.schemaId)}`,
    );
    expect(status).toBe(200);
    expect(pairsOf(body)).toEqual({
      Id: '_id',
      FirstName: 'person.name.firstName',
      LastName: 'person.name.lastName',
      Name: 'person.name.fullName',
      Salutation: 'person.name.courtesyTitle',
      Birthdate: 'person.birthDate',
      Email: 'personalEmail.address',
      MobilePhone: 'mobilePhone.number',
      MailingStreet: 'mailingAddress.street1',
      MailingCity: 'mailingAddress.city',
      MailingState: 'mailingAddress.state',
      MailingPostalCode: 'mailingAddress.postalCode',
      MailingCountry: 'mailingAddress.country',
      MailingLatitude: 'mailingAddress._schema.latitude',
      MailingLongitude: 'mailingAddress._schema.longitude',
      CreatedDate: '_repo.createDate',
      LastModifiedDate: '_repo.modifyDate',
    });
    for (const { matchScore } of body.mappings) {
      expect(matchScore).toBeGreaterThanOrEqual(0.5);
      expect(matchScore).toBeLessThanOrEqual(1);
    }
  });

  test('can be created as it is', async () => {
    const { body } = await post('/mappingSets/suggestion', {
      sourceConnectionId: crm.sourceConnectionId,
      xdmSchema: conversion.schemaId,
    });
    const created = await post('/mappingSets', { ...body, sourceConnectionId: crm.sourceConnectionId });
    expect(created).toMatchObject({ status: 200, body: { version: 1 } });
    expect(created.body.mappings).toHaveLength(body.mappings.length);
  });

  test('is made for given columns, with their samples or without', async () => {
    const { body } = await post('/mappingSets/suggestion', {
      columns: [
        { name: 'fname' },
        { name: 'c7', samples: ['ada@example.com'] },
        { name: 'born', type: 'date' },
        { name: 'colour' },
      ],
      xdmSchema: conversion.schemaId,
      excludeUnmapped: false,
    });
    expect(pairsOf(body)).toEqual({
      fname: 'person.name.firstName',
      c7: 'personalEmail.address',
      born: null,
      colour: null,
    });
  });

  test('is made for sample rows alone, and for an input schema', async () => {
    const rows = await post('/mappingSets/suggestion', {
      data: [{ first_name: 'Ada', contact: { mobile: '+1 212 555 0100' } }],
      xdmSchema: conversion.schemaId,
    });
    expect(pairsOf(rows.body)).toMatchObject({ first_name: 'person.name.firstName' });
    const schema = await post('/mappingSets/suggestion', {
      inputSchema: { jsonSchema: { properties: { surname: { type: 'string' } } } },
      xdmSchema: conversion.schemaId,
    });
    expect(pairsOf(schema.body)).toEqual({ surname: 'person.name.lastName' });
  });

  test.each([
    ['no target', '', 'datasetId'],
    ['an unknown dataset', 'datasetId=none', 'datasetId'],
    ['an unknown schema', 'schemaId=none', 'schemaId'],
    ['an unknown batch', 'batchId=none&schemaId=SCHEMA', 'batchId'],
    ['no source', 'schemaId=SCHEMA', 'sourceConnectionId'],
    ['a switch that is none', 'schemaId=SCHEMA&excludeUnmapped=maybe', '/excludeUnmapped'],
  ])('is refused with %s', async (_case, query, path) => {
    const answer = await conversion.call(
      'GET',
      `/mappingSets/suggestion?${query.replace('SCHEMA', encodeURIComponent(conversion.schemaId))}`,
    );
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });

  test.each([
    ['no source', {}, '/columns'],
    ['an unknown dataset', { datasetId: 'none', xdmSchema: undefined }, '/datasetId'],
    ['an unknown batch', { batchId: 'none' }, '/batchId'],
    ['a column without a name', { columns: [{}] }, '/columns/0/name'],
  ])('of a body is refused with %s', async (_case, change, path) => {
    const answer = await post('/mappingSets/suggestion', { xdmSchema: conversion.schemaId, ...change });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });
});
