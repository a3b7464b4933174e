import { expect, test } from 'vitest';
import { OutboundError } from '../../outbound/errors.ts';
import { sourceErrorOfSftp } from './errors.ts';
import { parseSftpParams } from './params.ts';

const params = parseSftpParams('Basic Authentication for sftp', {
  host: 'sftp.example.com',
  userName: 'ada',
  password: 'very-secret',
});

test.each([
  [{ code: 3 }, 'refused', 'PERMISSION_DENIED', 'give the user the right'],
  [{ code: 4 }, 'busy', 'FAILURE', '/in/a.csv'],
  [{ code: 7 }, 'busy', 'CONNECTION_LOST', 'connection'],
  [{ code: 8 }, 'invalid', 'OP_UNSUPPORTED', 'cannot do it'],
  [{ level: 'handshake' }, 'refused', 'NO_COMMON_ALGORITHM', 'not safe'],
  [{ level: 'protocol' }, 'refused', 'NO_SSH', 'SSH server'],
  [{ level: 'client-timeout' }, 'busy', 'TIMEOUT', 'does not answer'],
  [{ code: 'ECONNRESET' }, 'busy', 'CONNECTION', '/in/a.csv'],
  [{ code: 'ENOTFOUND' }, 'refused', 'UNKNOWN_HOST', '/in/a.csv'],
])('%j is told as %s', (marks, kind, code, told) => {
  const error = Object.assign(new Error('it said very-secret'), marks);
  const sourceError = sourceErrorOfSftp(error, '/in/a.csv', params);
  expect(sourceError).toMatchObject({ kind, code });
  expect(String(sourceError)).toContain(told);
});

test('the words of a server are told without the secrets among them', () => {
  const error = Object.assign(new Error('it said very-secret'), { code: 4 });
  expect(String(sourceErrorOfSftp(error, '/in/a.csv', params))).toContain('(it said ***)');
});

test('what the rules for addresses forbid is refused', () => {
  const error = new OutboundError('not-allowed', 'no');
  expect(sourceErrorOfSftp(error, '/', params)).toMatchObject({ kind: 'refused', code: 'NOT_ALLOWED' });
});
