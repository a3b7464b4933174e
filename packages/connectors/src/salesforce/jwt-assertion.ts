import { createPrivateKey, sign } from 'node:crypto';

/** What an assertion says (OAuth 2.0 JWT Bearer Flow: iss, sub, aud, exp). */
export interface Claims {
  /** The connected app's consumer key. */
  readonly clientId: string;
  readonly username: string;
  readonly audience: string;
  /** By Salesforce's clock. */
  readonly now: Date;
}

/** Salesforce takes assertions that expire within three minutes; the rest is for clocks that differ. */
const LIFETIME_SECONDS = 120;

const LOGIN_HOST = 'https://login.salesforce.com';
const SANDBOX_LOGIN_HOST = 'https://test.salesforce.com';

const PEM = /^\s*-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/;
const LINE_LENGTH = 64;
const FEWEST_BITS = 2048;

/**
 * The key as PEM, whatever became of its line breaks on the way through forms and JSON; undefined where it is no RSA key
 * without a passphrase.
 */
export function parsePrivateKey(text: string): string | undefined {
  const [, label, body] = PEM.exec(text.replaceAll('\\n', '\n')) ?? [];
  if (label === undefined || body === undefined) return undefined;
  const lines = body.replace(/\s/g, '').match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [];
  const pem = `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    const bits = asymmetricKeyDetails?.modulusLength ?? 0;
    return asymmetricKeyType === 'rsa' && bits >= FEWEST_BITS ? pem : undefined;
  } catch {
    return undefined;
  }
}

/** Whether users log in there, and no instance is behind it. */
export function isLoginHost({ origin }: URL): boolean {
  return origin === LOGIN_HOST || origin === SANDBOX_LOGIN_HOST;
}

/** Who an assertion is meant for: the host where users of the instance log in, which tells sandboxes apart by their names. */
export function audienceOf(environmentUrl: URL): string {
  const { hostname, origin } = environmentUrl;
  if (!hostname.endsWith('.salesforce.com') || isLoginHost(environmentUrl)) return origin;
  const isSandbox = hostname.endsWith('.sandbox.my.salesforce.com') || hostname.includes('--');
  return isSandbox ? SANDBOX_LOGIN_HOST : LOGIN_HOST;
}

/** A JWT signed by RS256 (RFC 7515, 7523). */
export function signAssertion({ clientId, username, audience, now }: Claims, privateKey: string): string {
  const exp = Math.floor(now.getTime() / 1000) + LIFETIME_SECONDS;
  const signed = [{ alg: 'RS256' }, { iss: clientId, sub: username, aud: audience, exp }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}
