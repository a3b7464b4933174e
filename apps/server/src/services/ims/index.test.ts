import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_SECRET, startTestServer, type TestServer } from '../../test-kit.ts';
import { imsService } from './index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer([imsService]);
});
afterAll(() => server.close());

const credentials = {
  grant_type: 'client_credentials',
  client_id: 'test-client',
  client_secret: CLIENT_SECRET,
  scope: 'openid,AdobeID',
};

async function ask(
  form: Readonly<Record<string, string>> | undefined,
  query: Readonly<Record<string, string>> = {},
  path = '/ims/token/v3',
) {
  const answer = await fetch(`${server.url}${path}?${new URLSearchParams(query)}`, {
    method: 'POST',
    ...(form && { body: new URLSearchParams(form) }),
  });
  const body: Record<string, unknown> = JSON.parse(await answer.text());
  return { status: answer.status, headers: answer.headers, body };
}

describe('a token', () => {
  it('is issued to a client that sends its credentials as a form, and opens the services', async () => {
    const { status, headers, body } = await ask(credentials);
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 86_400 });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await server.dependencies.tokens.verify(String(body.access_token))).toMatchObject({
      clientId: 'test-client',
      orgId: 'ACME@AdobeOrg',
    });
  });

  it('is issued to credentials in the query, too', async () => {
    expect((await ask(undefined, credentials)).status).toBe(200);
    expect((await ask({ client_secret: CLIENT_SECRET }, { ...credentials, client_secret: 'x' })).status).toBe(
      200,
    );
  });

  it('is issued by the older endpoint as well', async () => {
    expect((await ask(credentials, {}, '/ims/token/v2')).status).toBe(200);
  });
});

describe('a token is refused', () => {
  const without = (name: keyof typeof credentials) => ({ ...credentials, [name]: '' });

  it.each([
    ['to a wrong secret', { ...credentials, client_secret: 'wrong' }, 401, 'invalid_client'],
    ['to an unknown client', { ...credentials, client_id: 'nobody' }, 401, 'invalid_client'],
    ['to SQL as a client id', { ...credentials, client_id: "' or 1=1 --" }, 401, 'invalid_client'],
    ['to a NUL in the client id', { ...credentials, client_id: 'a\0b' }, 400, 'invalid_request'],
    ['without a secret', without('client_secret'), 400, 'invalid_request'],
    ['without a client id', without('client_id'), 400, 'invalid_request'],
    ['without a grant type', without('grant_type'), 400, 'invalid_request'],
    ['for a password grant', { ...credentials, grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['without anything', {}, 400, 'invalid_request'],
  ])('%s', async (_what, form, status, error) => {
    const answer = await ask(form);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error, error_description: expect.any(String) });
  });

  it('in the same words, whichever of client and secret is wrong', async () => {
    const wrongSecret = await ask({ ...credentials, client_secret: 'wrong' });
    const wrongClient = await ask({ ...credentials, client_id: 'nobody' });
    expect(wrongSecret.body).toEqual(wrongClient.body);
  });

  it('to a multipart form, telling which kind of form is taken', async () => {
    const body = new FormData();
    for (const [name, value] of Object.entries(credentials)) body.set(name, value);
    const answer = await fetch(`${server.url}/ims/token/v3`, { method: 'POST', body });
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({
      error_description: expect.stringContaining('send application/x-www-form-urlencoded'),
    });
  });

  it('to parameters that are given twice', async () => {
    const answer = await fetch(`${server.url}/ims/token/v3`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&client_id=a&client_id=b&client_secret=c',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
  });
});
