import { generateKeyPairSync, sign } from 'node:crypto';
import { Connection } from 'jsforce';
import { QueryJobV2 } from 'jsforce/lib/api/bulk2.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SalesforceEmulator, startSalesforceEmulator } from './emulator.ts';

/** The emulator as seen by a client that was written for Salesforce. */
let emulator: SalesforceEmulator;
const version = '60.0';

beforeAll(async () => {
  emulator = await startSalesforceEmulator({ rows: { Contact: 5000, Account: 300 } });
});
afterAll(() => emulator.close());

interface ControlAnswer {
  readonly refreshToken: string;
  readonly updated: readonly string[];
  readonly inserted: readonly string[];
  readonly deleted: readonly string[];
}

/** Posts to the control API, which answers some of these. */
async function control(call: string, body: unknown): Promise<ControlAnswer> {
  const response = await fetch(`${emulator.url}/__emulator/${call}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return JSON.parse(await response.text());
}

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

test('describes every type of field', async () => {
  const connection = await soapConnection();
  const { fields, custom } = await connection.describe('Venue__c');
  expect(custom).toBe(true);
  const byName = new Map(fields.map((field) => [field.name, field]));
  expect(byName.get('Place__c')).toMatchObject({
    type: 'location',
    soapType: 'urn:location',
    filterable: false,
  });
  expect(byName.get('Place__Latitude__s')).toMatchObject({ type: 'double', compoundFieldName: 'Place__c' });
  expect(byName.get('AccessCode__c')).toMatchObject({ type: 'encryptedstring', encrypted: true });
  expect(byName.get('Pitch__c')).toMatchObject({ extraTypeInfo: 'richtextarea', htmlFormatted: true });
  expect(byName.get('Score__c')).toMatchObject({ type: 'double', calculated: true, updateable: false });
  expect(byName.get('OldCode__c')).toMatchObject({ deprecatedAndHidden: true });
  const [venue] = (
    await connection.query('SELECT Place__c FROM Venue__c WHERE Place__Latitude__s > 0 LIMIT 1')
  ).records;
  expect(venue?.Place__c).toEqual({ latitude: expect.any(Number), longitude: expect.any(Number) });
  const history = await connection.describe('ContactHistory');
  expect(history.fields.find((field) => field.name === 'NewValue')).toMatchObject({
    soapType: 'xsd:anyType',
  });
  expect(history.fields.map((field) => field.name)).not.toContain('SystemModstamp');
  const task = await connection.describe('Task');
  expect(task.fields.find((field) => field.name === 'WhoId')).toMatchObject({
    referenceTo: ['Contact', 'Lead'],
    polymorphicForeignKey: true,
  });
});

test('retrieves a blob from the address that a row gives', async () => {
  const connection = await soapConnection();
  const [attachment] = (await connection.query('SELECT Id, Body FROM Attachment LIMIT 1')).records;
  expect(attachment?.Body).toBe(`/services/data/v60.0/sobjects/Attachment/${attachment?.Id}/Body`);
  const stream = connection.sobject('Attachment').record(String(attachment?.Id)).blob('Body');
  const bytes = Buffer.concat(await stream.toArray());
  expect(bytes.toString()).toMatch(/\(#\d{5}\)$/);
});

test('logs in by JWT, and by a refresh token again when the session has ended', async () => {
  const { clientId, clientSecret, username } = emulator.credentials;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await control('certificate', { certificate: publicKey.export({ type: 'spki', format: 'pem' }) });
  const claims = { iss: clientId, sub: username, aud: emulator.url, exp: Math.floor(Date.now() / 1000) + 60 };
  const [head, body] = [{ alg: 'RS256' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = sign('RSA-SHA256', Buffer.from(`${head}.${body}`), privateKey).toString('base64url');
  const byAssertion = oauthConnection();
  await byAssertion.authorize({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: `${head}.${body}.${signature}`,
  });
  expect((await byAssertion.identity()).username).toBe(username);

  const { refreshToken } = await control('refresh-token', {});
  const renewing = new Connection({
    oauth2: { clientId, clientSecret, loginUrl: emulator.url },
    instanceUrl: emulator.url,
    accessToken: 'ended',
    refreshToken,
    version,
  });
  expect((await renewing.query('SELECT Id FROM Account LIMIT 1')).totalSize).toBe(1);
});

test('is told of the limits', async () => {
  const connection = await soapConnection();
  const { DailyApiRequests, DailyBulkV2QueryJobs } = await connection.limits();
  expect(DailyApiRequests?.Max).toBe(1_000_000);
  expect(DailyApiRequests?.Remaining).toBeLessThan(1_000_000);
  expect(connection.limitInfo.apiUsage).toMatchObject({ limit: 1_000_000, used: expect.any(Number) });
  expect(DailyBulkV2QueryJobs).toEqual({ Max: 10_000, Remaining: expect.any(Number) });
});

test('queries what is deleted, by REST and by Bulk API 2.0, and steers a job of its own', async () => {
  const connection = await soapConnection();
  const { deleted } = await control('mutate', { object: 'Account', delete: 3 });
  const soql = 'SELECT Id FROM Account WHERE IsDeleted = true';
  const records = await connection.query(soql, { scanAll: true });
  expect(records.records.map(({ Id }) => Id)).toEqual(deleted);
  const stream = await connection.bulk2.query(soql, { scanAll: true });
  expect((await stream.toArray()).map(({ Id }) => Id)).toEqual(deleted);

  const job = new QueryJobV2(connection, {
    bodyParams: { query: 'SELECT Id FROM Contact', operation: 'query' },
    pollingOptions: { pollInterval: 20, pollTimeout: 20_000 },
  });
  expect(await job.open()).toMatchObject({ state: 'UploadComplete', object: 'Contact' });
  await job.poll();
  expect(await job.check()).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 5000 });
  expect(await (await job.result()).toArray()).toHaveLength(5000);
  await job.delete();
  await expect(job.check()).rejects.toThrow('The requested resource does not exist');
});

test('sees changes and deletes by the replication calls', async () => {
  const connection = await soapConnection();
  const from = new Date(Date.now() - 120_000).toISOString();
  const to = new Date(Date.now() + 120_000).toISOString();
  const { updated, inserted, deleted } = await control('mutate', {
    object: 'Lead',
    update: 3,
    insert: 2,
    delete: 1,
  });
  expect((await connection.sobject('Lead').updated(from, to)).ids).toEqual([...updated, ...inserted]);
  const { deletedRecords } = await connection.sobject('Lead').deleted(from, to);
  expect(deletedRecords.map(({ id }) => id)).toEqual(deleted);
  await expect(connection.sobject('Lead').retrieve(String(deleted[0]))).rejects.toThrow('entity is deleted');
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
