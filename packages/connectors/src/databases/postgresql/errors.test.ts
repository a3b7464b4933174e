import { DatabaseError } from 'pg';
import { describe, expect, test } from 'vitest';
import { parseDatabaseParams } from '../database-params.ts';
import { NO_TLS, postgresFailureOf } from './errors.ts';

const params = parseDatabaseParams(5432, 'Basic Authentication', {
  ...{ server: 'db.example.com', database: 'shop', username: 'ada', password: 's3cret' },
});

function told(code: string, message = 'told') {
  const error = new DatabaseError(message, message.length, 'error');
  error.code = code;
  return postgresFailureOf(error, params);
}

describe('an error of PostgreSQL', () => {
  test.each([
    ['28P01', 'refused'],
    ['3D000', 'refused'],
    ['42501', 'refused'],
    ['42P01', 'invalid'],
    ['22021', 'invalid'],
    ['57P01', 'busy'],
    ['57P03', 'busy'],
    ['53300', 'busy'],
    ['40001', 'busy'],
    ['55P03', 'busy'],
  ])('%s is %s', (code, kind) => {
    expect(told(code)).toMatchObject({ kind, code });
  });

  test('never repeats the password', () => {
    expect(told('42601', 'near s3cret').message).toBe('PostgreSQL: near *** (42601)');
  });

  test('of a server without TLS, or of the network, is told by what can be done', () => {
    expect(postgresFailureOf(new Error(NO_TLS), params)).toMatchObject({ kind: 'refused' });
    const unreachable = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(postgresFailureOf(unreachable, params)).toMatchObject({
      reason: 'connection',
      message: 'PostgreSQL at db.example.com:5432: connect ECONNREFUSED',
    });
  });
});
