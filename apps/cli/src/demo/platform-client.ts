/** How to reach a server, and as whom. */
export interface Credential {
  readonly url: string;
  readonly orgId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface PlatformCall {
  readonly method: string;
  /** From the host on. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The platform answered a call with an error. */
class PlatformError extends Error {
  constructor(call: PlatformCall, status: number, text: string) {
    super(`${call.method} ${call.path} was answered with ${status}: ${text}`);
    this.name = 'PlatformError';
  }
}

/** Calls the platform's APIs as any client would: a token first, then the four headers on each call. */
export interface PlatformClient {
  /** The parsed answer. @throws {PlatformError} */
  call(call: PlatformCall): Promise<unknown>;
}

/** Signs in, and calls as that client in one sandbox. @throws {PlatformError} */
export async function connectToPlatform(credential: Credential, sandbox: string): Promise<PlatformClient> {
  const token = await fetchToken(credential);
  return {
    async call(call) {
      const response = await fetch(credential.url + call.path, {
        method: call.method,
        headers: {
          authorization: `Bearer ${token}`,
          'x-api-key': credential.clientId,
          'x-gw-ims-org-id': credential.orgId,
          'x-sandbox-name': sandbox,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...call.headers,
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new PlatformError(call, response.status, text);
      const answer: unknown = text === '' ? undefined : JSON.parse(text);
      return answer;
    },
  };
}

async function fetchToken({ url, clientId, clientSecret }: Credential): Promise<string> {
  const call: PlatformCall = { method: 'POST', path: '/ims/token/v3' };
  const response = await fetch(url + call.path, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'openid,AdobeID',
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new PlatformError(call, response.status, text);
  return textAt(JSON.parse(text), 'access_token');
}

/** The value at a path of keys and indexes, undefined where there is none. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null
        ? // Any object may be looked into as a record.
          (at as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}

/** The text at a path. @throws where there is none: the answer is not of the documented shape. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = valueAt(value, ...path);
  if (typeof found === 'string') return found;
  throw new Error(`the answer has no text at ${path.join('.')}`);
}
