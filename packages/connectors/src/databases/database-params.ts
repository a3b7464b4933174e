import { type AuthParams, parseAuthParams, refusedParams } from '../auth-params.ts';
import { type ConnectionStringParts, parseConnectionString } from './connection-string.ts';
import { type TlsMode, tlsModeOf } from './tls-mode.ts';

/** Where a database is, and who asks. */
export interface DatabaseParams {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: TlsMode;
  /** Certificates of authorities, in PEM, that are trusted instead of the usual ones. */
  readonly caCertificate: string | undefined;
  /** The zone of columns that keep none; undefined: that which the server's own clock writes into them. */
  readonly timeZone: string | undefined;
}

/** Keys of connection strings, by what they stand for. */
const KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Server: ['server', 'host', 'datasource', 'address', 'addr', 'networkaddress'],
    Port: ['port'],
    Database: ['database', 'initialcatalog', 'db', 'dbname'],
    UID: ['uid', 'user', 'userid', 'username'],
    Password: ['password', 'pwd'],
    SslMode: ['sslmode'],
    EncryptionMethod: ['encryptionmethod'],
    ValidateServerCertificate: ['validateservercertificate'],
  }).flatMap(([name, spellings]) => spellings.map((spelling) => [spelling, name])),
);

const CONNECTION_STRING = 'auth.params.connectionString';
const ZONE = /^(?:[A-Za-z][A-Za-z0-9_+/-]{0,63}|[+-]\d{2}:\d{2})$/;

/**
 * Reads the auth parameters of a base connection to a database.
 *
 * @throws SourceError `refused` that names the parameter and never its value.
 */
export function parseDatabaseParams(
  defaultPort: number,
  authSpecName: string,
  params: unknown,
): DatabaseParams {
  return parseAuthParams(
    {
      'Connection String Based Authentication': (given) => ofConnectionString(given, defaultPort),
      'Basic Authentication': (given) => ofBasic(given, defaultPort),
    },
    authSpecName,
    params,
  );
}

/** The values that must not show up in any message. */
export function secretsOf({ password }: DatabaseParams): readonly string[] {
  return password === '' ? [] : [password];
}

function ofBasic(params: AuthParams, defaultPort: number): DatabaseParams {
  const sslMode = params.value('sslMode');
  return {
    host: hostOf(params.text('server'), 'auth.params.server'),
    port: params.has('port') ? portOf(params.value('port'), 'auth.params.port') : defaultPort,
    database: params.text('database'),
    user: params.text('username'),
    password: params.text('password', { mayBeEmpty: true }),
    tls: sslMode === undefined ? 'prefer' : modeOf(String(sslMode), 'auth.params.sslMode'),
    ...extrasOf(params),
  };
}

function ofConnectionString(params: AuthParams, defaultPort: number): DatabaseParams {
  const parts = parseConnectionString(params.text('connectionString'), KEYS);
  const text = (name: string) => {
    const value = parts.get(name);
    if (value === undefined || value === '') throw refusedParams(`${CONNECTION_STRING}: ${name} is missing`);
    return value;
  };
  const port = parts.get('Port');
  return {
    host: hostOf(text('Server'), `${CONNECTION_STRING}: Server`),
    port: port === undefined ? defaultPort : portOf(port, `${CONNECTION_STRING}: Port`),
    database: text('Database'),
    user: text('UID'),
    password: parts.get('Password') ?? '',
    tls: modeOfParts(parts),
    ...extrasOf(params),
  };
}

/** `EncryptionMethod` and `ValidateServerCertificate` are what the platform appends to a connection string. */
function modeOfParts(parts: ConnectionStringParts): TlsMode {
  const sslMode = parts.get('SslMode');
  if (sslMode !== undefined) return modeOf(sslMode, `${CONNECTION_STRING}: SslMode`);
  const method = parts.get('EncryptionMethod');
  switch (method) {
    case '0':
      return 'disable';
    case '1':
      return parts.get('ValidateServerCertificate') === '0' ? 'require' : 'verify-full';
    case undefined:
    case '6':
      return 'prefer';
    default:
      throw refusedParams(`${CONNECTION_STRING}: EncryptionMethod must be 0, 1 or 6`);
  }
}

function extrasOf(params: AuthParams): Pick<DatabaseParams, 'caCertificate' | 'timeZone'> {
  const caCertificate = params.has('caCertificate') ? params.text('caCertificate') : undefined;
  if (caCertificate !== undefined && !caCertificate.includes('-----BEGIN CERTIFICATE-----'))
    throw refusedParams('auth.params.caCertificate: must be a certificate in PEM');
  const timeZone = params.has('timeZone') ? params.text('timeZone') : undefined;
  if (timeZone !== undefined && !ZONE.test(timeZone))
    throw refusedParams(
      'auth.params.timeZone: must be the name of a zone, such as Europe/Berlin, or an offset, such as +01:00',
    );
  return { caCertificate, timeZone };
}

function hostOf(value: string, param: string): string {
  if (/^[A-Za-z0-9._-]+$|^\[?[0-9A-Fa-f:.]+\]?$/.test(value)) return value.replaceAll(/[[\]]/g, '');
  throw refusedParams(`${param} must be the name or the address of a host, without scheme, port or path`);
}

function portOf(value: unknown, param: string): number {
  const port = /^\d{1,5}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (port >= 1 && port <= 65_535) return port;
  throw refusedParams(`${param} must be a number from 1 to 65535`);
}

function modeOf(value: string, param: string): TlsMode {
  const mode = tlsModeOf(value);
  if (mode !== undefined) return mode;
  throw refusedParams(
    `${param} must be one of Disable, Prefer, Require, Verify-Ca, Verify-Full, or MySQL's names of these`,
  );
}
