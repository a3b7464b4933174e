import type { DecimalDigits, SourceColumn } from '@tributary/xdm';
import { expect, test } from 'vitest';
import { mergedColumns } from './merged-columns.ts';

const decimal = (digits?: DecimalDigits): SourceColumn => ({
  name: 'amount',
  type: 'decimal',
  ...(digits && { digits }),
});
const digits = (precision: number, scale: number): DecimalDigits => ({ precision, scale });

test.each<[string, readonly SourceColumn[], SourceColumn]>([
  ['the same digits', [decimal(digits(10, 2)), decimal(digits(10, 2))], decimal(digits(10, 2))],
  ['digits on either side', [decimal(digits(10, 2)), decimal(digits(9, 4))], decimal(digits(12, 4))],
  ['digits that one file does not tell', [decimal(digits(10, 2)), decimal()], decimal()],
  [
    'doubles',
    [decimal(digits(10, 2)), { name: 'amount', type: 'number' }],
    { name: 'amount', type: 'number' },
  ],
])('decimals of several files have room for %s', (_what, columns, merged) => {
  expect(mergedColumns(columns.map((column) => [column]))).toEqual([merged]);
});
