import { randomBytes } from 'node:crypto';

/** Access tokens and SOAP session ids, which are the same thing to Salesforce. Lifetimes run on real time. */
export class Sessions {
  readonly #expiries = new Map<string, number>();
  readonly #lifetimeMs: number;
  readonly #organizationId: string;

  constructor(organizationId: string, lifetimeMs: number) {
    this.#organizationId = organizationId;
    this.#lifetimeMs = lifetimeMs;
  }

  issue(): string {
    const token = `${this.#organizationId.slice(0, 15)}!${randomBytes(48).toString('base64url').replaceAll('-', '.')}`;
    this.#expiries.set(token, Date.now() + this.#lifetimeMs);
    return token;
  }

  isValid(token: string): boolean {
    const expiry = this.#expiries.get(token);
    if (expiry === undefined) return false;
    if (expiry > Date.now()) return true;
    this.#expiries.delete(token);
    return false;
  }

  end(token: string): boolean {
    return this.#expiries.delete(token);
  }
}
