import ssh2 from 'ssh2';
import { type AuthParams, parseAuthParams, refusedParams } from '../../auth-params.ts';

/** One SFTP server, who asks, and which part of its files is read. */
export interface SftpParams {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly login: SftpLogin;
  /** SHA-256 of the server's public key, as `ssh-keygen -l` writes it, without its ending; undefined: any key is taken. */
  readonly hostKeyFingerprint: string | undefined;
  /** The folder that is the root, as an absolute path without `/` at its end; empty for the server's own root. */
  readonly folder: string;
  /** How many files are read at once. */
  readonly maxOpenFiles: number;
}

export type SftpLogin =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'key'; readonly privateKey: string; readonly passPhrase: string | undefined };

const DEFAULT_PORT = 22;
const DEFAULT_OPEN_FILES = 4;
const MOST_OPEN_FILES = 64;
const FINGERPRINT = /^SHA256:([A-Za-z0-9+/]{43})=?$/;
const KEY_TEXT = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/**
 * Reads the auth parameters of a base connection.
 *
 * @throws SourceError `refused` that names the parameter and never its value.
 */
export function parseSftpParams(authSpecName: string, params: unknown): SftpParams {
  return parseAuthParams(
    {
      'Basic Authentication for sftp': (given) => ({
        ...serverOf(given),
        login: { kind: 'password', password: given.text('password') },
      }),
      'SSH PublicKey Authentication for sftp': (given) => ({ ...serverOf(given), login: keyOf(given) }),
    },
    authSpecName,
    params,
  );
}

/** The values that must not show up in any message. */
export function secretsOf({ login }: SftpParams): readonly string[] {
  if (login.kind === 'password') return [login.password];
  return [login.privateKey, ...(login.passPhrase === undefined ? [] : [login.passPhrase])];
}

function serverOf(params: AuthParams): Omit<SftpParams, 'login'> {
  const host = params.text('host').trim();
  if (!/^[A-Za-z0-9._:[\]%-]{1,255}$/.test(host)) {
    throw refusedParams(
      'auth.params.host: must be a host alone, such as sftp.example.com; its port goes to port',
    );
  }
  return {
    host,
    port: wholeNumber(params, 'port', DEFAULT_PORT, 65_535),
    user: params.text('userName'),
    hostKeyFingerprint: fingerprintOf(params),
    folder: folderOf(params.has('folderPath') ? params.text('folderPath', { mayBeEmpty: true }) : ''),
    maxOpenFiles: wholeNumber(params, 'maxConcurrentConnections', DEFAULT_OPEN_FILES, MOST_OPEN_FILES),
  };
}

function keyOf(params: AuthParams): SftpLogin {
  const privateKey = keyText(params.text('privateKeyContent'));
  const passPhrase = params.has('passPhrase') ? params.text('passPhrase', { mayBeEmpty: true }) : '';
  const key = ssh2.utils.parseKey(privateKey, passPhrase === '' ? undefined : passPhrase);
  if (key instanceof Error) throw refusedKey(key, passPhrase !== '');
  return { kind: 'key', privateKey, passPhrase: passPhrase === '' ? undefined : passPhrase };
}

/** The platform wants the file of the key in Base64; the text of the file itself is taken, too. */
function keyText(content: string): string {
  const text = KEY_TEXT.test(content) ? content : Buffer.from(content, 'base64').toString('latin1');
  if (KEY_TEXT.test(text)) return text;
  throw refusedParams('auth.params.privateKeyContent: must be the file of a private key, in Base64');
}

function refusedKey(error: Error, hasPassPhrase: boolean): Error {
  const isLocked = /passphrase|decrypt|integrity check|bad decrypt/i.test(error.message);
  if (!isLocked) {
    return refusedParams(
      'auth.params.privateKeyContent: must be a key in the format of OpenSSH or PEM (ssh-keygen -m pem)',
    );
  }
  return refusedParams(
    hasPassPhrase
      ? 'auth.params.passPhrase: does not open the key of privateKeyContent'
      : 'auth.params.passPhrase: must be given, for the key of privateKeyContent is encrypted',
  );
}

function fingerprintOf(params: AuthParams): string | undefined {
  if (!params.has('hostKeyFingerprint')) return undefined;
  const fingerprint = FINGERPRINT.exec(params.text('hostKeyFingerprint').trim())?.[1];
  if (fingerprint !== undefined) return fingerprint;
  throw refusedParams(
    'auth.params.hostKeyFingerprint: must be such as ssh-keyscan HOST | ssh-keygen -lf - tells it: SHA256: and 43 characters',
  );
}

function wholeNumber(params: AuthParams, name: string, fallback: number, most: number): number {
  // Forms send numbers as texts.
  const value = Number(params.value(name) ?? fallback);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw refusedParams(`auth.params.${name}: must be a whole number from 1 to ${most}`);
}

function folderOf(path: string): string {
  const names = path.split('/').filter((name) => name !== '');
  if (names.some((name) => name === '.' || name === '..' || name.includes('\0'))) {
    throw refusedParams('auth.params.folderPath: must be an absolute path; take . and .. out of it');
  }
  return names.map((name) => `/${name}`).join('');
}
