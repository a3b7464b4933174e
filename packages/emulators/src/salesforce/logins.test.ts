import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SalesforceEmulator, startSalesforceEmulator } from './emulator.ts';
import { API, connect, type TestClient } from './test-client.ts';

let emulator: SalesforceEmulator;
let client: TestClient;
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ rows: { Contact: 10 } });
  client = await connect(emulator);
});
afterAll(() => emulator.close());

async function token(
  form: Record<string, string>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const body = new URLSearchParams(form);
  const response = await fetch(`${emulator.url}/services/oauth2/token`, { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function statusWith(accessToken: unknown): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await fetch(`${emulator.url}${API}/limits`, { headers })).status;
}

function assertionOf(
  claims: Record<string, unknown>,
  header: object = { alg: 'RS256' },
  key: KeyObject = privateKey,
) {
  const whole = {
    iss: emulator.credentials.clientId,
    sub: emulator.credentials.username,
    aud: emulator.url,
    exp: Math.floor(Date.now() / 1000) + 120,
    ...claims,
  };
  const [head, body] = [header, whole].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return `${head}.${body}.${sign('RSA-SHA256', Buffer.from(`${head}.${body}`), key).toString('base64url')}`;
}

const byAssertion = (assertion: string) =>
  token({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });

test('no assertion counts before a certificate is registered', async () => {
  expect(await byAssertion(assertionOf({}))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  await expect(client.control('/certificate', { certificate: 'no PEM' })).rejects.toThrow(
    "'certificate' must be",
  );
});

test('a signed assertion logs in, for the org or for either log-in host', async () => {
  await client.control('/certificate', { certificate: publicKey.export({ type: 'spki', format: 'pem' }) });
  for (const aud of [emulator.url, 'https://login.salesforce.com', 'https://test.salesforce.com/']) {
    const { status, body } = await byAssertion(assertionOf({ aud }));
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'id', 'instance_url', 'scope', 'token_type']);
    expect(await statusWith(body.access_token)).toBe(200);
  }
});

const now = () => Math.floor(Date.now() / 1000);
test.each<[string, () => string, string]>([
  ['another audience', () => assertionOf({ aud: 'https://example.com' }), 'audience is invalid'],
  ['another user', () => assertionOf({ sub: 'someone@example.com' }), "user hasn't approved this consumer"],
  ['another app', () => assertionOf({ iss: 'someone' }), 'client identifier invalid'],
  ['a time that is past', () => assertionOf({ exp: now() - 1 }), 'expired authorization code'],
  ['a time far off', () => assertionOf({ exp: now() + 3600 }), 'invalid assertion'],
  ['no time', () => assertionOf({ exp: undefined }), 'invalid assertion'],
  ['another algorithm', () => assertionOf({}, { alg: 'none' }), 'invalid assertion'],
  [
    'a signature by another key',
    () => assertionOf({}, { alg: 'RS256' }, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    'invalid assertion',
  ],
  ['no parts', () => 'x', 'invalid assertion'],
])('an assertion with %s is refused', async (_, assertion, description) => {
  const { status, body } = await byAssertion(assertion());
  expect(status).toBe(400);
  expect(body.error_description).toBe(description);
});

test("an assertion's time is judged by the org's clock", async () => {
  await client.control('/clock', { now: Date.now() + 600_000 });
  const late = await byAssertion(assertionOf({}));
  await client.control('/clock', { now: null });
  expect(late.body.error_description).toBe('expired authorization code');
});

async function refresh(refreshToken: unknown) {
  const { clientId, clientSecret } = emulator.credentials;
  return token({
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: String(refreshToken),
  });
}

test('a refresh token gives sessions again and again, until it is revoked', async () => {
  const { refreshToken } = await client.control('/refresh-token', {});
  const first = await refresh(refreshToken);
  expect(first.body).not.toHaveProperty('refresh_token');
  const second = await refresh(refreshToken);
  expect(await statusWith(second.body.access_token)).toBe(200);
  const body = new URLSearchParams({ token: String(refreshToken) });
  await fetch(`${emulator.url}/services/oauth2/revoke`, { method: 'POST', body });
  expect(await statusWith(second.body.access_token)).toBe(401);
  expect((await refresh(refreshToken)).body).toEqual({
    error: 'invalid_grant',
    error_description: 'expired access/refresh token',
  });
});

test('a rotating refresh token works once; used again, it ends what came of it', async () => {
  const { refreshToken } = await client.control('/refresh-token', { rotates: true });
  const first = await refresh(refreshToken);
  const second = await refresh(first.body.refresh_token);
  expect(await statusWith(second.body.access_token)).toBe(200);
  expect((await refresh(refreshToken)).status).toBe(400);
  expect(await statusWith(second.body.access_token)).toBe(401);
  expect((await refresh(second.body.refresh_token)).status).toBe(400);
});

test('a control request ends all sessions', async () => {
  const other = await connect(emulator);
  const response = await fetch(`${emulator.url}/__emulator/sessions`, { method: 'DELETE' });
  expect(await response.json()).toEqual({ ended: expect.any(Number) });
  expect(await statusWith(other.token)).toBe(401);
});
