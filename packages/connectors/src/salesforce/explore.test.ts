import { startSalesforceEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSource } from '../registry.ts';
import { EmulatedOrg } from './emulated-org.test-kit.ts';

let org: EmulatedOrg;
beforeAll(async () => {
  org = new EmulatedOrg(await startSalesforceEmulator({ rows: { Contact: 30 } }));
});
afterAll(() => org.close());

test('the root lists the tables', async () => {
  const tables = await org.source().explore();
  expect(tables).toContainEqual({ name: 'Contact', path: 'Contact', canPreview: true, canFetchSchema: true });
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['Account', 'Lead', 'Opportunity']));
});

describe('a table', () => {
  test('has columns of their types, without compound ones', async () => {
    const { columns, keyColumns, deltaColumns } = await org.source().describe('Contact');
    expect(columns).toEqual(
      expect.arrayContaining([
        { name: 'Id', type: 'string', originalType: 'id' },
        { name: 'Email', type: 'string', originalType: 'email' },
        { name: 'Birthdate', type: 'date', originalType: 'date' },
        { name: 'IsDeleted', type: 'boolean', originalType: 'boolean' },
        { name: 'SystemModstamp', type: 'date-time', originalType: 'datetime' },
      ]),
    );
    expect(columns.map(({ name }) => name)).not.toContain('MailingAddress');
    expect(columns.map(({ name }) => name)).toContain('MailingCity');
    expect(keyColumns).toEqual(['Id']);
    expect(deltaColumns).toEqual(['SystemModstamp', 'LastModifiedDate', 'CreatedDate']);
  });

  test('is previewed by its first rows, with all of its columns and nothing else', async () => {
    const source = org.source();
    const rows = await source.preview('Contact', 5);
    const { columns } = await source.describe('Contact');
    expect(rows).toHaveLength(5);
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(columns.map(({ name }) => name).sort());
    expect(rows.map(({ Id }) => Id)).toEqual((await org.ids('Contact')).slice(0, 5));
  });

  test.each([0, -1, 2001, 1.5, Number.NaN])('is not previewed by %j rows', async (limit) => {
    await expect(org.source().preview('Contact', limit)).rejects.toMatchObject({ code: 'INVALID_LIMIT' });
  });

  test('that does not exist is invalid, and named', async () => {
    await expect(org.source().describe('Nothing__c')).rejects.toMatchObject({
      kind: 'invalid',
      code: 'NOT_FOUND',
      message: expect.stringContaining('Nothing__c'),
    });
  });

  test.each(['Contact/../../limits', 'Contact?x', 'Contact LIMIT 1', "Contact'--", ''])(
    'whose name is %j is asked of nobody',
    async (table) => {
      const before = await org.requests(/services/);
      const source = org.source();
      const request = { table, columns: ['Id'], window: undefined };
      for (const call of [source.describe(table), source.preview(table, 1), source.plan(request)]) {
        await expect(call).rejects.toMatchObject({ kind: 'invalid', code: 'INVALID_TYPE' });
      }
      expect(await org.requests(/services/)).toBe(before);
    },
  );
});

test('the clock is that of the source', async () => {
  await org.control('clock', { now: '2030-05-06T07:08:09.500Z' });
  expect(await org.source().clock()).toEqual(new Date('2030-05-06T07:08:09Z'));
});

test('every answer tells the allowance of calls', async () => {
  const source = org.source();
  expect(source.lastLimit).toBeUndefined();
  await source.check();
  expect(source.lastLimit).toMatchObject({ allowed: 1_000_000, used: expect.any(Number) });
});

test('the registry makes a source of a base connection', async () => {
  const { clientId, clientSecret } = org.credentials;
  const auth = { environmentUrl: org.url, clientId, clientSecret, apiVersion: 'v61.0' };
  const source = createSource('cfc0fee1-7dc0-40ef-b73e-d8b134c436f5', 'OAuth2 Client Credential', auth);
  await source?.check();
  expect(source).toBeDefined();
  expect(createSource('c604ff05-7f1a-43c0-8e18-33bf874cb11c', 'any', {})).toBeUndefined();
});
