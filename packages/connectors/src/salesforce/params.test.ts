import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseSalesforceParams, secretsOf } from './params.ts';

const basic = {
  environmentUrl: 'https://example.my.salesforce.com/',
  username: 'ada@example.com',
  password: 'pass-word',
  securityToken: 'tok-en',
};

const { environmentUrl, username } = basic;
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
const vouched = { environmentUrl, clientId: 'app', username, privateKey };
const signed = { instanceUrl: environmentUrl, clientId: 'app', clientSecret: 'hush', jwtToken: 'a.b.c' };
const approved = { environmentUrl, clientId: 'app', refreshToken: 'again' };

describe('auth parameters', () => {
  test.each([
    ['OAuth2 JWT Bearer', vouched, [privateKey]],
    ['OAuth2 JWT Token Credential', signed, ['a.b.c', 'hush']],
    ['OAuth2 Refresh Code', approved, ['again']],
    [
      'OAuth2 Refresh Code',
      { ...approved, clientSecret: 'hush', accessToken: 'now' },
      ['again', 'now', 'hush'],
    ],
  ])('of %s keep their secrets', (authSpecName, params, secrets) => {
    expect(secretsOf(parseSalesforceParams(authSpecName, params))).toEqual(secrets);
  });

  test.each([
    [undefined, 80],
    [1, 1],
    [100, 100],
  ])('give the share of calls %j as %i', (apiBudgetPercent, percent) => {
    const params = parseSalesforceParams('Basic Authentication', { ...basic, apiBudgetPercent });
    expect(params.apiBudgetPercent).toBe(percent);
  });

  test('without a connected app are those of a user', () => {
    const params = parseSalesforceParams('Basic Authentication', basic);
    expect(params).toMatchObject({ kind: 'password', apiVersion: '60.0', connectedApp: undefined });
    expect(params.environmentUrl.origin).toBe('https://example.my.salesforce.com');
    expect(secretsOf(params)).toEqual(['pass-wordtok-en', 'pass-word', 'tok-en']);
  });

  test.each([
    [undefined, '60.0'],
    ['61.0', '61.0'],
    ['v59.0', '59.0'],
    [62, '62.0'],
  ])('take the API version %j as %s', (apiVersion, version) => {
    expect(parseSalesforceParams('Basic Authentication', { ...basic, apiVersion }).apiVersion).toBe(version);
  });

  test.each([
    ['Basic Authentication', { ...basic, password: 7 }, 'auth.params.password'],
    ['Basic Authentication', { ...basic, username: '' }, 'auth.params.username'],
    ['Basic Authentication', { ...basic, environmentUrl: 'javascript:1' }, 'auth.params.environmentUrl'],
    ['Basic Authentication', { ...basic, apiVersion: '60.0/x' }, 'auth.params.apiVersion'],
    ['Basic Authentication', { ...basic, apiVersion: '40.0' }, 'auth.params.apiVersion'],
    ['Basic Authentication', { ...basic, clientId: 'id' }, 'auth.params.clientSecret'],
    ['OAuth2 Client Credential', basic, 'auth.params.clientId'],
    ['OAuth2 SAML Assertion', basic, 'auth.specName'],
    ['Basic Authentication', { ...basic, apiBudgetPercent: 0 }, 'auth.params.apiBudgetPercent'],
    ['Basic Authentication', { ...basic, apiBudgetPercent: '80' }, 'auth.params.apiBudgetPercent'],
    ['OAuth2 JWT Bearer', { ...vouched, privateKey: 'pass-word' }, 'auth.params.privateKey'],
    ['OAuth2 JWT Bearer', { ...vouched, username: undefined }, 'auth.params.username'],
    ['OAuth2 JWT Bearer', { ...vouched, audience: 'login' }, 'auth.params.audience'],
    ['OAuth2 JWT Token Credential', { instanceUrl: basic.environmentUrl }, 'auth.params.jwtToken'],
    ['OAuth2 JWT Token Credential', { ...signed, jwtToken: 'pass-word\n' }, 'auth.params.jwtToken'],
    ['OAuth2 JWT Token Credential', { ...signed, instanceUrl: undefined }, 'auth.params.instanceUrl'],
    ['OAuth2 Refresh Code', { ...approved, refreshToken: '' }, 'auth.params.refreshToken'],
    ['OAuth2 Refresh Code', { ...approved, accessToken: 'pass-word ' }, 'auth.params.accessToken'],
    ['Basic Authentication', null, 'auth.params'],
  ])('of %s that are wrong are refused by name: %j', (authSpecName, params, name) => {
    try {
      parseSalesforceParams(authSpecName, params);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ kind: 'refused', code: 'INVALID_PARAMS' });
      expect(String(error)).toContain(name);
      expect(String(error)).not.toContain('pass-word');
    }
  });
});
