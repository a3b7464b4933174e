import type { DecimalDigits } from '@tributary/xdm';
import { expect, test } from 'vitest';
import { columnOf as mysqlColumn } from './mysql/columns.ts';
import { type PostgresType, columnOf as postgresColumn } from './postgresql/columns.ts';

const postgresType = (name: string, declared = name, element?: PostgresType): PostgresType => ({
  name,
  declared,
  isComposite: false,
  element,
  dimensions: element === undefined ? 0 : 1,
});

test.each<[string, PostgresType, DecimalDigits | undefined]>([
  ['numeric(12,2)', postgresType('numeric', 'numeric(12,2)'), { precision: 12, scale: 2 }],
  ['numeric(5,-2)', postgresType('numeric', 'numeric(5,-2)'), { precision: 5, scale: -2 }],
  ['numeric', postgresType('numeric'), undefined],
  ['price', postgresType('numeric', 'numeric(12,2)'), { precision: 12, scale: 2 }],
  ['numeric(12,2)[]', postgresType('_numeric', 'numeric(12,2)[]', postgresType('numeric')), undefined],
  ['money', postgresType('money'), { precision: 23, scale: 4 }],
  ['integer', postgresType('int4', 'integer'), undefined],
])('PostgreSQL’s %s', (originalType, type, digits) => {
  expect(postgresColumn('c', originalType, type, 'UTC')?.column.digits).toEqual(digits);
});

test.each<[string, string, DecimalDigits | undefined]>([
  ['decimal(12,2)', 'decimal', { precision: 12, scale: 2 }],
  ['decimal(65,30) unsigned', 'decimal', { precision: 65, scale: 30 }],
  ['bigint(20) unsigned', 'bigint', { precision: 20, scale: 0 }],
  ['bit(64)', 'bit', { precision: 20, scale: 0 }],
  ['bigint(20)', 'bigint', undefined],
])('MySQL’s %s', (type, base, digits) => {
  const column = { name: 'c', base, type, isJson: false };
  expect(mysqlColumn(column, 'UTC')?.column.digits).toEqual(digits);
});
