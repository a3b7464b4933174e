import { DuckDBInstance } from '@duckdb/node-api';
import type { ColumnType } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { toJson } from './json-values.ts';
import { parseSourceText } from './source-types.ts';

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(`SET TimeZone = 'UTC'`);

async function parse(type: ColumnType, text: string | null): Promise<unknown> {
  const result = await connection.runAndReadAll(
    `SELECT ${parseSourceText(type, 'source_text')} FROM (SELECT CAST($1 AS VARCHAR) AS source_text)`,
    [text],
  );
  return toJson(result.getRows()[0]?.[0]);
}

describe('a source text', () => {
  test.each<[ColumnType, string, unknown]>([
    ['string', ' as it is ', ' as it is '],
    ['boolean', 'true', true],
    ['boolean', 'FALSE', false],
    ['boolean', '0', false],
    ['integer', '-12', -12],
    ['integer', '12.0', 12],
    ['long', '9007199254740993', '9007199254740993'],
    ['number', '1.5e3', 1500],
    ['number', '.5', 0.5],
    ['decimal', '1234567890.25', 1234567890.25],
    ['decimal', '0.3333333333333333', 0.3333333333333333],
    ['decimal', '1.39E8', 139_000_000],
    ['date', '2024-02-29', '2024-02-29'],
    ['date-time', '2024-03-01T12:00:00.000Z', '2024-03-01T12:00:00Z'],
    ['date-time', '2024-03-01T12:00:00.123+0000', '2024-03-01T12:00:00.123Z'],
    ['date-time', '2024-03-01T12:00:00+05:30', '2024-03-01T06:30:00Z'],
    ['date-time', '2024-03-01 12:00', '2024-03-01T12:00:00Z'],
    ['date-time', '2024-03-01T12:00:00.120034Z', '2024-03-01T12:00:00.120034Z'],
    ['date-time', '1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z'],
    ['date-time', '1700-01-01T00:00:00.000-12:00', '1700-01-01T12:00:00Z'],
    ['time', '12:34:56.000Z', '12:34:56'],
  ])('of type %s is read from %j', async (type, text, value) => {
    expect(await parse(type, text)).toEqual(value);
  });

  test.each<[ColumnType, string]>([
    ['boolean', 'maybe'],
    ['integer', '1.5'],
    ['integer', '3000000000'],
    ['integer', '0x1F'],
    ['integer', '1_000'],
    ['long', '9223372036854775808'],
    ['number', 'NaN'],
    ['number', 'inf'],
    ['number', '-1e400'],
    ['number', '1,000'],
    ['date', '2024-02-30'],
    ['date', '2024-3-1'],
    ['date', 'infinity'],
    ['date-time', 'epoch'],
    ['date-time', '2024-03-01'],
    ['date-time', '2024-03-01T25:00:00Z'],
    ['date-time', '2024-03-01T12:00:00+99:99'],
    ['date-time', '2024-03-01T12:00:00 Europe/Paris'],
    ['time', '25:00:00'],
  ])('of type %s is not read from %j', async (type, text) => {
    expect(await parse(type, text)).toBeUndefined();
  });

  test.each<ColumnType>([
    'string',
    'boolean',
    'integer',
    'long',
    'number',
    'decimal',
    'date',
    'date-time',
    'time',
  ])('of type %s is null for null', async (type) => {
    expect(await parse(type, null)).toBeUndefined();
  });
});
