import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmulatedOrg } from './emulated-org.test-kit.ts';

let org: EmulatedOrg;
let basic: Record<string, string>;
let credential: Record<string, string>;
beforeAll(async () => {
  org = new EmulatedOrg(
    await startSalesforceEmulator({
      rows: { Contact: 10 },
      password: `<'&">pa ss`,
      username: 'ada+test@example.com',
    }),
  );
  const { clientId, clientSecret, username, password, securityToken } = org.credentials;
  basic = { environmentUrl: org.url, username, password, securityToken };
  credential = { environmentUrl: org.url, clientId, clientSecret };
});
afterAll(() => org.close());

describe('a login', () => {
  test('with client credentials goes by OAuth', async () => {
    expect(await loginsOf('OAuth2 Client Credential', credential)).toEqual({ oauth: 1, soap: 0 });
  });

  test('with a user and a connected app goes by OAuth', async () => {
    expect(await loginsOf('Basic Authentication', { ...basic, ...credential })).toEqual({
      oauth: 1,
      soap: 0,
    });
  });

  test('with a user alone goes by SOAP, whatever stands in the password', async () => {
    expect(await loginsOf('Basic Authentication', basic)).toEqual({ oauth: 0, soap: 1 });
  });

  test('happens once for calls that come together', async () => {
    const before = await org.requests(/oauth2\/token/);
    const source = org.source();
    await Promise.all([source.check(), source.explore(), source.describe('Contact'), source.clock()]);
    expect((await org.requests(/oauth2\/token/)) - before).toBe(1);
  });

  test('that failed is tried anew by the next call', async () => {
    await org.control('fault', { kind: 'status', status: 400, path: 'oauth2/token' });
    const source = org.source();
    await expect(source.check()).rejects.toMatchObject({ code: 'UNKNOWN_EXCEPTION' });
    await source.check();
  });

  test('that the source is too busy for is tried again', async () => {
    await org.control('fault', { kind: 'status', status: 503, path: '/services/(oauth2|Soap)', times: 2 });
    await org.sourceOf('Basic Authentication', basic).check();
  });
});

describe('wrong credentials are refused', () => {
  test('by SOAP, at the first try: more could lock the user out', async () => {
    const before = await org.requests(/Soap/);
    const source = org.sourceOf('Basic Authentication', { ...basic, password: 'wrong' });
    await expect(source.check()).rejects.toMatchObject({ kind: 'refused', code: 'INVALID_LOGIN' });
    expect((await org.requests(/Soap/)) - before).toBe(1);
  });

  test.each([
    ['clientId', 'invalid_client_id'],
    ['clientSecret', 'invalid_client'],
  ])('by OAuth: %s', async (name, code) => {
    const source = org.sourceOf('OAuth2 Client Credential', { ...credential, [name]: 'wrong' });
    await expect(source.check()).rejects.toMatchObject({ kind: 'refused', code });
  });

  test('by OAuth: securityToken', async () => {
    const source = org.sourceOf('Basic Authentication', { ...basic, ...credential, securityToken: '' });
    await expect(source.check()).rejects.toMatchObject({ kind: 'refused', code: 'invalid_grant' });
  });
});

test('a host that is no Salesforce is told apart from wrong credentials', async () => {
  const source = org.sourceOf('OAuth2 Client Credential', {
    ...credential,
    environmentUrl: 'http://127.0.0.1:9',
  });
  await expect(source.check()).rejects.toMatchObject({ kind: 'busy', code: 'CONNECTION' });
  const metadata = { ...credential, environmentUrl: 'http://169.254.169.254' };
  await expect(org.sourceOf('OAuth2 Client Credential', metadata).check()).rejects.toMatchObject({
    kind: 'refused',
    code: 'NOT_ALLOWED',
  });
});

async function loginsOf(authSpecName: string, params: object): Promise<{ oauth: number; soap: number }> {
  const before = { oauth: await org.requests(/oauth2\/token/), soap: await org.requests(/Soap/) };
  await org.sourceOf(authSpecName, params).check();
  return {
    oauth: (await org.requests(/oauth2\/token/)) - before.oauth,
    soap: (await org.requests(/Soap/)) - before.soap,
  };
}
