import { documentOf, openAuthParams } from '@tributary/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectionBody,
  DATA_LAKE,
  type FlowServer,
  SALESFORCE,
  SECRETS,
  scopedStore,
  startFlowServer,
} from './tutorial.test-kit.ts';

let flows: FlowServer;
beforeAll(async () => {
  flows = await startFlowServer();
});
afterAll(() => flows.close());

/** The auth params that the server itself would sign in with. */
async function storedParams(id: string) {
  const store = await scopedStore(flows.server);
  const resource = await store.resources('connection').get(id);
  if (resource === undefined) throw new Error(`no connection ${id}`);
  return openAuthParams(flows.server.dependencies.vault, resource.id, documentOf('connection', resource));
}

async function etagOf(id: string): Promise<string> {
  return (await flows.call('GET', `/connections/${id}`)).body.items[0].etag;
}

async function patch(id: string, operations: unknown) {
  return flows.call('PATCH', `/connections/${id}`, {
    body: operations,
    headers: { 'if-match': await etagOf(id) },
  });
}

describe('a base connection', () => {
  it('is created with an id and an etag that has its quotation marks', async () => {
    const { status, body, headers } = await flows.call('POST', '/connections', { body: connectionBody() });
    expect(status).toBe(201);
    expect(Object.keys(body)).toEqual(['id', 'etag']);
    expect(body.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.etag).toMatch(/^".+"$/);
    expect(headers.get('etag')).toBe(body.etag);
  });

  it('is shown as the only item, with its envelope and without its secrets', async () => {
    const id = await flows.create('/connections', connectionBody());
    const { status, body, headers } = await flows.call('GET', `/connections/${id}`);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['items']);
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      id,
      name: 'Base Connection for a CRM system',
      connectionSpec: { id: SALESFORCE, version: '1.0' },
      state: 'enabled',
      createdBy: 'alice',
      createdClient: 'test-client',
      sandboxName: 'prod',
      imsOrgId: 'ACME@AdobeOrg',
    });
    expect(body.items[0].auth).toEqual({
      specName: 'Basic Authentication',
      params: { environmentUrl: 'https://acme.my.salesforce.com', username: 'alice@acme.example' },
    });
    expect(body.items[0].createdAt).toBeGreaterThan(1_700_000_000_000);
    expect(headers.get('etag')).toBe(body.items[0].etag);
  });

  it('keeps its secrets sealed in the store, and only for itself', async () => {
    const id = await flows.create('/connections', connectionBody());
    const store = await scopedStore(flows.server);
    const stored = JSON.stringify(await store.resources('connection').get(id));
    for (const secret of Object.values(SECRETS)) expect(stored).not.toContain(secret);
    expect(await storedParams(id)).toMatchObject(SECRETS);
  });

  it('takes the version of its connection spec where the body has none', async () => {
    const id = await flows.create('/connections', {
      ...connectionBody(),
      connectionSpec: { id: SALESFORCE },
    });
    const { body } = await flows.call('GET', `/connections/${id}`);
    expect(body.items[0].connectionSpec).toEqual({ id: SALESFORCE, version: '1.0' });
  });
});

describe('a base connection is refused', () => {
  const good = connectionBody();
  const withParams = (params: object) => ({ ...good, auth: { ...good.auth, params } });
  const cases: [what: string, body: unknown, path: string, code: string | undefined][] = [
    ['without auth', { name: 'x', connectionSpec: good.connectionSpec }, '/auth', undefined],
    ['with a list as its body', [good], '', undefined],
    ['with a number as its name', { ...good, name: 7 }, '/name', undefined],
    ['with a list as auth params', withParams([]), '/auth/params', undefined],
    ['of an unknown spec', { ...good, connectionSpec: { id: 'nope' } }, '/connectionSpec/id', '1413-400'],
    [
      'of an unknown version of its spec',
      { ...good, connectionSpec: { id: SALESFORCE, version: '9' } },
      '/connectionSpec/version',
      '1413-400',
    ],
    ['at the data lake', { ...good, connectionSpec: { id: DATA_LAKE } }, '/auth/specName', '1415-400'],
    [
      'with an unknown auth spec',
      { ...good, auth: { ...good.auth, specName: 'Kerberos' } },
      '/auth/specName',
      '1415-400',
    ],
    [
      'without a password',
      withParams({ ...good.auth.params, password: undefined }),
      '/auth/params/password',
      undefined,
    ],
    [
      'with an address that is no URL',
      withParams({ ...good.auth.params, environmentUrl: 'not a url' }),
      '/auth/params/environmentUrl',
      undefined,
    ],
    [
      'with an unknown parameter',
      withParams({ ...good.auth.params, colour: 'red' }),
      '/auth/params/colour',
      undefined,
    ],
  ];

  it.each(cases)('%s', async (_what, body, path, code) => {
    const answer = await flows.call('POST', '/connections', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.report.violations.map((violation: { path: string }) => violation.path)).toContain(
      path,
    );
    expect(answer.body.type).toBe(`https://ns.adobe.com/aep/errors/FLOW-${code ?? 400}`);
    const text = JSON.stringify(answer.body);
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
  });
});

describe('a patch of a base connection', () => {
  it('changes what is shown and leaves the secrets alone', async () => {
    const id = await flows.create('/connections', connectionBody());
    const before = await etagOf(id);
    const { status, body } = await patch(id, [
      { op: 'REPLACE', path: '/name', value: 'Renamed' },
      { op: 'Add', path: '/auth/params/username', value: 'bob@acme.example' },
      { op: 'remove', path: '/description' },
    ]);
    expect(status).toBe(200);
    expect(body).toEqual({ id, etag: await etagOf(id) });
    expect(body.etag).not.toBe(before);
    const shown = (await flows.call('GET', `/connections/${id}`)).body.items[0];
    expect(shown.name).toBe('Renamed');
    expect(shown).not.toHaveProperty('description');
    expect(await storedParams(id)).toEqual({
      environmentUrl: 'https://acme.my.salesforce.com',
      username: 'bob@acme.example',
      ...SECRETS,
    });
  });

  it('replaces one secret without knowing the others', async () => {
    const id = await flows.create('/connections', connectionBody());
    const { status } = await patch(id, [
      { op: 'replace', path: '/auth/params/password', value: 'a new one' },
    ]);
    expect(status).toBe(200);
    expect(await storedParams(id)).toMatchObject({ ...SECRETS, password: 'a new one' });
  });

  it('replaces all params but the address, which stays where none is sent', async () => {
    const id = await flows.create('/connections', connectionBody());
    const value = { username: 'bob@acme.example', password: 'new', securityToken: 'newer' };
    expect((await patch(id, [{ op: 'replace', path: '/auth/params', value }])).status).toBe(200);
    const { environmentUrl } = connectionBody().auth.params;
    expect(await storedParams(id)).toEqual({ environmentUrl, ...value });
  });

  it('cannot have the secrets carried to another host', async () => {
    const id = await flows.create('/connections', connectionBody());
    const address = { op: 'replace', path: '/auth/params/environmentUrl', value: 'https://evil.example' };
    const refused = await patch(id, [address]);
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain('/auth/params/password must be sent again');
    const resent = Object.entries(SECRETS).map(([name, value]) => ({
      op: 'replace',
      path: `/auth/params/${name}`,
      value,
    }));
    expect((await patch(id, [address, ...resent])).status).toBe(200);
  });

  const refused: [what: string, operations: unknown, code: string | undefined][] = [
    ['of a missing path', [{ op: 'remove', path: '/nothing' }], '1455-400'],
    ['of a required secret away', [{ op: 'remove', path: '/auth/params/password' }], undefined],
    ['of the id', [{ op: 'replace', path: '/id', value: 'x' }], '1455-400'],
    ['of the etag', [{ op: 'replace', path: '/etag', value: 'x' }], '1455-400'],
    ['of the state', [{ op: 'replace', path: '/state', value: 'deleting' }], '1455-400'],
    ['of the connection spec', [{ op: 'replace', path: '/connectionSpec/id', value: DATA_LAKE }], '1455-400'],
    ['that copies a secret', [{ op: 'copy', from: '/auth/params/password', path: '/name' }], '1434-400'],
    ['that moves', [{ op: 'move', from: '/name', path: '/description' }], '1434-400'],
    ['to a wrong type', [{ op: 'replace', path: '/name', value: 7 }], undefined],
    ['of a prototype', [{ op: 'add', path: '/auth/params/__proto__/x', value: 1 }], '1455-400'],
    ['of everything', [{ op: 'replace', path: '/', value: {} }], '1455-400'],
    ['without a value', [{ op: 'replace', path: '/name' }], '1455-400'],
    ['that is an object', { op: 'replace', path: '/name', value: 'x' }, undefined],
    ['that is empty', [], undefined],
  ];

  it.each(refused)('is refused %s', async (_what, operations, code) => {
    const id = await flows.create('/connections', connectionBody());
    const before = await flows.call('GET', `/connections/${id}`);
    const answer = await patch(id, operations);
    expect(answer.status).toBe(400);
    expect(answer.body.type).toBe(`https://ns.adobe.com/aep/errors/FLOW-${code ?? 400}`);
    expect((await flows.call('GET', `/connections/${id}`)).body).toEqual(before.body);
    expect(await storedParams(id)).toMatchObject(SECRETS);
  });
});
