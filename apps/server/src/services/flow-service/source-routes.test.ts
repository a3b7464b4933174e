import {
  type SalesforceEmulator,
  startDataverseEmulator,
  startSalesforceEmulator,
} from '@tributary/emulators';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionBody, DYNAMICS, type FlowServer, SECRETS, startFlowServer } from './tutorial.test-kit.ts';

let flows: FlowServer;
let emulator: SalesforceEmulator;
let id: string;
beforeAll(async () => {
  emulator = await startSalesforceEmulator({ rows: { Contact: 50, Account: 10 } });
  flows = await startFlowServer();
  id = await flows.create('/connections', connectionTo(emulator));
});
afterAll(async () => {
  await flows.close();
  await emulator.close();
});

function connectionTo(
  { url, credentials }: SalesforceEmulator,
  params: Readonly<Record<string, unknown>> = {},
) {
  const { clientId, clientSecret } = credentials;
  const auth = {
    specName: 'OAuth2 Client Credential',
    params: { environmentUrl: url, clientId, clientSecret, ...params },
  };
  return { ...connectionBody(), auth };
}

describe('a base connection to Salesforce', () => {
  it('proves that its credentials work', async () => {
    const { status, body } = await flows.call('GET', `/connections/${id}/test`);
    expect({ status, body }).toEqual({ status: 200, body: { result: true } });
  });

  it.each(['root', 'ROOT'])('lists its tables at %s', async (objectType) => {
    const { status, body } = await flows.call('GET', `/connections/${id}/explore?objectType=${objectType}`);
    expect(status).toBe(200);
    expect(body).toContainEqual({
      type: 'table',
      name: expect.any(String),
      path: 'Contact',
      canPreview: true,
      canFetchSchema: true,
    });
  });

  it.each(['table', 'TABLE'])('describes a table as a %s', async (objectType) => {
    const { status, body } = await flows.call(
      'GET',
      `/connections/${id}/explore?objectType=${objectType}&object=Contact`,
    );
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['format', 'schema', 'tributary:table']);
    expect(body['tributary:table']).toMatchObject({
      keyColumns: ['Id'],
      deltaColumns: expect.arrayContaining(['SystemModstamp']),
    });
    const byName = Object.fromEntries(
      body.schema.columns.map((column: { name: string }) => [column.name, column]),
    );
    expect(byName.LastName).toMatchObject({ type: 'string', xdm: { type: 'string' } });
    expect(byName.LastModifiedDate).toMatchObject({
      'meta:xdmType': 'date-time',
      xdm: { type: 'string', format: 'date-time' },
    });
  });

  it('adds sample rows when asked to, as many as asked for', async () => {
    const rows = async (query: string) =>
      (await flows.call('GET', `/connections/${id}/explore?objectType=table&object=Contact&${query}`)).body
        .data;
    expect(await rows('preview=true')).toHaveLength(10);
    expect(await rows('preview=True&previewCount=3')).toHaveLength(3);
    expect(await rows('preview=false')).toBeUndefined();
  });
});

describe('a question to a source is refused', () => {
  it.each([
    ['', '/objectType'],
    ['objectType=folder', 'objectType'],
    ['objectType=table', 'object'],
    ['objectType=table&object=', 'object'],
    ['objectType=table&object=Contact&previewCount=0', '/previewCount'],
    ['objectType=table&object=Contact&preview=maybe', '/preview'],
    ['objectType=table&object=NoSuchTable', 'source'],
    [`objectType=table&object=${encodeURIComponent("Contact'; drop")}`, 'source'],
    [`objectType=table&object=${encodeURIComponent('../../Contact')}`, 'source'],
  ])('%s', async (query, path) => {
    const { status, body } = await flows.call('GET', `/connections/${id}/explore?${query}`);
    expect(status).toBe(400);
    expect(body.report.violations[0].path).toBe(path);
  });

  it('with wrong credentials, without telling any', async () => {
    const wrong = await flows.create(
      '/connections',
      connectionTo(emulator, { clientSecret: SECRETS.password }),
    );
    for (const question of ['test', 'explore?objectType=root']) {
      const { status, body } = await flows.call('GET', `/connections/${wrong}/${question}`);
      expect(status).toBe(400);
      expect(body.title).toBe('The source refused');
      expect(JSON.stringify(body)).not.toContain(SECRETS.password);
    }
  });

  it('that does not answer, as unavailable', async () => {
    const closed = await startSalesforceEmulator({ rows: { Contact: 1 } });
    const dead = await flows.create('/connections', connectionTo(closed));
    await closed.close();
    const { status, body } = await flows.call('GET', `/connections/${dead}/test`);
    expect(status).toBe(503);
    expect(body.type).toBe('https://ns.adobe.com/aep/errors/FLOW-1103-503');
  });

  it('of Dynamics with a wrong password, in the words of Entra ID', async () => {
    const emulator = await startDataverseEmulator({ rows: { contact: 1 } });
    const dynamics = await flows.create('/connections', {
      name: 'Dynamics',
      connectionSpec: { id: DYNAMICS },
      auth: {
        specName: 'Basic Authentication for Dynamics-Online',
        params: { serviceUri: emulator.url, username: 'a', password: SECRETS.password },
      },
    });
    const { status, body } = await flows.call('GET', `/connections/${dynamics}/test`);
    await emulator.close();
    expect(status).toBe(400);
    expect(body.title).toBe('The source refused');
    expect(JSON.stringify(body)).toContain('AADSTS50126');
    expect(JSON.stringify(body)).not.toContain(SECRETS.password);
  });
});
