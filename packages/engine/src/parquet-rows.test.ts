import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { StagedFile } from './index.ts';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines } from './testing/job-folder.ts';
import { list, mapOf, mapped, object, scalar } from './testing/mapped.ts';
import { writeParquet } from './testing/parquet-file.ts';

const bench = engineBench();
const { engine } = bench;

/** A nullable INT96 column `at`, as older writers stamp times: 2020-01-02T03:04:05.6 and null. */
const INT96 = Buffer.from(
  'UEFSMRUAFSQVJCwVBBUAFQYVBhwAAAACAAAAAwEAeBDBCwoAAOOEJQAVBBksNQAYBnNjaGVtYRUCABUGJQIYAmF0ABYEGRwZHCYAHBUGGSUGABkYAmF0FQAWBBZKFkomCEkcFQAVABUCADwpBhkmAgIAAAAWShYEJggWSgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGRwcAAAAfAAAAFBBUjE=',
  'base64',
);

async function parquet(name: string, select: string): Promise<StagedFile> {
  const file = bench.folder.file(name, { kind: 'parquet' }, '');
  await writeParquet(file.path, select);
  return file;
}

const everything = `
  SELECT 'a' AS id, true AS flag, 7::SMALLINT AS small, 9223372036854775807 AS big, 1.25::DOUBLE AS ratio,
    12345678901234567.891::DECIMAL(38, 3) AS price, DATE '2020-02-03' AS day, TIME '01:02:03.5' AS hour,
    TIMESTAMP '2020-01-02 03:04:05.6' AS local, TIMESTAMPTZ '2020-01-02 03:04:05+02' AS zoned,
    TIMESTAMP_NS '2020-01-02 03:04:05.123456789' AS nanos, '\\xAA\\x01'::BLOB AS bytes, 'a\\nb"' AS text,
    {'street': 'S', 'geo': [{'lat': 1.5::DECIMAL(10, 4), 'at': TIMESTAMP '2020-01-01'}]} AS address,
    MAP {'k': 1, 'l': NULL} AS counts, [['x', NULL], []] AS matrix, '{"any":[1]}'::JSON AS open
  UNION ALL SELECT 'b', ${Array(16).fill('NULL').join(', ')}`;

describe('a Parquet file', () => {
  test('is described by its footer', async () => {
    const { columns } = await engine.inspectFile({ file: await parquet('all.parquet', everything), rows: 0 });
    expect(columns).toEqual([
      { name: 'id', type: 'string', originalType: 'VARCHAR' },
      { name: 'flag', type: 'boolean', originalType: 'BOOLEAN' },
      { name: 'small', type: 'integer', originalType: 'SMALLINT' },
      { name: 'big', type: 'long', originalType: 'BIGINT' },
      { name: 'ratio', type: 'number', originalType: 'DOUBLE' },
      {
        name: 'price',
        type: 'decimal',
        originalType: 'DECIMAL(38,3)',
        digits: { precision: 38, scale: 3 },
      },
      { name: 'day', type: 'date', originalType: 'DATE' },
      { name: 'hour', type: 'time', originalType: 'TIME' },
      { name: 'local', type: 'date-time', originalType: 'TIMESTAMP' },
      { name: 'zoned', type: 'date-time', originalType: 'TIMESTAMP WITH TIME ZONE' },
      { name: 'nanos', type: 'date-time', originalType: 'TIMESTAMP_NS' },
      { name: 'bytes', type: 'string', originalType: 'BLOB' },
      { name: 'text', type: 'string', originalType: 'VARCHAR' },
      {
        name: 'address',
        type: {
          kind: 'object',
          fields: [
            { name: 'street', type: 'string' },
            {
              name: 'geo',
              type: {
                kind: 'array',
                items: {
                  kind: 'object',
                  fields: [
                    { name: 'lat', type: 'decimal' },
                    { name: 'at', type: 'date-time' },
                  ],
                },
              },
            },
          ],
        },
        originalType: expect.any(String),
      },
      { name: 'counts', type: { kind: 'map', values: 'integer' }, originalType: 'MAP(VARCHAR, INTEGER)' },
      {
        name: 'matrix',
        type: { kind: 'array', items: { kind: 'array', items: 'string' } },
        originalType: 'VARCHAR[][]',
      },
      { name: 'open', type: 'json', originalType: 'JSON' },
    ]);
  });

  test('shows its rows with every type', async () => {
    const { rows } = await engine.inspectFile({ file: await parquet('all.parquet', everything), rows: 10 });
    expect(rows).toEqual([
      {
        id: 'a',
        flag: true,
        small: 7,
        big: '9223372036854775807',
        ratio: 1.25,
        price: '12345678901234567.891',
        day: '2020-02-03',
        hour: '01:02:03.5',
        local: '2020-01-02T03:04:05.600Z',
        zoned: '2020-01-02T01:04:05Z',
        nanos: '2020-01-02T03:04:05.123456Z',
        bytes: 'qgE=',
        text: 'a\\nb"',
        address: { street: 'S', geo: [{ lat: 1.5, at: '2020-01-01T00:00:00Z' }] },
        counts: { k: 1 },
        matrix: [['x', null], []],
        open: '{"any":[1]}',
      },
      { id: 'b' },
    ]);
  });

  test('lands nested values, each file with the columns that it has', async () => {
    const files = [
      await parquet('1.parquet', everything),
      await parquet('2.parquet', `SELECT 'c' AS id, 8::BIGINT AS small, {'street': 'T'} AS address`),
    ];
    const { columns } = await engine.inspectFile({ file: files[0] as StagedFile, rows: 0 });
    const table = mapped(
      [
        ['id', '_id'],
        ['small', 'small'],
        ['address.street', 'street'],
        ['address.geo[0].lat', 'lat'],
        ['counts', 'counts'],
      ],
      columns,
      object({
        _id: scalar('string'),
        small: scalar('int'),
        street: scalar('string'),
        lat: scalar('number'),
        counts: mapOf(scalar('int')),
        none: list(scalar('string')),
      }),
    );
    const result = await engine.transform(bench.folder.request(table, columns, files));
    expect(result).toMatchObject({ inputRows: 3, failedRows: 0 });
    expect(await bench.landedRows(result)).toEqual([
      { _id: 'a', small: 7, street: 'S', lat: 1.5, counts: { k: 1 } },
      { _id: 'b' },
      { _id: 'c', small: 8, street: 'T' },
    ]);
  });

  test('may stamp times in 96 bits', async () => {
    const file = bench.folder.file('old.parquet', { kind: 'parquet' }, INT96);
    expect(await engine.inspectFile({ file, rows: 5 })).toMatchObject({
      columns: [{ name: 'at', type: 'date-time' }],
      rows: [{ at: '2020-01-02T03:04:05.600Z' }, {}],
    });
  });

  test('tells the rows whose values cannot be held', async () => {
    const file = await parquet('nan.parquet', `SELECT * FROM (VALUES ('nan'::DOUBLE), (2.5)) t(ratio)`);
    const columns = [{ name: 'ratio', type: 'number' }] as const;
    const table = mapped([['ratio', 'ratio']], columns, object({ ratio: scalar('number') }));
    const result = await engine.transform(bench.folder.request(table, columns, [file]));
    expect(result).toMatchObject({ outputRows: 1, failedRows: 1 });
    expect(result.diagnosticsFiles.flatMap(readJsonLines)).toMatchObject([
      { _filename: 'nan.parquet', _row: 1, _errors: [{ column: 'ratio', value: 'nan' }] },
    ]);
  });

  test('with a damaged footer is refused without path and statement', async () => {
    const file = bench.folder.file('bad.parquet', { kind: 'parquet' }, `PAR1${'x'.repeat(1000)}PAR1`);
    const error = await engine.inspectFile({ file, rows: 0 }).catch(String);
    expect(error).not.toMatch(/LINE|SELECT|\/tmp/);
  });

  test.each([
    ['another file', 'id,name\n1,Ada\n2,Bob and more\n'],
    ['nothing', ''],
  ])('that is %s is refused by its name', async (_what, content) => {
    const file = bench.folder.file('bad.parquet', { kind: 'parquet' }, content);
    await expect(engine.inspectFile({ file, rows: 0 })).rejects.toMatchObject({
      kind: 'unreadable',
      message: expect.stringContaining('bad.parquet'),
    });
    const columns = [{ name: 'id', type: 'string' }] as const;
    const table = mapped([['id', '_id']], columns, object({ _id: scalar('string') }));
    await expect(engine.transform(bench.folder.request(table, columns, [file]))).rejects.toMatchObject({
      kind: 'unreadable',
    });
  });

  test('whose pages are damaged is refused without the path that it is staged under', async () => {
    const file = await parquet(
      'damaged.parquet',
      'SELECT md5(CAST(range AS VARCHAR)) AS h FROM range(50000)',
    );
    const whole = readFileSync(file.path);
    writeFileSync(file.path, whole.fill(0, 4, whole.length - 1000));
    const columns = [{ name: 'h', type: 'string' }] as const;
    const table = mapped([['h', '_id']], columns, object({ _id: scalar('string') }));
    await expect(engine.transform(bench.folder.request(table, columns, [file]))).rejects.toMatchObject({
      message: expect.not.stringContaining(bench.folder.root),
    });
  });
});
