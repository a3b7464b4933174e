import { Connection } from 'jsforce';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SalesforceEmulator, startSalesforceEmulator } from './emulator.ts';

/** The emulator as seen by a client that was written for Salesforce. */
let emulator: SalesforceEmulator;
const version = '60.0';

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ rows: { Contact: 5000, Account: 300 } });
});
afterAll(() => emulator.close());

async function soapConnection(): Promise<Connection> {
  const { username, password, securityToken } = emulator.credentials;
  const connection = new Connection({ loginUrl: emulator.url, version });
  await connection.login(username, password + securityToken);
  connection.bulk2.pollInterval = 20;
  return connection;
}

function oauthConnection(clientSecret = emulator.credentials.clientSecret): Connection {
  const { clientId } = emulator.credentials;
  return new Connection({ oauth2: { clientId, clientSecret, loginUrl: emulator.url }, version });
}

test('logs in by SOAP, and out', async () => {
  const connection = await soapConnection();
  expect(connection.instanceUrl).toBe(emulator.url);
  expect((await connection.identity()).username).toBe(emulator.credentials.username);
  const { accessToken } = connection;
  await connection.logout();
  const response = await fetch(`${emulator.url}/services/data/v60.0/limits`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  expect(response.status).toBe(401);
});

test('logs in by OAuth with user name and password', async () => {
  const { username, password, securityToken } = emulator.credentials;
  const connection = oauthConnection();
  await connection.login(username, password + securityToken);
  expect((await connection.query('SELECT Id FROM Account LIMIT 1')).totalSize).toBe(1);
});

test('logs in by OAuth with client credentials', async () => {
  const connection = oauthConnection();
  await connection.authorize({ grant_type: 'client_credentials' });
  expect(connection.instanceUrl).toBe(emulator.url);
  expect((await connection.query('SELECT Id FROM Account LIMIT 1')).totalSize).toBe(1);
});

test('is told why a login fails', async () => {
  const { username, password, securityToken } = emulator.credentials;
  const soap = new Connection({ loginUrl: emulator.url, version });
  await expect(soap.login(username, password)).rejects.toThrow(
    'INVALID_LOGIN: Invalid username, password, security token; or user locked out.',
  );
  await expect(oauthConnection().login(username, password)).rejects.toThrow('authentication failure');
  await expect(oauthConnection('wrong').login(username, password + securityToken)).rejects.toThrow(
    'invalid client credentials',
  );
});

test('describes the org and its objects', async () => {
  const connection = await soapConnection();
  const { sobjects } = await connection.describeGlobal();
  expect(sobjects.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Account', 'Campaign', 'Case', 'Contact', 'Lead', 'Opportunity', 'User']),
  );
  const { fields, keyPrefix } = await connection.describe('Contact');
  expect(keyPrefix).toBe('003');
  const byName = new Map(fields.map((field) => [field.name, field]));
  expect(byName.get('Id')).toMatchObject({ type: 'id', soapType: 'tns:ID', nillable: false, length: 18 });
  expect(byName.get('AccountId')).toMatchObject({
    type: 'reference',
    referenceTo: ['Account'],
    relationshipName: 'Account',
  });
  expect(byName.get('FirstName')).toMatchObject({ type: 'string', length: 40, compoundFieldName: 'Name' });
  expect(byName.get('MailingAddress')).toMatchObject({ type: 'address', filterable: false });
  expect(byName.get('LifetimeValue__c')).toMatchObject({
    type: 'currency',
    precision: 18,
    scale: 2,
    custom: true,
  });
  expect(byName.get('LeadSource')?.picklistValues?.map(({ value }) => value)).toContain('Trade Show');
  expect(byName.get('Description')).toMatchObject({ type: 'textarea', length: 32_000, filterable: false });
});

test('queries page after page', async () => {
  const connection = await soapConnection();
  let page = await connection.query(
    'SELECT Id, Name, MailingAddress, CreatedDate FROM Contact ORDER BY SystemModstamp, Id',
  );
  expect(page).toMatchObject({ totalSize: 5000, done: false });
  expect(page.records).toHaveLength(2000);
  const ids = page.records.map((record) => record.Id);
  expect(page.records[0]?.attributes).toEqual({
    type: 'Contact',
    url: `/services/data/v60.0/sobjects/Contact/${ids[0]}`,
  });
  while (page.nextRecordsUrl !== undefined) {
    page = await connection.queryMore(page.nextRecordsUrl);
    ids.push(...page.records.map((record) => record.Id));
  }
  expect(page.done).toBe(true);
  expect(new Set(ids).size).toBe(5000);
});

test('reads one record, and what its own query builder asks for', async () => {
  const connection = await soapConnection();
  const [first] = await connection
    .sobject('Contact')
    .find({ LastName: { $like: 'M%' } }, ['Id', 'LastName'])
    .sort('Id')
    .limit(1);
  expect(first?.LastName).toMatch(/^M/i);
  const record = await connection.sobject('Contact').retrieve(String(first?.Id));
  expect(record.LastName).toBe(first?.LastName);
  await expect(connection.sobject('Contact').retrieve('003Tb0000000001AAA')).rejects.toThrow(
    'does not exist',
  );
  expect(await connection.sobject('Contact').count()).toBe(5000);
});

test('counts and aggregates', async () => {
  const connection = await soapConnection();
  expect(await connection.query('SELECT COUNT() FROM Contact')).toEqual({
    totalSize: 5000,
    done: true,
    records: [],
  });
  const { records } = await connection.query('SELECT COUNT(Email), MIN(CreatedDate) first FROM Contact');
  const withEmail = await connection.query('SELECT COUNT() FROM Contact WHERE Email != null');
  expect(records[0]).toMatchObject({
    expr0: withEmail.totalSize,
    first: expect.stringMatching(/^2016-01-0\dT.*\+0000$/),
  });
});

test('queries by Bulk API 2.0', async () => {
  const connection = await soapConnection();
  const stream = await connection.bulk2.query('SELECT Id, LastName, Description FROM Contact');
  const rows = await stream.toArray();
  const { records } = await connection.query('SELECT Id, LastName, Description FROM Contact LIMIT 2000');
  expect(rows).toHaveLength(5000);
  expect(rows.slice(0, 2000)).toEqual(
    records.map(({ Id, LastName, Description }) => ({ Id, LastName, Description: Description ?? '' })),
  );
});

test('sees changes and deletes by the replication calls', async () => {
  const connection = await soapConnection();
  const from = new Date(Date.now() - 120_000).toISOString();
  const to = new Date(Date.now() + 120_000).toISOString();
  const response = await fetch(`${emulator.url}/__emulator/mutate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ object: 'Lead', update: 3, insert: 2, delete: 1 }),
  });
  const { updated, inserted, deleted }: Record<string, string[]> = JSON.parse(await response.text());
  expect((await connection.sobject('Lead').updated(from, to)).ids).toEqual([
    ...(updated ?? []),
    ...(inserted ?? []),
  ]);
  const { deletedRecords } = await connection.sobject('Lead').deleted(from, to);
  expect(deletedRecords.map(({ id }) => id)).toEqual(deleted);
  await expect(connection.sobject('Lead').retrieve(String(deleted?.[0]))).rejects.toThrow(
    'entity is deleted',
  );
});

test('is refused in words it can show', async () => {
  const connection = await soapConnection();
  await expect(connection.query('SELECT Nope FROM Contact')).rejects.toMatchObject({
    errorCode: 'INVALID_FIELD',
  });
  await expect(connection.query('SELECT Id FROM Nope')).rejects.toMatchObject({ errorCode: 'INVALID_TYPE' });
  await expect(connection.query('SELECT')).rejects.toMatchObject({ errorCode: 'MALFORMED_QUERY' });
  await expect(
    connection.queryMore('/services/data/v60.0/query/01g000000000000000-2000'),
  ).rejects.toMatchObject({
    errorCode: 'INVALID_QUERY_LOCATOR',
  });
  await expect(connection.describe('Nope')).rejects.toMatchObject({ errorCode: 'NOT_FOUND' });
  await expect(connection.bulk2.query('SELECT MailingAddress FROM Contact')).rejects.toThrow(
    'Selecting compound data not supported in Bulk Query',
  );
});
