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
  expect(tables.map(({ name }) => name)).toEqual(['account', 'contact', 'lead', 'opportunity', 'systemuser']);
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
  });
  expect(types).not.toHaveProperty('entityimage');
  expect(types).not.toHaveProperty('ownerid');
  expect(keyColumns).toEqual(['contactid']);
  expect(deltaColumns).toEqual(['modifiedon', 'createdon']);
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
  });
  expect(rows.find((row) => row.leadsourcecode === null)?.leadsourcecodename).toBeNull();
});

test.each([0, 2001, 1.5])('a preview of %d rows is refused', async (limit) => {
  await expect(environment.source().preview('contact', limit)).rejects.toMatchObject({
    code: 'INVALID_LIMIT',
  });
});
