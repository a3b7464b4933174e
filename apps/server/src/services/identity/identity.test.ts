import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-kit.ts';
import { identity } from './index.ts';

const PATH = '/data/core/idnamespace/identities';
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer([identity]);
});
afterAll(() => server.close());

const loyalty = { name: 'Loyalty', code: 'Loyalty', idType: 'CROSS_DEVICE', description: 'Members' };

describe('identity namespaces', () => {
  it('are the standard ones and those of the sandbox', async () => {
    const created = await server.call('POST', PATH, { body: loyalty });
    expect(created.body).toMatchObject({
      ...loyalty,
      custom: true,
      namespaceType: 'Custom',
      status: 'ACTIVE',
      id: 10_000_000,
    });
    const codes = async (sandbox: string) =>
      (await server.call('GET', PATH, { sandbox })).body.map(({ code }: { code: string }) => code);
    expect(await codes('prod')).toEqual(expect.arrayContaining(['ECID', 'Email', 'Phone', 'Loyalty']));
    expect(await codes('dev')).not.toContain('Loyalty');
    expect((await server.call('GET', `${PATH}/6`)).body).toMatchObject({
      code: 'Email',
      custom: false,
      namespaceType: 'Standard',
    });
    const changed = { ...loyalty, name: 'Members' };
    expect((await server.call('PUT', `${PATH}/10000000`, { body: changed })).body).toMatchObject(changed);
    expect((await server.call('GET', `${PATH}/10000000`)).body).toMatchObject(changed);
  });

  it('take types of identities in any case, and tell them in capitals', async () => {
    const body = { name: 'Devices', code: 'Devices', idType: 'Cross_device' };
    const created = await server.call('POST', PATH, { body });
    expect([created.status, created.body.idType]).toEqual([200, 'CROSS_DEVICE']);
  });

  it('have codes of their own, also when two are created at once', async () => {
    expect((await server.call('POST', PATH, { body: { ...loyalty, code: 'EMAIL' } })).status).toBe(409);
    const twice = await Promise.all(
      [1, 2].map(() => server.call('POST', PATH, { body: { ...loyalty, code: 'Twice' } })),
    );
    expect(twice.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it.each([
    ['POST', '', { ...loyalty, code: 'two words' }, 400],
    ['POST', '', { ...loyalty, idType: 'PERSON' }, 400],
    ['PUT', '/6', loyalty, 403],
    ['PUT', '/10000000', { ...loyalty, code: 'Other' }, 400],
    ['PUT', '/77', loyalty, 404],
    ['GET', '/77', undefined, 404],
  ])('%s %s %j is answered with an error', async (method, path, body, status) => {
    const answer = await server.call(method, PATH + path, body === undefined ? {} : { body });
    expect([answer.status, answer.body.status]).toEqual([status, status]);
  });
});
