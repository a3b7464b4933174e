import { randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/** What an access token says of its bearer. */
interface Claims {
  readonly clientId: string;
  readonly orgId: string;
  readonly userId: string;
}

/** Issues access tokens and verifies them. */
export interface Tokens {
  readonly lifetimeSeconds: number;
  issue(claims: Claims): Promise<string>;
  /** Undefined for a token that is not ours, was altered, or has expired. */
  verify(token: string): Promise<Claims | undefined>;
}

/** A day, as the platform's own tokens. */
const TOKEN_LIFETIME_SECONDS = 86_400;

const ISSUER = 'tributary';

/** Signed access tokens (JWT, HS256) under a key of this installation. */
export function createTokens(key: Uint8Array, lifetimeSeconds = TOKEN_LIFETIME_SECONDS): Tokens {
  return {
    lifetimeSeconds,

    issue({ clientId, orgId, userId }) {
      return new SignJWT({ client_id: clientId, org: orgId })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(ISSUER)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${lifetimeSeconds} seconds`)
        .sign(key);
    },

    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, { issuer: ISSUER, algorithms: ['HS256'] });
        const { client_id: clientId, org: orgId, sub: userId } = payload;
        return typeof clientId === 'string' && typeof orgId === 'string' && userId !== undefined
          ? { clientId, orgId, userId }
          : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
