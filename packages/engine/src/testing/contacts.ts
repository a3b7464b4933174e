import type { SourceColumn } from '@tributary/xdm';
import { column, tableOf } from './table.ts';

/** A small source table with a column of each kind that matters. */
export const contactColumns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'FirstName', type: 'string' },
  { name: 'Employees', type: 'integer' },
  { name: 'Modified', type: 'date-time' },
];

/** Where {@link contactColumns} go; `_id` is required. */
export const contacts = tableOf(
  [
    { path: '_id', xdmType: 'string', from: column('Id') },
    { path: 'person.name.firstName', xdmType: 'string', from: column('FirstName') },
    { path: 'person.employees', xdmType: 'int', from: column('Employees', 'integer') },
    { path: 'modified', xdmType: 'date-time', from: column('Modified', 'date-time') },
  ],
  ['_id'],
);
