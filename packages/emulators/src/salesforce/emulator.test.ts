import { expect, test } from 'vitest';
import { type SalesforceEmulatorOptions, startSalesforceEmulator } from './emulator.ts';
import { API, connect, type TestClient } from './test-client.ts';

/** Runs a test against an emulator of its own. */
async function withEmulator(
  options: SalesforceEmulatorOptions,
  use: (client: TestClient, url: string) => Promise<void>,
) {
  const emulator = await startSalesforceEmulator({ rows: { Contact: 900 }, ...options });
  try {
    await use(await connect(emulator), emulator.url);
  } finally {
    await emulator.close();
  }
}

const credentials = {
  clientId: 'client',
  clientSecret: 'secret',
  username: 'user@example.com',
  password: 'p&ss<word>',
  securityToken: 'token',
};

test.each([
  [
    { grant_type: 'client_credentials', client_id: 'other', client_secret: 'secret' },
    'invalid_client_id',
    'client identifier invalid',
  ],
  [
    { grant_type: 'client_credentials', client_id: 'client', client_secret: 'no' },
    'invalid_client',
    'invalid client credentials',
  ],
  [
    {
      grant_type: 'password',
      client_id: 'client',
      client_secret: 'secret',
      username: 'user@example.com',
      password: 'p&ss<word>',
    },
    'invalid_grant',
    'authentication failure',
  ],
  [{ grant_type: 'magic' }, 'unsupported_grant_type', 'grant type not supported'],
  [{}, 'unsupported_grant_type', 'grant type not supported'],
])('a token request %j is refused', async (form, error, description) => {
  await withEmulator(credentials, async (_, url) => {
    const response = await fetch(`${url}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form as Record<string, string>),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error, error_description: description });
  });
});

test('a token is a session at the instance it names', async () => {
  await withEmulator(credentials, async (_, url) => {
    const form = {
      grant_type: 'password',
      client_id: 'client',
      client_secret: 'secret',
      username: 'user@example.com',
      password: 'p&ss<word>token',
    };
    const response = await fetch(`${url}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^00D\w{12}!\S+$/),
      instance_url: url,
      id: expect.stringContaining(`${url}/id/00D`),
      token_type: 'Bearer',
      issued_at: expect.stringMatching(/^\d{13}$/),
      signature: expect.any(String),
      scope: 'api',
    });
  });
});

test('an expired, unknown or missing session is INVALID_SESSION_ID', async () => {
  await withEmulator({ sessionLifetimeMs: 0 }, async (client, url) => {
    for (const response of [
      await client.get(`${API}/limits`),
      await client.get(`${API}/limits`, { authorization: 'Bearer nonsense' }),
      await fetch(`${url}${API}/limits`),
    ]) {
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual([
        { message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' },
      ]);
    }
  });
});

test('every answer tells the use of the daily limit, and the limit ends in REQUEST_LIMIT_EXCEEDED', async () => {
  await withEmulator({ dailyApiRequests: 2 }, async (client) => {
    expect((await client.get(`${API}/limits`)).headers.get('sforce-limit-info')).toBe('api-usage=1/2');
    expect(await (await client.get(`${API}/limits`)).json()).toMatchObject({
      DailyApiRequests: { Max: 2, Remaining: 0 },
    });
    const third = await client.get(`${API}/limits`);
    expect(third.status).toBe(403);
    expect(await third.json()).toEqual([
      { errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' },
    ]);
  });
});

test('a query answers in the order totalSize, done, nextRecordsUrl, records, in batches of 200 to 2000', async () => {
  await withEmulator({}, async (client) => {
    const path = `${API}/query?q=${encodeURIComponent('SELECT Id FROM Contact')}`;
    for (const [asked, batch] of [
      ['batchSize=200', 200],
      ['batchSize=5', 200],
      ['batchSize=450', 450],
      ['batchSize=9999', 900],
    ] as const) {
      const text = await (await client.get(path, { 'sforce-query-options': asked })).text();
      const page: { records: unknown[]; done: boolean } = JSON.parse(text);
      expect(page.records).toHaveLength(batch);
      expect(Object.keys(page)).toEqual(
        page.done ? ['totalSize', 'done', 'records'] : ['totalSize', 'done', 'nextRecordsUrl', 'records'],
      );
    }
  });
});

test('a cursor pages through the rows as they were when the query ran', async () => {
  await withEmulator({}, async (client) => {
    const path = `${API}/query?q=${encodeURIComponent('SELECT Id, Title FROM Contact')}`;
    const options = { 'sforce-query-options': 'batchSize=500' };
    const before = await client.records('SELECT Id, Title FROM Contact');
    const first: { nextRecordsUrl: string; records: unknown[] } = JSON.parse(
      await (await client.get(path, options)).text(),
    );
    await client.control('/mutate', { object: 'Contact', update: 300, delete: 300, insert: 10 });
    const second: { records: unknown[] } = JSON.parse(await (await client.get(first.nextRecordsUrl)).text());
    expect([...first.records, ...second.records]).toEqual(before);
    expect(await client.count('SELECT COUNT() FROM Contact')).toBe(610);
  });
});

test('the same seed gives the same rows, another seed others', async () => {
  const pages: string[] = [];
  for (const seed of [5, 5, 6]) {
    await withEmulator({ seed }, async (client) => {
      await client.control('/clock', { now: '2026-11-01T00:00:00Z' });
      await client.control('/mutate', { object: 'Contact', update: 50, insert: 5, delete: 5 });
      pages.push(await (await client.get('/__emulator/rows?object=Contact')).text());
    });
  }
  expect(pages[1]).toBe(pages[0]);
  expect(pages[2]).not.toBe(pages[0]);
});

test.each(['v30.0', 'v99.0', '60.0', 'v60'])('version %s does not exist', async (version) => {
  await withEmulator({}, async (client) => {
    const response = await client.get(`/services/data/${version}/limits`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject([{ errorCode: 'NOT_FOUND' }]);
  });
});

test('a bodiless request may name a content type', async () => {
  await withEmulator({}, async (client, url) => {
    const { id } = await client.finishedJob('SELECT Id FROM Contact');
    const headers = { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}${API}/jobs/query/${id}`, { method: 'DELETE', headers });
    expect(response.status).toBe(204);
  });
});

test('a URI beyond 16,384 bytes is too long', async () => {
  await withEmulator({}, async (client) => {
    const response = await client.get(`${API}/query?q=${'x'.repeat(16_400)}`);
    expect(response.status).toBe(414);
  });
});

test('compound names and addresses agree with their parts', async () => {
  await withEmulator({}, async (client) => {
    const fields =
      'FirstName, LastName, Name, MailingAddress, MailingStreet, MailingCity, MailingState, MailingPostalCode, MailingCountry';
    await client.control('/mutate', { object: 'Contact', update: 400 });
    for (const record of await client.records(`SELECT ${fields} FROM Contact`)) {
      expect(record.Name).toContain(record.LastName);
      if (record.FirstName !== null) expect(record.Name).toContain(record.FirstName);
      if (record.MailingAddress === null) expect(record.MailingCity).toBeNull();
      else {
        expect(record.MailingAddress).toMatchObject({
          street: record.MailingStreet,
          city: record.MailingCity,
          state: record.MailingState,
          postalCode: record.MailingPostalCode,
          country: record.MailingCountry,
        });
      }
    }
  });
});

test.each([
  [{ rows: { Contacts: 5 } }, "rows names 'Contacts'"],
  [{ rows: { Contact: -1 } }, 'rows.Contact must be a whole number'],
  [{ seed: 1.5 }, 'seed must be a whole number'],
])('options %j are refused', async (options, message) => {
  await expect(startSalesforceEmulator(options)).rejects.toThrow(message);
});
