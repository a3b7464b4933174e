import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { schemaRegistry } from './index.ts';

const BASE = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';
const CSV = 'Contact ID,Email,First Name,Age\n003A,a@b.de,Ann,30\n003B,c@d.de,Bob,\n';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer([schemaRegistry]);
});
afterAll(() => server.close());

const propose = (query: string, text: string, type = 'text/csv') =>
  server.call('POST', `${BASE}/rpc/propose/sample?${query}`, { text, headers: { 'content-type': type } });

describe('a schema that is proposed for a sample', () => {
  it('can be imported as it is, and holds the sample’s rows', async () => {
    const proposed = await propose('title=Contacts', CSV);
    expect(proposed.status).toBe(200);
    expect(proposed.body.columns).toMatchObject([
      {
        name: 'Contact ID',
        path: '/_acme/contacts/contactID',
        xdmType: 'string',
        isNullable: false,
        identity: { isPrimary: true },
      },
      { name: 'Email', path: '/_acme/contacts/email', identity: { namespace: 'Email', isPrimary: false } },
      { name: 'First Name', path: '/_acme/contacts/firstName', isNullable: false },
      { name: 'Age', xdmType: 'long', isNullable: true },
    ]);
    const imported = await server.call('POST', `${BASE}/rpc/import`, { body: proposed.body });
    expect(imported.status).toBe(200);
    const schema = imported.body.find((item: { title?: string }) => item.title === 'Contacts');
    const row = { contacts: { contactID: '003A', email: 'a@b.de', firstName: 'Ann', age: 30 } };
    const report = await server.call('POST', `${BASE}/rpc/validate/${encodeURIComponent(schema.$id)}`, {
      body: { _acme: row },
    });
    expect(report.body).toMatchObject({ isValid: true, documents: [{ violations: [] }] });
  });

  it('is created at once where that is asked for, or not at all', async () => {
    const query = new URLSearchParams({ title: 'Leads', classId: PROFILE, create: 'true' }).toString();
    const created = await propose(query, '[{"id": "1", "o": {"x": 1}}, {"id": "2"}]', 'application/json');
    expect(created.status).toBe(201);
    expect(
      created.body.resources.map(
        (item: Record<string, string>) => item['meta:resourceType'] ?? item['@type'],
      ),
    ).toEqual(['mixins', 'schemas', 'xdm:descriptorIdentity']);
    const again = await propose(query, '[{"id": "1"}]', 'application/json');
    expect([again.status, again.body.type]).toEqual([400, expect.stringMatching(/XDM-3005-400$/)]);
    const lines = await propose('title=Lines', '{"a": 1}\n{"a": 2}\n', 'application/x-ndjson');
    expect(lines.body.columns).toMatchObject([{ name: 'a', xdmType: 'long' }]);
  });

  it.each([
    ['', '{"a": ', 'application/x-ndjson', 400],
    ['', 'no Parquet', 'application/vnd.apache.parquet', 400],
    ['', 'a', 'image/png', 415],
    ['', ' \n', 'text/csv', 400],
    ['', '5', 'application/json', 400],
    ['', '[]', 'application/json', 400],
    ['', '[{}]', 'application/json', 400],
    [`classId=${encodeURIComponent('https://ns.adobe.com/xdm/data/record')}`, CSV, 'text/csv', 400],
    ['classId=nowhere', CSV, 'text/csv', 404],
    ['create=perhaps', CSV, 'text/csv', 400],
  ])('is refused: ?%s %s as %s', async (query, text, type, status) => {
    expect((await propose(query, text, type)).status).toBe(status);
  });
});

describe('a schema that is proposed for a table', () => {
  it('needs a base connection of the sandbox', async () => {
    const body = { baseConnectionId: 'nowhere', object: 'Contact' };
    const { status, body: answer } = await server.call('POST', `${BASE}/rpc/propose/source`, { body });
    expect([status, answer.detail]).toEqual([400, expect.stringContaining('names no base connection')]);
    expect((await server.call('POST', `${BASE}/rpc/propose/source`, { body: {} })).status).toBe(400);
  });
});
