import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Sessions } from '../sessions.ts';

/** One user's consent: its refresh token now, and what came of it. */
interface Consent {
  refreshToken: string;
  readonly rotates: boolean;
  readonly accessTokens: string[];
}

/** What a refresh gave; `refreshToken` only where it rotates. */
export interface Refreshed {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
}

/** The connected app that clients log in by: its certificate, and the refresh tokens that users granted it. */
export class ConnectedApp {
  readonly #sessions: Sessions;
  /** Consents by every refresh token that they ever had, also those that were rotated out. */
  readonly #consents = new Map<string, Consent>();
  #publicKey: KeyObject | undefined;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  get publicKey(): KeyObject | undefined {
    return this.#publicKey;
  }

  /** Takes a certificate or public key in PEM. @throws Error where it is neither, or not of RSA. */
  setCertificate(pem: string): void {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== 'rsa') throw new Error('The key is not of RSA.');
    this.#publicKey = key;
  }

  /** A refresh token as the web server flow would have given it. */
  grant(rotates: boolean): string {
    const consent: Consent = { refreshToken: newRefreshToken(), rotates, accessTokens: [] };
    this.#consents.set(consent.refreshToken, consent);
    return consent.refreshToken;
  }

  /**
   * A new session, by the rules of rotation (OAuth 2.0 Refresh Token Flow for Renewed Sessions): whoever comes with a token
   * that was rotated out ends the consent and its sessions. Undefined where the token is none, or none any more.
   */
  refresh(token: string): Refreshed | undefined {
    const consent = this.#consents.get(token);
    if (consent === undefined) return undefined;
    if (consent.refreshToken !== token) {
      this.#end(consent);
      return undefined;
    }
    const accessToken = this.#sessions.issue();
    consent.accessTokens.push(accessToken);
    if (!consent.rotates) return { accessToken, refreshToken: undefined };
    consent.refreshToken = newRefreshToken();
    this.#consents.set(consent.refreshToken, consent);
    return { accessToken, refreshToken: consent.refreshToken };
  }

  /** Revokes a refresh token and all sessions that came of it; false where it is none. */
  revoke(token: string): boolean {
    const consent = this.#consents.get(token);
    if (consent === undefined) return false;
    this.#end(consent);
    return true;
  }

  #end(consent: Consent): void {
    for (const [token, other] of this.#consents) if (other === consent) this.#consents.delete(token);
    for (const token of consent.accessTokens) this.#sessions.end(token);
  }
}

function newRefreshToken(): string {
  return `5Aep${randomBytes(62).toString('base64url').replaceAll('-', '.')}`;
}
