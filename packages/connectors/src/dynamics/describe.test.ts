import { startDataverseEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EmulatedEnvironment } from './emulated-environment.test-kit.ts';

let environment: EmulatedEnvironment;
beforeAll(async () => {
  environment = new EmulatedEnvironment(
    await startDataverseEmulator({ rows: { contact: 200, account: 50 } }),
  );
});
afterAll(() => environment.close());

test('tables are listed by their logical names', async () => {
  const tables = await environment.source().explore();
  expect(tables).toContainEqual({ name: 'contact', path: 'contact', canPreview: true, canFetchSchema: true });
  expect(tables.map(({ name }) => name)).toEqual([
    'account',
    'contact',
    'lead',
    'opportunity',
    'systemuser',
    'transactioncurrency',
  ]);
});

test('columns have the exact types of their metadata', async () => {
  const { columns, keyColumns, deltaColumns } = await environment.source().describe('contact');
  const types = Object.fromEntries(
    columns.map(({ name, type, originalType }) => [name, `${type} ${originalType}`]),
  );
  expect(types).toMatchObject({
    contactid: 'string Uniqueidentifier',
    lastname: 'string String',
    description: 'string Memo',
    annualincome: 'decimal Money',
    new_discountrate: 'decimal Decimal',
    new_engagementscore: 'number Double',
    numberofchildren: 'integer Integer',
    versionnumber: 'long BigInt',
    donotemail: 'boolean Boolean',
    donotemailname: 'string Virtual',
    birthdate: 'date DateTime',
    modifiedon: 'date-time DateTime',
    new_renewalat: 'date-time DateTime',
    leadsourcecode: 'integer Picklist',
    leadsourcecodename: 'string Virtual',
    statecode: 'integer State',
    new_languages: 'string MultiSelectPicklist',
    new_languagesname: 'string Virtual',
    _parentcustomerid_value: 'string Customer',
    parentcustomeridname: 'string String',
    parentcustomeridtype: 'string EntityName',
    _ownerid_value: 'string Owner',
    _transactioncurrencyid_value: 'string Lookup',
    transactioncurrencyidname: 'string String',
    annualincome_formatted: 'string FormattedValue',
    birthdate_formatted: 'string FormattedValue',
    _deleted: 'boolean $deletedEntity',
  });
  const digits = new Map(columns.map((column) => [column.name, column.digits]));
  expect(digits.get('annualincome')).toEqual({ precision: 19, scale: 4 });
  expect(digits.get('new_discountrate')).toEqual({ precision: 22, scale: 10 });
  const separators = new Map(columns.map(({ name, separator }) => [name, separator]));
  expect(separators.get('new_languages')).toBe(',');
  expect(separators.get('new_languagesname')).toBe('; ');
  expect(separators.get('leadsourcecodename')).toBeUndefined();
  expect(types).not.toHaveProperty('entityimage');
  expect(types).not.toHaveProperty('ownerid');
  expect(types).not.toHaveProperty('versionnumber_formatted');
  expect(keyColumns).toEqual(['contactid']);
  expect(deltaColumns).toEqual(['modifiedon', 'createdon']);
});

test('what people should know of a table is told', async () => {
  const contact = await environment.source().describe('contact');
  expect(contact).toMatchObject({
    tracksChanges: true,
    deletions: { column: '_deleted', keptDays: 7 },
    notices: ['Columns of contact without one plain value are not read: entityimage (Image).'],
  });
  expect(contact.computedColumns).toEqual(
    expect.arrayContaining([
      'new_monthlyincome',
      'new_monthlyincome_formatted',
      'parentcustomeridname',
      'leadsourcecodename',
    ]),
  );
  for (const name of ['annualincome', 'leadsourcecode', '_parentcustomerid_value', 'parentcustomeridtype'])
    expect(contact.computedColumns).not.toContain(name);
  expect((await environment.source().describe('account')).computedColumns).toContain('opendeals');
});

test('a table whose changes are not tracked has no column of rows that are gone', async () => {
  const user = await environment.source().describe('systemuser');
  expect(user).toMatchObject({ tracksChanges: false, notices: [] });
  expect(user).not.toHaveProperty('deletions');
  expect(user.columns.map(({ name }) => name)).not.toContain('_deleted');
});

test.each(['nothing', 'contacts', "contact')/x", '', '../x', 'a'.repeat(300)])(
  'a table %j is said not to be there',
  async (table) => {
    await expect(environment.source().describe(table)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/^table: Dynamics has no table/),
    });
  },
);

test('a preview shows values under the names of the columns, labels and names among them', async () => {
  const rows = await environment.source().preview('contact', 50);
  const { columns } = await environment.source().describe('contact');
  expect(rows).toHaveLength(50);
  for (const row of rows) expect(Object.keys(row)).toEqual(columns.map(({ name }) => name));
  const whole = rows.find((row) => row.leadsourcecode !== null && row._parentcustomerid_value !== null);
  expect(whole).toMatchObject({
    leadsourcecodename: expect.stringMatching(/\w/),
    parentcustomeridname: expect.stringMatching(/\w/),
    parentcustomeridtype: 'account',
    statecodename: 'Active',
    transactioncurrencyidname: 'US Dollar',
    _deleted: false,
  });
  const paid = rows.find((row) => row.annualincome !== null);
  expect(paid?.annualincome_formatted).toMatch(/^\$[\d,]+\.\d\d$/);
  expect(rows.find((row) => row.leadsourcecode === null)?.leadsourcecodename).toBeNull();
});

test.each([0, 2001, 1.5])('a preview of %d rows is refused', async (limit) => {
  await expect(environment.source().preview('contact', limit)).rejects.toMatchObject({
    code: 'INVALID_LIMIT',
  });
});
