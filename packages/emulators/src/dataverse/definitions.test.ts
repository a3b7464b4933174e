import { expect, test } from 'vitest';
import { Table } from '../rows/table.ts';
import { isLookup, tableDefinitions } from './definitions.ts';
import { recordIds, tableOfId } from './ids.ts';

const rows = Object.fromEntries(tableDefinitions.map(({ name }) => [name, 300]));
const tables = tableDefinitions.map((object) => new Table({ seed: 7, object, rows, ids: recordIds }));

test.each(tableDefinitions)('$name refers only to columns and tables that exist', (table) => {
  const names = table.fields.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of [...table.changes.flat(), table.primaryId, table.primaryName])
    expect(names).toContain(name);
  for (const column of table.fields) {
    if (column.make.kind === 'picklist' || column.make.kind === 'multipicklist')
      expect(column.values?.length, column.name).toBeGreaterThan(1);
    if (column.type === 'DateTime') expect(column.behavior, column.name).toBeDefined();
    if (isLookup(column)) expect(column.targets?.length, column.name).toBeGreaterThan(0);
  }
});

test.each(tables)('generated $object.name rows keep to the types and lengths of their columns', (table) => {
  const snapshot = table.snapshot();
  for (const column of table.object.fields) {
    for (let index = 0; index < 300; index++) {
      const value = snapshot.column(column)(index);
      if (value === null) expect(column.nulls, column.name).toBeDefined();
      else if (column.length !== undefined) expect(String(value).length).toBeLessThanOrEqual(column.length);
      if (value === null) continue;
      if (isLookup(column)) expect(column.targets).toContain(tableOfId(String(value)));
      for (const code of column.values === undefined ? [] : String(value).split(';'))
        expect(column.values).toContain(Number(code));
    }
  }
});

test('ids lead back to their rows, and sort as these do', () => {
  const idOf = recordIds.idsOf('contact');
  const ids = [0, 1, 9, 16, 255, 100_000].map(idOf);
  expect([...ids].sort()).toEqual(ids);
  expect(ids.map((id) => recordIds.indexOf('contact', id))).toEqual([0, 1, 9, 16, 255, 100_000]);
  expect(recordIds.indexOf('account', ids[0] ?? '')).toBeUndefined();
});
