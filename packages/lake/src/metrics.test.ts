import { expect, test } from 'vitest';
import { type ColumnFigures, parquetDataFile } from './metrics.ts';
import { CONTACTS } from './testing/contacts.ts';

const figures = (fieldId: number, icebergType: string, min?: string, max?: string): ColumnFigures => ({
  fieldId,
  icebergType,
  sizeBytes: 100,
  valueCount: 10,
  nullCount: 2,
  min,
  max,
});

const written = (columns: readonly ColumnFigures[]) => ({
  location: 'file:///a.parquet',
  rows: 10,
  bytes: 999,
  columns,
});

test('columns below a list or map have a size, but no counts and bounds of rows', () => {
  const columns = [
    figures(5, 'string', 'a', 'b'),
    figures(14, 'string', 'a', 'b'),
    figures(20, 'double', '1', '2'),
  ];
  const file = parquetDataFile(written(columns), CONTACTS);
  expect([...(file.columnSizes?.keys() ?? [])]).toEqual([5, 14, 20]);
  for (const metric of [file.valueCounts, file.nullValueCounts, file.lowerBounds, file.upperBounds]) {
    expect([...(metric?.keys() ?? [])]).toEqual([5]);
  }
});

test('a bound that is missing or uncertain is left out, the other one stays', () => {
  const file = parquetDataFile(
    written([figures(6, 'date', '0044-03-15 (BC)', '2026-01-01'), figures(7, 'int')]),
    CONTACTS,
  );
  expect(file.lowerBounds).toEqual(new Map());
  expect([...(file.upperBounds?.keys() ?? [])]).toEqual([6]);
});

test('columns that the schema does not have are left out', () => {
  expect(parquetDataFile(written([figures(99, 'int', '1', '2')]), CONTACTS).columnSizes).toEqual(new Map());
});
