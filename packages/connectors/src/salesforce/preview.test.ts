import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSalesforceParams } from './params.ts';
import { createSalesforceSource, type SalesforceSource } from './source.ts';

const FIELDS = ['Id', ...Array.from({ length: 700 }, (_, n) => `A_custom_field_with_a_long_name_${n}__c`)];
const IDS = ['a01', 'a02', 'a03'];

let source: SalesforceSource;
let close: () => void;
let queries: string[];

/** An org with one object of more columns than a URL takes. */
beforeAll(async () => {
  queries = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer(url)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address of this shape.
  const environmentUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => server.close();
  const params = { environmentUrl, clientId: 'id', clientSecret: 'secret' };
  source = createSalesforceSource(parseSalesforceParams('OAuth2 Client Credential', params));

  function answer({ pathname, searchParams }: URL): unknown {
    if (pathname.endsWith('/token')) return { access_token: 'token', instance_url: environmentUrl };
    if (pathname.endsWith('/describe')) return { fields: FIELDS.map((name) => ({ name, type: 'string' })) };
    const query = searchParams.get('q') ?? '';
    queries.push(query);
    const columns = /^SELECT (\S+) FROM Wide__c/.exec(query)?.[1]?.split(',') ?? [];
    const rowOf = (id: string) =>
      Object.fromEntries(columns.map((name) => [name, name === 'Id' ? id : `${id} ${name}`]));
    return {
      totalSize: IDS.length,
      done: true,
      records: IDS.map((id) => ({ attributes: {}, ...rowOf(id) })),
    };
  }
});
afterAll(() => close());

test('a preview of more columns than a URL takes is put together of several', async () => {
  const rows = await source.preview('Wide__c', 3);
  expect(queries.length).toBeGreaterThan(1);
  expect(Math.max(...queries.map((query) => query.length))).toBeLessThan(16_000);
  expect(rows.map(({ Id }) => Id)).toEqual(IDS);
  for (const row of rows) {
    expect(Object.keys(row).sort()).toEqual([...FIELDS].sort());
    expect(row[FIELDS[700] ?? '']).toBe(`${row.Id} ${FIELDS[700]}`);
  }
});
