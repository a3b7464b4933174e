import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, test } from 'vitest';
import { contactColumns, contacts } from './testing/contacts.ts';
import { engineBench } from './testing/engine-bench.ts';
import { sorted, textColumns } from './testing/job-folder.ts';
import { column, tableOf } from './testing/table.ts';

const bench = engineBench();
const { engine } = bench;

async function parquetOf(path: string) {
  const { buffer } = new Uint8Array(readFileSync(path));
  return { metadata: parquetMetadata(buffer), rows: await parquetReadObjects({ file: buffer, compressors }) };
}

describe('rows that land', () => {
  test('become nested columns; absent structs are null, not structs of nulls', async () => {
    const staged = bench.folder.csv(
      '1.csv',
      'Id,FirstName,Employees,Modified\n1,Ada,3,2024-03-01T12:00:00.000Z\n2,,,\n',
    );
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    expect(result).toMatchObject({ inputRows: 2, outputRows: 2, failedRows: 0, skippedRows: 0, errors: [] });
    const [file] = result.files;
    const { rows } = await parquetOf(file?.path ?? '');
    expect(rows).toEqual([
      {
        _id: '1',
        person: { name: { firstName: 'Ada' }, employees: 3 },
        modified: new Date('2024-03-01T12:00:00Z'),
      },
      { _id: '2', person: undefined, modified: null },
    ]);
    expect(readdirSync(bench.folder.diagnostics)).toEqual([]);
  });

  test('carry the Iceberg field id of every column, structs included', async () => {
    const staged = bench.folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,3,\n');
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    const { metadata } = await parquetOf(result.files[0]?.path ?? '');
    const ids = metadata.schema.slice(1).map(({ name, field_id }) => [name, field_id]);
    expect(ids).toEqual([
      ['_id', 1],
      ['person', 2],
      ['name', 3],
      ['firstName', 4],
      ['employees', 5],
      ['modified', 6],
    ]);
  });

  test('are measured: size, row count and the bounds of each leaf', async () => {
    const staged = bench.folder.csv(
      '1.csv',
      'Id,FirstName,Employees,Modified\nb,Ada,3,\na,,,2024-03-01T12:00:00.5Z\n',
    );
    const { files } = await engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    expect(files).toHaveLength(1);
    expect(files[0]?.bytes).toBe(readFileSync(files[0]?.path ?? '').length);
    expect(files[0]?.rows).toBe(2);
    const figures = files[0]?.columns.map(({ fieldId, icebergType, valueCount, nullCount, min, max }) => {
      return [fieldId, icebergType, valueCount, nullCount, min, max];
    });
    expect(figures?.toSorted()).toEqual([
      [1, 'string', 2, 0, 'a', 'b'],
      [4, 'string', 2, 1, 'Ada', 'Ada'],
      [5, 'int', 2, 1, '3', '3'],
      [6, 'timestamptz', 2, 1, '2024-03-01 12:00:00.5+00', '2024-03-01 12:00:00.5+00'],
    ]);
  });

  test('keep line ends, quotes and any script of their texts', async () => {
    const text = 'two\nlines, "quoted"\r\n漢字 é 👩‍👩‍👧 \u2028';
    const staged = bench.folder.csv('1.csv', `Id,FirstName\n1,"${text.replaceAll('"', '""')}"\n`);
    const table = tableOf([{ path: 'name', xdmType: 'string', from: column('FirstName') }]);
    const result = await engine.transform(
      bench.folder.request(table, textColumns('Id', 'FirstName'), [staged]),
    );
    expect(await bench.landedRows(result)).toEqual([{ name: text }]);
  });

  test('keep any texts that RFC 4180 can write, with either line end', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', '\r\n', ' ', '漢', '👩', '\u0001'),
    });
    const table = tableOf([
      { path: 'a', xdmType: 'string', from: column('A') },
      { path: 'b', xdmType: 'string', from: column('B') },
    ]);
    const files = fc.record({
      rows: fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 200 }),
      lineEnd: fc.constantFrom('\n', '\r\n'),
    });
    await fc.assert(
      fc.asyncProperty(files, async ({ rows, lineEnd }) => {
        const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
        const lines = rows.map((row, index) => [`${index}`, ...row].map(quote).join(','));
        const staged = bench.folder.csv('any.csv', `N,A,B${lineEnd}${lines.join(lineEnd)}${lineEnd}`);
        const result = await engine.transform(
          bench.folder.request(table, textColumns('N', 'A', 'B'), [staged]),
        );
        const sent = rows.map(([a, b]) => ({ ...(a === '' ? {} : { a }), ...(b === '' ? {} : { b }) }));
        expect(await bench.landedRows(result)).toEqual(sorted(sent));
      }),
      { numRuns: 15 },
    );
  });

  test('come from files whose headers differ in order and extent', async () => {
    const staged = [
      bench.folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,3,\n'),
      bench.folder.csv('2.csv', '\uFEFF"Modified","Extra","FirstName","Employees","Id"\r\n,x,Bob,4,2\r\n'),
    ];
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, staged));
    expect(await bench.landedRows(result)).toEqual([
      { _id: '1', person: { name: { firstName: 'Ada' }, employees: 3 } },
      { _id: '2', person: { name: { firstName: 'Bob' }, employees: 4 } },
    ]);
  });

  test('come from JSON pages as from CSV', async () => {
    const staged = bench.folder.jsonPage('1.json', 'value', {
      '@odata.count': 2,
      value: [
        { Id: '1', FirstName: 'Ada "x"', Employees: 3, Modified: '2024-03-01T12:00:00Z', other: { a: [1] } },
        { Id: '2', id: 'lower', FirstName: null },
      ],
    });
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    expect(await bench.landedRows(result)).toEqual([
      {
        _id: '1',
        person: { name: { firstName: 'Ada "x"' }, employees: 3 },
        modified: '2024-03-01T12:00:00Z',
      },
      { _id: '2' },
    ]);
  });

  test.each([
    ['a header alone', 'Id,FirstName,Employees,Modified\n'],
    ['no byte', ''],
  ])('are none, and make no file, where the staged file has %s', async (_, text) => {
    const staged = [bench.folder.csv('1.csv', text)];
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, staged));
    expect(result).toMatchObject({
      inputRows: 0,
      outputRows: 0,
      failedRows: 0,
      files: [],
      diagnosticsFiles: [],
    });
    expect(readdirSync(bench.folder.data)).toEqual([]);
  });

  test('get new names each time, so that a transform can be run again', async () => {
    const staged = bench.folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,3,\n');
    const request = bench.folder.request(contacts, contactColumns, [staged]);
    const first = await engine.transform(request);
    const second = await engine.transform(request);
    expect(second.files[0]?.path).not.toBe(first.files[0]?.path);
    expect(readdirSync(bench.folder.data)).toHaveLength(2);
  });

  test('that are wide make small row groups, so that memory holds them', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `Column${index}`);
    const table = tableOf(
      names.map((name) => ({ path: `wide.${name}`, xdmType: 'string', from: column(name) })),
    );
    const lines = Array.from({ length: 20_000 }, (_, row) =>
      names.map((_name, index) => `a value that is long ${row * index}`),
    );
    const staged = bench.folder.csv(
      '1.csv',
      `${[names, ...lines].map((line) => line.join(',')).join('\n')}\n`,
    );
    const { files } = await engine.transform(bench.folder.request(table, textColumns(...names), [staged]));
    const { row_groups } = parquetMetadata(new Uint8Array(readFileSync(files[0]?.path ?? '')).buffer);
    expect(row_groups.length).toBeGreaterThan(1);
  });

  test('can be many, in several row groups, on several threads', async () => {
    const lines = Array.from({ length: 300_000 }, (_, index) => `${index},"first\n${index}",${index % 7},`);
    const staged = bench.folder.csv('1.csv', `Id,FirstName,Employees,Modified\n${lines.join('\n')}\n`);
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    expect(result).toMatchObject({ inputRows: 300_000, outputRows: 300_000, failedRows: 0 });
  });
});
