import type { SalesforceEmulator } from './emulator.ts';

/** A client for tests that shows responses as they come over the wire. */
export interface TestClient {
  readonly token: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  send(method: string, path: string, body: unknown): Promise<Response>;
  /** Posts to the control API; rejects where it is refused. */
  control(path: string, body: unknown): Promise<Record<string, unknown>>;
  state(): Promise<Record<string, unknown>>;
  /** All records of a query, page after page. */
  records(soql: string, resource?: 'query' | 'queryAll'): Promise<Record<string, unknown>[]>;
  count(soql: string): Promise<number>;
  /** Creates a bulk job and waits until it is in a final state. */
  finishedJob(query: string, options?: Record<string, unknown>): Promise<Record<string, unknown>>;
}

export const API = '/services/data/v60.0';

/** Logs in with the client credentials grant. */
export async function connect(
  emulator: Pick<SalesforceEmulator, 'url' | 'credentials'>,
): Promise<TestClient> {
  const { url, credentials } = emulator;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
  });
  const grant = await json(await fetch(`${url}/services/oauth2/token`, { method: 'POST', body: form }));
  const token = String(grant.access_token);
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { headers: { authorization: `Bearer ${token}`, ...headers } });
  const send = (method: string, path: string, body: unknown) =>
    fetch(url + path, {
      method,
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });

  async function control(path: string, body: unknown): Promise<Record<string, unknown>> {
    const response = await send('POST', `/__emulator${path}`, body);
    const answer = await json(response);
    if (!response.ok) throw new Error(String(answer.error));
    return answer;
  }

  async function records(soql: string, resource = 'query'): Promise<Record<string, unknown>[]> {
    const all: Record<string, unknown>[] = [];
    let next: unknown = `${API}/${resource}?q=${encodeURIComponent(soql)}`;
    while (typeof next === 'string') {
      const response = await get(next);
      if (!response.ok) throw new Error(await response.text());
      const page = await json(response);
      if (Array.isArray(page.records)) all.push(...page.records);
      next = page.nextRecordsUrl;
    }
    return all;
  }

  async function count(soql: string): Promise<number> {
    return Number((await json(await get(`${API}/query?q=${encodeURIComponent(soql)}`))).totalSize);
  }

  async function finishedJob(
    query: string,
    options: Record<string, unknown> = {},
  ): Promise<Record<string, unknown>> {
    const created = await send('POST', `${API}/jobs/query`, { operation: 'query', query, ...options });
    if (!created.ok) throw new Error(await created.text());
    const { id } = await json(created);
    for (;;) {
      const job = await json(await get(`${API}/jobs/query/${id}`));
      if (job.state !== 'UploadComplete' && job.state !== 'InProgress') return job;
    }
  }

  return {
    token,
    get,
    send,
    control,
    records,
    count,
    finishedJob,
    state: async () => json(await get('/__emulator/state')),
  };
}

async function json(response: Response): Promise<Record<string, unknown>> {
  // Every body this client reads is a JSON object.
  return (await response.json()) as Record<string, unknown>;
}
