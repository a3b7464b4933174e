import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConversionServer, mapping, startConversionServer } from './conversion.test-kit.ts';

let conversion: ConversionServer;
beforeAll(async () => {
  conversion = await startConversionServer();
});
afterAll(() => conversion.close());

const importCsv = (text: string, query = '') =>
  conversion.call(
    'POST',
    `/mappingSets/import?outputSchemaId=${encodeURIComponent(conversion.schemaId)}${query}`,
    { text, headers: { 'content-type': 'text/csv; charset=utf-8' } },
  );

describe('mappings from CSV', () => {
  test('make a mapping set', async () => {
    const { status, body } = await importCsv(
      'source,destination\r\nEmail,personalEmail.address\r\n"concat(First, "" "", Last)",person.name.fullName\r\n',
      '&name=imported',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'imported',
      mappings: [
        { source: 'Email', sourceType: 'text/x.schema-path' },
        {
          source: 'concat(First, " ", Last)',
          sourceType: 'text/x.aep-xl',
          destination: 'person.name.fullName',
        },
      ],
    });
  });

  test('are told by line where they are wrong, and none is stored', async () => {
    const count = async () => (await conversion.call('GET', '/mappingSets?limit=1000')).body.data.length;
    const before = await count();
    const { status, body } = await importCsv('source,destination\na,personID\n\nuper(b),nowhere\n');
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([
      { path: '/mappings/1/source', message: expect.stringMatching(/^line 4: .*upper/) },
      { path: '/mappings/1/destination', message: expect.stringMatching(/^line 4: /) },
    ]);
    expect(await count()).toBe(before);
  });

  test.each([
    ['one column only', 'a\n', 'line 1'],
    ['a quote left open', 'a,personID\n"b', 'line 2'],
    ['nothing', '\n', 'line 1'],
    ['a source type that is none', 'a,personID,SPELL', '/mappings/0/sourceType'],
  ])('with %s are refused', async (_case, text, path) => {
    expect(await importCsv(text)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });

  test('need a schema', async () => {
    const answer = await conversion.call('POST', '/mappingSets/import', {
      text: 'a,personID',
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: '/outputSchema/schemaRef/id' }] } });
  });

  test('that no store can keep are refused', async () => {
    expect((await importCsv('a\0,personID')).status).toBe(400);
  });

  test('come back as they went when they are asked for as CSV', async () => {
    const text =
      'source,destination,sourceType,name,description\r\n' +
      'Email,personalEmail.address,ATTRIBUTE,,\r\n' +
      '"concat(First, "" "", Last)",person.name.fullName,EXPRESSION,Whole name,"First, then last"\r\n' +
      'Salesforce,person.type,STATIC,,\r\n';
    const { body } = await importCsv(text);
    const file = await conversion.call('GET', `/mappingSets/${body.id}/mappings`, {
      headers: { accept: 'text/csv' },
    });
    expect(file.headers.get('content-type')).toContain('text/csv');
    expect(file.body).toBe(text);
  });
});

describe('mappings from JSON', () => {
  const importJson = (body: unknown, query = '') =>
    conversion.call('POST', `/mappingSets/import${query}`, { body });

  test('may be a list', async () => {
    const query = `?outputSchemaId=${encodeURIComponent(conversion.schemaId)}`;
    expect(await importJson([mapping('a', 'personID')], query)).toMatchObject({ status: 200 });
  });

  test('may be a mapping set as it is shown', async () => {
    const made = await conversion.create(mapping('a', 'personID'));
    const { status, body } = await importJson(made);
    expect(status).toBe(200);
    expect(body.id).not.toBe(made.id);
    expect(body.mappings).toMatchObject([{ source: 'a' }]);
  });

  test.each([
    ['no mappings', {}],
    ['a text', 'a,b'],
    ['null', null],
    ['a number', 5],
  ])('%s is refused', async (_case, body) => {
    expect((await importJson(body)).status).toBe(400);
  });
});

test('other media types are refused, and CSV on other routes', async () => {
  const send = (path: string, type: string) =>
    conversion.call('POST', path, { text: 'a,b', headers: { 'content-type': type } });
  expect((await send('/mappingSets/import', 'text/plain')).status).toBe(415);
  expect((await send('/mappingSets', 'text/csv')).status).toBe(415);
});
