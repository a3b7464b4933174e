import { numberAt, textAt } from '../json.ts';

/** A signed-in client: a token and what else every call carries. The client secret is not part of it. */
export interface Session {
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly clientId: string;
  readonly orgId: string;
  readonly sandbox: string;
}

const STORAGE_KEY = 'tributary.session';

/** What every call of a session carries. */
export function headersOf({ accessToken, clientId, orgId, sandbox }: Session): Record<string, string> {
  return {
    authorization: `Bearer ${accessToken}`,
    'x-api-key': clientId,
    'x-gw-ims-org-id': orgId,
    'x-sandbox-name': sandbox,
  };
}

/** This browser tab's session, if it has one that still holds. */
export function storedSession(): Session | undefined {
  const session = parseSession(sessionStorage.getItem(STORAGE_KEY));
  return session !== undefined && session.expiresAt > Date.now() ? session : undefined;
}

/** Keeps the session for as long as the tab lives; undefined forgets it. */
export function storeSession(session: Session | undefined): void {
  if (session === undefined) sessionStorage.removeItem(STORAGE_KEY);
  else sessionStorage.setItem(STORAGE_KEY, JSON.stringify(session));
}

function parseSession(text: string | null): Session | undefined {
  try {
    const stored: unknown = JSON.parse(text ?? 'null');
    const accessToken = textAt(stored, 'accessToken');
    const expiresAt = numberAt(stored, 'expiresAt');
    const clientId = textAt(stored, 'clientId');
    const orgId = textAt(stored, 'orgId');
    const sandbox = textAt(stored, 'sandbox');
    return accessToken && expiresAt && clientId && orgId && sandbox
      ? { accessToken, expiresAt, clientId, orgId, sandbox }
      : undefined;
  } catch {
    return undefined;
  }
}
