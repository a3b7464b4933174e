import type { DataverseEmulator } from './emulator.ts';

export const API = '/api/data/v9.2';

/** Asks for a token with the application's credentials, or with other form values. */
export async function requestToken(
  { url, credentials }: Pick<DataverseEmulator, 'url' | 'credentials'>,
  form: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/${credentials.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      scope: `${url}/.default`,
      ...form,
    }),
  });
}

export async function tokenOf(emulator: Pick<DataverseEmulator, 'url' | 'credentials'>): Promise<string> {
  const body = await jsonOf(await requestToken(emulator));
  return String(body.access_token);
}

/** Every body that these tests read is a JSON object. */
export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

/** The objects of an array of an answer. */
export function rowsOf(body: Readonly<Record<string, unknown>>): readonly Record<string, unknown>[] {
  if (!Array.isArray(body.value)) throw new Error(`no rows: ${JSON.stringify(body)}`);
  return body.value;
}
