import { describe, expect, test } from 'vitest';
import { parseDatabaseParams } from '../database-params.ts';
import { mysqlFailureOf } from './errors.ts';

const params = parseDatabaseParams(3306, 'Basic Authentication', {
  ...{ server: 'db.example.com', database: 'shop', username: 'ada', password: 's3cret' },
});

function told(errno: number, code: string, message = 'told') {
  return mysqlFailureOf(Object.assign(new Error(message), { errno, code, sqlState: 'HY000' }), params);
}

describe('an error of MySQL', () => {
  test.each([
    [1045, 'ER_ACCESS_DENIED_ERROR', 'refused'],
    [1049, 'ER_BAD_DB_ERROR', 'refused'],
    [1142, 'ER_TABLEACCESS_DENIED_ERROR', 'refused'],
    [1054, 'ER_BAD_FIELD_ERROR', 'invalid'],
    [1040, 'ER_CON_COUNT_ERROR', 'busy'],
    [1047, 'ER_UNKNOWN_COM_ERROR', 'busy'],
    [1205, 'ER_LOCK_WAIT_TIMEOUT', 'busy'],
    [1317, 'ER_QUERY_INTERRUPTED', 'busy'],
    [3024, 'ER_QUERY_TIMEOUT', 'busy'],
  ])('%i, %s, is %s', (errno, code, kind) => {
    expect(told(errno, code)).toMatchObject({ kind, code });
  });

  test('never repeats the password', () => {
    expect(told(1064, 'ER_PARSE_ERROR', 'near s3cret').message).toBe('MySQL: near *** (ER_PARSE_ERROR)');
  });

  test('of a server without TLS, or of the network, is told by what can be done', () => {
    const noTls = Object.assign(new Error('no'), { code: 'HANDSHAKE_NO_SSL_SUPPORT' });
    expect(mysqlFailureOf(noTls, params)).toMatchObject({ kind: 'refused' });
    const lost = Object.assign(new Error('Connection lost'), { code: 'PROTOCOL_CONNECTION_LOST' });
    expect(mysqlFailureOf(lost, params)).toMatchObject({ reason: 'connection' });
  });
});
