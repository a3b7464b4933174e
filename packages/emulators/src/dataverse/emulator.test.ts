import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DataverseEmulator, startDataverseEmulator } from './emulator.ts';
import { API, jsonOf, requestToken, rowsOf, tokenOf } from './test-client.ts';

let emulator: DataverseEmulator;
let token: string;
beforeAll(async () => {
  emulator = await startDataverseEmulator({ rows: { contact: 6000, account: 50, lead: 10 } });
  token = await tokenOf(emulator);
});
afterEach(() => control('/fault', undefined, 'DELETE'));
afterAll(() => emulator.close());

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const url = path.startsWith('http') ? path : `${emulator.url}${API}${path}`;
  return fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

async function control(path: string, body?: object, method = 'POST'): Promise<Response> {
  return fetch(`${emulator.url}/__emulator${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
}

describe('a log-in', () => {
  test('is found by the challenge of a request without a token', async () => {
    const answer = await fetch(`${emulator.url}${API}/`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer authorization_uri=${emulator.url}/${emulator.credentials.tenantId}/oauth2/authorize, resource_id=${emulator.url}/`,
    );
  });

  test('by user name and password gives a token too', async () => {
    const { username, password } = emulator.credentials;
    const answer = await requestToken(emulator, { grant_type: 'password', username, password });
    expect(await jsonOf(answer)).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
  });

  test.each([
    [{ client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    [{ client_id: 'nobody' }, 400, 'unauthorized_client', 700016],
    [{ scope: 'https://elsewhere.crm.dynamics.com/.default' }, 400, 'invalid_resource', 500011],
    [{ scope: 'user_impersonation' }, 400, 'invalid_scope', 1002012],
    [{ grant_type: 'password', username: 'me', password: 'wrong' }, 400, 'invalid_grant', 50126],
    [{ grant_type: 'device_code' }, 400, 'unsupported_grant_type', 70003],
  ])('with %j is refused in the words of Entra ID', async (form, status, error, number) => {
    const answer = await requestToken(emulator, form);
    expect(answer.status).toBe(status);
    expect(await jsonOf(answer)).toMatchObject({
      error,
      error_codes: [number],
      error_description: expect.stringMatching(`^AADSTS${number}: `),
    });
  });
});

describe('a filter', () => {
  test.each([
    ['contactid eq null', 0],
    ['contactid ne null', 6000],
    ['(firstname eq null) or not (firstname eq null)', 6000],
    ['donotemail eq true and donotemail eq false', 0],
    ["lastname eq 'o''nobody'", 0],
    ['createdon lt 2000-01-01T00:00:00Z', 0],
    ['createdon ge 2000-01-01 and birthdate lt 2100-01-01 or birthdate eq null', 6000],
    ["contains(emailaddress1,'@') or emailaddress1 eq null", 6000],
  ])('%s finds %d rows', async (filter, rows) => {
    const path = `/contacts?$apply=${encodeURIComponent(`filter(${filter})/aggregate($count as rows)`)}`;
    expect(rowsOf(await jsonOf(await get(path)))).toEqual([{ rows }]);
  });

  test.each([
    'nonsense eq 1',
    'parentcustomerid eq null',
    "createdon eq 'today'",
    'lastname eq',
    'lastname like 1',
    'lastname eq 5',
    "startswith(lastname,'a'",
    'lastname gt null',
    '#',
  ])('%s is refused', async (filter) => {
    const answer = await get(`/contacts?$filter=${encodeURIComponent(filter)}`);
    expect(answer.status).toBe(400);
    expect(await jsonOf(answer)).toMatchObject({
      error: { code: '0x80060888', message: expect.any(String) },
    });
  });

  test('that $skip asks for is refused, as Dataverse has none', async () => {
    expect((await get('/contacts?$skip=10')).status).toBe(400);
  });
});

describe('pages', () => {
  async function read(path: string, size: number, between?: () => Promise<unknown>) {
    const ids: string[] = [];
    let next: unknown = path;
    while (typeof next === 'string') {
      const body = await jsonOf(await get(next, { prefer: `odata.maxpagesize=${size}` }));
      ids.push(...rowsOf(body).map(({ contactid }) => String(contactid)));
      next = body['@odata.nextLink'];
      await between?.();
    }
    return ids;
  }

  test('have 5,000 rows unless asked otherwise, and count no further', async () => {
    const body = await jsonOf(await get('/contacts?$select=lastname&$count=true'));
    expect(rowsOf(body)).toHaveLength(5000);
    expect(body).toMatchObject({
      '@odata.count': 5000,
      '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded': true,
    });
  });

  test('cut through rows that share a stamp, and give each once', async () => {
    const ids = await read('/contacts?$select=modifiedon&$orderby=modifiedon asc,contactid asc', 333);
    expect(new Set(ids).size).toBe(6000);
    expect(ids).toHaveLength(6000);
  });

  test('are queries of their own: rows that change between them move', async () => {
    const upTo = '2026-08-01T00:00:00Z';
    const path = `/contacts?$select=modifiedon&$filter=modifiedon le ${upTo}&$orderby=modifiedon asc,contactid asc`;
    let changed: string[] = [];
    const ids = await read(path, 2000, async () => {
      if (changed.length > 0) return;
      await control('/clock', { now: '2026-09-01T00:00:00Z' });
      const body = await jsonOf(await control('/mutate', { object: 'contact', update: 500 }));
      changed = body.updated as string[];
    });
    await control('/clock', { now: null });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeLessThan(6000);
    expect(ids.length).toBeGreaterThanOrEqual(5500);
    expect(changed).toHaveLength(500);
  });

  test('lose their cookie when a fault says so', async () => {
    const first = await jsonOf(await get('/contacts?$select=lastname', { prefer: 'odata.maxpagesize=10' }));
    await control('/fault', { kind: 'expirePagingCookie' });
    expect((await get(String(first['@odata.nextLink']))).status).toBe(400);
  });
});

describe('rows', () => {
  test('give decimals as text where numbers would lose digits', async () => {
    const path =
      '/contacts?$select=annualincome,new_discountrate,versionnumber&$filter=annualincome ne null and new_discountrate ne null&$top=1';
    const asNumbers = rowsOf(await jsonOf(await get(path)))[0];
    const asText = rowsOf(
      await jsonOf(await get(path, { accept: 'application/json;IEEE754Compatible=true' })),
    )[0];
    expect(typeof asNumbers?.annualincome).toBe('number');
    expect(asText?.annualincome).toMatch(/^\d+\.\d{4}$/);
    expect(asText?.new_discountrate).toMatch(/^\d+\.\d{10}$/);
    expect(Number(asText?.annualincome)).toBe(asNumbers?.annualincome);
  });

  test('have dates, stamps in whole seconds and choices in Dataverse’s forms', async () => {
    const path =
      "/contacts?$select=birthdate,modifiedon,new_languages,_ownerid_value&$filter=birthdate ne null and contains(new_languages,';')&$top=1";
    expect(rowsOf(await jsonOf(await get(path)))[0]).toMatchObject({
      birthdate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      modifiedon: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      new_languages: expect.stringMatching(/^\d+(,\d+)+$/),
      _ownerid_value: expect.stringMatching(/^5e500000-/),
    });
  });

  test('are the same for the same seed', async () => {
    const other = await startDataverseEmulator({ rows: { lead: 10 } });
    const read = async ({ url }: DataverseEmulator) =>
      (await fetch(`${url}/__emulator/rows?object=lead`)).text();
    expect(await read(other)).toBe(await read(emulator));
    await other.close();
  });

  test('that were changed, and credentials, outlive the process in a journal', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dataverse-'));
    const options = { rows: { lead: 20 }, journalPath: join(folder, 'journal.jsonl') };
    const first = await startDataverseEmulator(options);
    const body = { object: 'lead', update: 3, insert: 2, delete: 1, set: { revenue: 12.5 } };
    await fetch(`${first.url}/__emulator/mutate`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    const rows = await (await fetch(`${first.url}/__emulator/rows?object=lead`)).text();
    await first.close();
    const second = await startDataverseEmulator(options);
    expect(await (await fetch(`${second.url}/__emulator/rows?object=lead`)).text()).toBe(rows);
    expect(second.credentials).toEqual(first.credentials);
    await second.close();
    await rm(folder, { recursive: true });
  });
});

describe('a fault', () => {
  test.each([
    [{ kind: 'status', status: 429, retryAfter: 3 }, 429, '0x80072322'],
    [{ kind: 'serviceProtection', limit: 'executionTime', retryAfter: 3 }, 429, '0x80072321'],
    [{ kind: 'status', status: 503 }, 503, '0x80040216'],
    [{ kind: 'expireToken' }, 401, '0x80072560'],
  ])('%j is answered once', async (fault, status, code) => {
    await control('/fault', { ...fault, path: '/WhoAmI' });
    const answer = await get('/WhoAmI');
    expect(answer.status).toBe(status);
    expect(await jsonOf(answer)).toMatchObject({ error: { code } });
    if (status === 429) expect(answer.headers.get('retry-after')).toBe('3');
    if (status === 401) token = await tokenOf(emulator);
    expect((await get('/WhoAmI')).status).toBe(200);
  });

  test('drops a column between two pages, until it is put back', async () => {
    const first = await jsonOf(await get('/leads?$select=jobtitle', { prefer: 'odata.maxpagesize=4' }));
    await control('/fault', { kind: 'dropColumn', object: 'lead', column: 'jobtitle', path: 'skiptoken' });
    const answer = await get(String(first['@odata.nextLink']));
    expect(await jsonOf(answer)).toMatchObject({ error: { message: expect.stringContaining('jobtitle') } });
    await control('/columns', { object: 'lead', dropped: [] });
    expect((await get(String(first['@odata.nextLink']))).status).toBe(200);
  });

  test('of a limit that is reached names when to come back', async () => {
    const small = await startDataverseEmulator({ rows: { lead: 1 }, requestsPerFiveMinutes: 2 });
    const headers = { authorization: `Bearer ${await tokenOf(small)}` };
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await fetch(`${small.url}${API}/WhoAmI`, { headers })).status);
    expect(statuses).toEqual([200, 200, 429]);
    await small.close();
  });

  test.each([
    [{ kind: 'nonsense' }, /kind/],
    [{ kind: 'serviceProtection', limit: 'moon' }, /limit/],
    [{ kind: 'dropColumn', object: 'contact', column: 'contactid' }, /column/],
    [{ kind: 'expireToken', nonsense: 1 }, /nonsense/],
  ])('%j is refused', async (fault, message) => {
    const answer = await control('/fault', fault);
    expect(answer.status).toBe(400);
    expect(String((await jsonOf(answer)).error)).toMatch(message);
  });
});
