import { describe, expect, test } from 'vitest';
import { parseDatabaseParams } from './database-params.ts';

const STRING = 'Connection String Based Authentication';
const BASIC = 'Basic Authentication';
const basic = { server: 'db.example.com', database: 'shop', username: 'ada', password: 's3cret;' };

function ofString(connectionString: string) {
  return parseDatabaseParams(5432, STRING, { connectionString });
}

describe('a connection string', () => {
  test.each([
    ['Server=db.example.com;Database=shop;Port=6432;UID=ada;Password=s3cret', 6432],
    ['server = db.example.com ; database=shop; User Id=ada; pwd=s3cret;', 5432],
    ['Data Source=db.example.com;Initial Catalog=shop;username=ada;PASSWORD="s3cret"', 5432],
  ])('is taken apart: %s', (text, port) => {
    expect(ofString(text)).toMatchObject({
      ...{ host: 'db.example.com', database: 'shop', user: 'ada', password: 's3cret', port, tls: 'prefer' },
    });
  });

  test.each([
    ['Password="a;b""c=d"', 'a;b"c=d'],
    [`Password='a;b''c'`, `a;b'c`],
    ['Password={a;b}}c}', 'a;b}c'],
    ['Password=a=b"c', 'a=b"c'],
    ['Password=', ''],
  ])('may hold any password: %s', (text, password) => {
    expect(ofString(`Server=h;Database=d;UID=u;${text}`).password).toBe(password);
  });

  test.each([
    ['EncryptionMethod=0', 'disable'],
    ['EncryptionMethod=1', 'verify-full'],
    ['EncryptionMethod=1;ValidateServerCertificate=1', 'verify-full'],
    ['EncryptionMethod=1;ValidateServerCertificate=0', 'require'],
    ['EncryptionMethod=6', 'prefer'],
    ['SSL Mode=VerifyCA', 'verify-ca'],
  ])('says how the connection is encrypted: %s', (text, tls) => {
    expect(ofString(`Server=h;Database=d;UID=u;Password=p;${text}`).tls).toBe(tls);
  });

  test.each([
    ['Server=h;Database=d;Password=s3cret', 'connectionString: UID is missing'],
    ['Server=h;Database=d;UID=u;Password=half;s3cret=1', 'the key of part 5 is none of those known'],
    ['Server=h;Database=d;UID=u;Password=half;s3cret', 'part 5 is no key=value'],
    ['Server=h;Host=s3cret;Database=d;UID=u', 'Server is given twice'],
    ['Server=h;Database=d;UID=u;EncryptionMethod=2', 'EncryptionMethod must be 0, 1 or 6'],
    ['Server=h;Port=s3cret;Database=d;UID=u', 'Port must be a number'],
    ['Server=https://s3cret;Database=d;UID=u', 'Server must be the name or the address of a host'],
    ['s3cret', 'part 1 is no key=value'],
  ])('that is wrong is told without a word of it: %s', (text, message) => {
    const refusal = refusalOf(() => ofString(text));
    expect(refusal).toContain(message);
    expect(refusal).not.toContain('s3cret');
  });
});

describe('basic authentication', () => {
  test.each([
    [{ ...basic, port: '6432' }, { port: 6432 }],
    [{ ...basic, port: 6432 }, { port: 6432 }],
    [
      { ...basic, server: '[::1]' },
      { host: '::1', port: 5432 },
    ],
    [{ ...basic, sslMode: 'Verify-Full' }, { tls: 'verify-full' }],
    [{ ...basic, sslMode: 'DISABLED' }, { tls: 'disable' }],
    [{ ...basic, sslMode: 'true' }, { tls: 'require' }],
    [{ ...basic, sslMode: false }, { tls: 'prefer' }],
    [{ ...basic, timeZone: 'Europe/Berlin' }, { timeZone: 'Europe/Berlin' }],
  ])('is read: %j', (params, expected) => {
    expect(parseDatabaseParams(5432, BASIC, params)).toMatchObject(expected);
  });

  test.each([
    [{ ...basic, server: undefined }, 'auth.params.server'],
    [{ ...basic, server: 'db.example.com/s3cret;' }, 'auth.params.server'],
    [{ ...basic, port: 0 }, 'auth.params.port'],
    [{ ...basic, port: '5432a' }, 'auth.params.port'],
    [{ ...basic, password: 7 }, 'auth.params.password'],
    [{ ...basic, sslMode: 'maybe' }, 'auth.params.sslMode'],
    [{ ...basic, caCertificate: 's3cret;' }, 'auth.params.caCertificate'],
    [{ ...basic, timeZone: `UTC'; DROP TABLE` }, 'auth.params.timeZone'],
  ])('that is wrong is refused by name: %j', (params, name) => {
    const refusal = refusalOf(() => parseDatabaseParams(5432, BASIC, params));
    expect(refusal).toContain(name);
    expect(refusal).not.toContain('s3cret');
  });

  test('is one of two ways', () => {
    expect(() => parseDatabaseParams(5432, 'OAuth', basic)).toThrow(
      'auth.specName: "OAuth" is none of Connection String Based Authentication, Basic Authentication',
    );
  });
});

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error);
  }
  throw new Error('nothing was refused');
}
