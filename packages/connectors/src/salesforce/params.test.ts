import { describe, expect, test } from 'vitest';
import { parseSalesforceParams, secretsOf } from './params.ts';

const basic = {
  environmentUrl: 'https://example.my.salesforce.com/',
  username: 'ada@example.com',
  password: 'pass-word',
  securityToken: 'tok-en',
};

describe('auth parameters', () => {
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
