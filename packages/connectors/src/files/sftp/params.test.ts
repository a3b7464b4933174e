import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseSftpParams, secretsOf } from './params.ts';

const BY_PASSWORD = 'Basic Authentication for sftp';
const BY_KEY = 'SSH PublicKey Authentication for sftp';
const server = { host: 'sftp.example.com', userName: 'ada' };
const fingerprint = 'SHA256:osJ6Lg0TqK8nekNQyZGMoYwfyxNc+Wh0hYBtBylXuGk';

function rsaKey(passPhrase?: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const cipher = passPhrase === undefined ? {} : { cipher: 'aes-128-cbc', passphrase: passPhrase };
  return Buffer.from(privateKey.export({ type: 'pkcs1', format: 'pem', ...cipher })).toString('base64');
}

describe('the auth parameters of SFTP', () => {
  const key = rsaKey();
  const encrypted = rsaKey('open sesame');

  test('are a user with a password', () => {
    expect(parseSftpParams(BY_PASSWORD, { ...server, password: 'very-secret' })).toEqual({
      host: 'sftp.example.com',
      port: 22,
      user: 'ada',
      login: { kind: 'password', password: 'very-secret' },
      hostKeyFingerprint: undefined,
      folder: '',
      maxOpenFiles: 4,
    });
  });

  test('are a user with a key, in Base64 or as it is', () => {
    const params = parseSftpParams(BY_KEY, {
      ...server,
      port: '2222',
      privateKeyContent: encrypted,
      passPhrase: 'open sesame',
      hostKeyFingerprint: fingerprint,
      folderPath: '/in/crm/',
      maxConcurrentConnections: 8,
    });
    expect(params).toMatchObject({ port: 2222, folder: '/in/crm', maxOpenFiles: 8 });
    expect(`SHA256:${params.hostKeyFingerprint}`).toBe(fingerprint);
    expect(secretsOf(params)).toContain('open sesame');
    const text = Buffer.from(key, 'base64').toString();
    expect(parseSftpParams(BY_KEY, { ...server, privateKeyContent: text }).login).toEqual({
      kind: 'key',
      privateKey: text,
      passPhrase: undefined,
    });
  });

  test.each([
    [BY_PASSWORD, { ...server }, 'password'],
    [BY_PASSWORD, { host: server.host, password: 'very-secret' }, 'userName'],
    [BY_PASSWORD, { ...server, password: 'very-secret', host: 'sftp://example.com' }, 'host'],
    [BY_PASSWORD, { ...server, password: 'very-secret', port: 0 }, 'port'],
    [BY_PASSWORD, { ...server, password: 'very-secret', port: '22a' }, 'port'],
    [BY_PASSWORD, { ...server, password: 'very-secret', folderPath: '/a/../b' }, 'folderPath'],
    [BY_PASSWORD, { ...server, password: 'very-secret', hostKeyFingerprint: 'MD5:00' }, 'hostKeyFingerprint'],
    [
      BY_PASSWORD,
      { ...server, password: 'very-secret', maxConcurrentConnections: 65 },
      'maxConcurrentConnections',
    ],
    [BY_KEY, { ...server, privateKeyContent: 'very-secret' }, 'privateKeyContent'],
    [BY_KEY, { ...server, privateKeyContent: encrypted }, 'passPhrase: must be given'],
    [
      BY_KEY,
      { ...server, privateKeyContent: encrypted, passPhrase: 'very-secret' },
      'passPhrase: does not open',
    ],
  ])('that are wrong are refused by name: %s %#', (authSpecName, params, name) => {
    expect(() => parseSftpParams(authSpecName, params)).toThrow(`auth.params.${name}`);
    expect(() => parseSftpParams(authSpecName, params)).not.toThrow('very-secret');
  });
});
