import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { KeepAuthParams } from './api.ts';
import { EmulatedOrg } from './emulated-org.test-kit.ts';
import { audienceOf, parsePrivateKey, signAssertion } from './jwt-assertion.ts';

const JWT_BEARER = 'OAuth2 JWT Bearer';
const SIGNED_JWT = 'OAuth2 JWT Token Credential';
const REFRESH = 'OAuth2 Refresh Code';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = pemOf(privateKey);

let org: EmulatedOrg;
beforeAll(async () => {
  org = new EmulatedOrg(await startSalesforceEmulator({ rows: { Contact: 10 } }));
  await org.control('certificate', { certificate: publicKey.export({ type: 'spki', format: 'pem' }) });
});
afterEach(() => org.control('clock', { now: null }));
afterAll(() => org.close());

function vouched(changes: object = {}) {
  const { clientId, username } = org.credentials;
  return { environmentUrl: org.url, clientId, username, privateKey: pem, ...changes };
}

describe('a user whom a connected app vouches for', () => {
  test.each([
    ['as it is', pem],
    ['with line breaks that JSON wrote out', pem.replaceAll('\n', '\\n')],
    ['in one line, as forms leave it', pem.replaceAll('\n', ' ')],
    ['in the older form', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ])('is logged in by its key: %s', async (_, key) => {
    await org.sourceOf(JWT_BEARER, vouched({ privateKey: key })).check();
  });

  test('is logged in for the host that is given', async () => {
    await org.sourceOf(JWT_BEARER, vouched({ audience: 'https://test.salesforce.com/' })).check();
    const elsewhere = org.sourceOf(JWT_BEARER, vouched({ audience: 'https://example.com' })).check();
    await expect(elsewhere).rejects.toMatchObject({
      kind: 'refused',
      code: 'invalid_grant',
      message: expect.stringMatching(/audience is invalid.*is audience right\?/),
    });
  });

  test.each([-3_600_000, 3_600_000])(
    'is logged in by the clock of the organisation, which is %i ms off',
    async (offset) => {
      await org.control('clock', { now: Date.now() + offset });
      const before = await org.requests(/oauth2\/token/);
      await org.sourceOf(JWT_BEARER, vouched()).check();
      expect((await org.requests(/oauth2\/token/)) - before).toBe(2);
    },
  );

  test.each([
    ['whom it may not log in', { username: 'someone@example.com' }],
    ['by another key', { privateKey: pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey) }],
  ])('is refused at the first try: %s', async (_, changes) => {
    const before = await org.requests(/oauth2\/token/);
    const failure = await failureOf(org.sourceOf(JWT_BEARER, vouched(changes)).check());
    expect(failure).toMatchObject({ kind: 'refused', code: 'invalid_grant' });
    expect(inspect(failure, { depth: 9 })).not.toContain('PRIVATE KEY');
    expect((await org.requests(/oauth2\/token/)) - before).toBe(1);
  });
});

test('a JWT that somebody else signed logs in until it expires', async () => {
  const { clientId, clientSecret, username } = org.credentials;
  const claims = { clientId, username, audience: org.url, now: new Date() };
  const jwtToken = signAssertion(claims, pem);
  const params = { instanceUrl: org.url, clientId, clientSecret, jwtToken };
  await org.sourceOf(SIGNED_JWT, params).check();
  const expired = signAssertion({ ...claims, now: new Date('2020-01-01T00:00:00Z') }, pem);
  const failure = await failureOf(org.sourceOf(SIGNED_JWT, { ...params, jwtToken: expired }).check());
  expect(failure).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('has jwtToken expired?'),
  });
  expect(inspect(failure, { depth: 9 })).not.toContain(expired);
});

describe('a refresh token', () => {
  async function approved(rotates: boolean, changes: object = {}) {
    const { clientId, clientSecret } = org.credentials;
    const { refreshToken } = await org.control('refresh-token', { rotates });
    return { environmentUrl: org.url, clientId, clientSecret, refreshToken, ...changes };
  }

  test('gives a session, and another once that has expired', async () => {
    const source = org.sourceOf(REFRESH, await approved(false));
    await source.check();
    await org.control('sessions', undefined, 'DELETE');
    await source.check();
  });

  test('is not used while the access token that came with it holds', async () => {
    const { clientId, clientSecret } = org.credentials;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const answer = await fetch(`${org.url}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    // The token endpoint answers with an object.
    const { access_token: accessToken } = (await answer.json()) as Record<string, unknown>;
    const source = org.sourceOf(REFRESH, await approved(false, { accessToken }));
    const before = await org.requests(/oauth2\/token/);
    await source.check();
    expect((await org.requests(/oauth2\/token/)) - before).toBe(0);
    await org.control('sessions', undefined, 'DELETE');
    await source.check();
    expect((await org.requests(/oauth2\/token/)) - before).toBe(1);
  });

  test('that is rotated gives way to the next one, which is kept', async () => {
    const params = await approved(true);
    const kept: Readonly<Record<string, string>>[] = [];
    const keepAuthParams: KeepAuthParams = async (changed) => {
      kept.push(changed);
    };
    const source = org.sourceOf(REFRESH, params, { keepAuthParams });
    await source.check();
    await org.control('sessions', undefined, 'DELETE');
    await source.check();
    expect(kept).toHaveLength(2);
    const before = await org.requests(/oauth2\/token/);
    await org.sourceOf(REFRESH, { ...params, ...kept.at(-1) }).check();
    expect((await org.requests(/oauth2\/token/)) - before).toBe(0);
    await org.control('sessions', undefined, 'DELETE');
    await org.sourceOf(REFRESH, { ...params, ...kept.at(-1) }).check();
  });

  test('that could not be kept is kept with the next login, in the place of the one that is', async () => {
    const params = await approved(true);
    const formers: unknown[] = [];
    const source = org.sourceOf(REFRESH, params, {
      async keepAuthParams(_, former) {
        formers.push(former.refreshToken);
        if (formers.length === 1) throw new Error('the store is away');
      },
    });
    await expect(source.check()).rejects.toThrow('the store is away');
    await source.check();
    expect(formers).toEqual([params.refreshToken, params.refreshToken]);
  });

  test('that was rotated away is refused, in words that say so', async () => {
    const params = await approved(true);
    await org.sourceOf(REFRESH, params).check();
    const failure = await failureOf(org.sourceOf(REFRESH, params).check());
    expect(failure).toMatchObject({
      kind: 'refused',
      code: 'invalid_grant',
      message: expect.stringContaining('has refreshToken been used elsewhere, revoked or rotated?'),
    });
    expect(inspect(failure, { depth: 9 })).not.toContain(params.refreshToken);
  });
});

test.each([
  ['https://login.salesforce.com', 'https://login.salesforce.com'],
  ['https://test.salesforce.com', 'https://test.salesforce.com'],
  ['https://acme.my.salesforce.com', 'https://login.salesforce.com'],
  ['https://acme--uat.sandbox.my.salesforce.com', 'https://test.salesforce.com'],
  ['https://acme--uat.my.salesforce.com', 'https://test.salesforce.com'],
  ['https://acme.example.com', 'https://acme.example.com'],
])('users of %s are vouched for at %s', (environmentUrl, audience) => {
  expect(audienceOf(new URL(environmentUrl))).toBe(audience);
});

test.each([
  ['nothing', ''],
  ['a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ['another kind of key', pemOf(generateKeyPairSync('ed25519').privateKey)],
  ['a key that is too short', pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)],
  [
    'a key with a passphrase',
    privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
  ],
  ['a key that was cut', `${pem.slice(0, 400)}\n-----END PRIVATE KEY-----\n`],
])('%s is no key to sign with', (_, text) => {
  expect(parsePrivateKey(text)).toBeUndefined();
});

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function failureOf(failing: Promise<unknown>): Promise<unknown> {
  return failing.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
}
