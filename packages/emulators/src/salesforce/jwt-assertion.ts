import { type KeyObject, verify } from 'node:crypto';

/** What an assertion has to say to be taken. */
export interface AssertionRules {
  /** The key of the certificate that the connected app has; undefined where it has none. */
  readonly publicKey: KeyObject | undefined;
  readonly clientId: string;
  readonly username: string;
  /** The addresses that count as this org's log-in. */
  readonly audiences: readonly string[];
  /** The org's time, epoch milliseconds. */
  readonly now: number;
}

/** An assertion may be valid for three minutes; two more are allowed for clocks that differ. */
const LONGEST_VALIDITY_MS = 300_000;

export type AssertionFailure = 'malformed' | 'issuer' | 'signature' | 'audience' | 'expired' | 'subject';

/**
 * Checks a JWT by RS256 (OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration; RFC 7523, 3). Gives what is wrong with
 * it, or undefined where nothing is.
 */
export function checkAssertion(assertion: string, rules: AssertionRules): AssertionFailure | undefined {
  const [header = '', claims = '', signature = '', ...more] = assertion.split('.');
  const { alg } = parsePart(header) ?? {};
  const { iss, sub, aud, exp } = parsePart(claims) ?? {};
  if (more.length > 0 || alg !== 'RS256' || iss === undefined) return 'malformed';
  if (iss !== rules.clientId) return 'issuer';
  const signed = Buffer.from(`${header}.${claims}`);
  const { publicKey } = rules;
  const isSigned =
    publicKey !== undefined && verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'));
  if (!isSigned) return 'signature';
  if (!rules.audiences.includes(String(aud).replace(/\/$/, ''))) return 'audience';
  // The documentation's own example writes the seconds as text.
  const expiresAt = Number(exp) * 1000;
  if (Number.isNaN(expiresAt) || expiresAt > rules.now + LONGEST_VALIDITY_MS) return 'malformed';
  if (expiresAt <= rules.now) return 'expired';
  return sub === rules.username ? undefined : 'subject';
}

function parsePart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return parsed !== null && typeof parsed === 'object' ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
