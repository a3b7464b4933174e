import { readdirSync } from 'node:fs';
import type { SourceColumn } from '@tributary/xdm';
import { describe, expect, test } from 'vitest';
import { contactColumns, contacts } from './testing/contacts.ts';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines, textColumns } from './testing/job-folder.ts';
import { column, tableOf } from './testing/table.ts';

const bench = engineBench();
const { engine } = bench;

describe('rows that do not land', () => {
  test('are told with code, column, value, file and row number, beside their fields', async () => {
    const staged = [
      bench.folder.csv(
        '1.csv',
        'Id,FirstName,Employees,Modified\n1,Ada,3,\n"2","two\nlines",four,\n,No id,5,\n',
      ),
      bench.folder.csv('2.csv', 'Id,FirstName,Employees,Modified\n4,,3,2024-13-01T00:00:00Z\n'),
    ];
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, staged));
    expect(result).toMatchObject({ inputRows: 4, outputRows: 1, failedRows: 3 });
    expect(result.errors).toEqual([
      {
        code: 'INGEST-1554-400',
        column: 'Employees',
        message: "The source value can't be read as integer.",
        rows: 1,
      },
      {
        code: 'INGEST-1554-400',
        column: 'Modified',
        message: "The source value can't be read as date-time.",
        rows: 1,
      },
      { code: 'INGEST-1555-400', column: '_id', message: 'The required field is missing or null.', rows: 1 },
    ]);
    expect(result.diagnosticsFiles).toHaveLength(1);
    const lines = readJsonLines(result.diagnosticsFiles[0] ?? '');
    expect(lines.map(({ _filename, _row }) => [_filename, _row])).toEqual([
      ['1.csv', 2],
      ['1.csv', 3],
      ['2.csv', 1],
    ]);
    expect(lines[0]).toMatchObject({
      Id: '2',
      FirstName: 'two\nlines',
      Employees: 'four',
      Modified: null,
      _errors: [{ code: 'INGEST-1554-400', column: 'Employees', value: 'four' }],
    });
    expect(lines[1]).toMatchObject({ _errors: [{ code: 'INGEST-1555-400', column: '_id', value: null }] });
  });

  test('are told where a text is never closed and nothing else could fail', async () => {
    const anyText = tableOf([{ path: '_id', xdmType: 'string', from: column('Id') }]);
    const staged = [bench.folder.csv('1.csv', '"Id"\n"1"\n"2"\n"cut o\n')];
    const result = await engine.transform(
      bench.folder.request(anyText, [{ name: 'Id', type: 'string' }], staged),
    );
    expect(result).toMatchObject({ inputRows: 3, outputRows: 2, failedRows: 1 });
    expect(result.errors).toMatchObject([{ code: 'INGEST-1401-400', rows: 1 }]);
  });

  test('are corrupt CSV records too, and count in the numbers of the rows after them', async () => {
    const staged = bench.folder.csv(
      '1.csv',
      Buffer.concat([
        Buffer.from(
          'Id,FirstName,Employees,Modified\nshort\n,1 is bad,,\n"un"quoted,x,,\ntoo,many,,,5,6\n5,fine,,\n,6 is bad,,\n7,',
        ),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(',,\n,8 is bad,,\n9,"never closed\n'),
      ]),
    );
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    expect(result).toMatchObject({ inputRows: 9, outputRows: 1, failedRows: 8 });
    const lines = result.diagnosticsFiles.flatMap(readJsonLines);
    const numbered = lines.map(({ _row, FirstName, _corrupt_record }) => [
      _row,
      FirstName ?? _corrupt_record,
    ]);
    expect(numbered).toEqual([
      [2, '1 is bad'],
      [6, '6 is bad'],
      [8, '8 is bad'],
      [1, 'short'],
      [3, '"un"quoted,x,,'],
      [4, 'too,many,,,5,6'],
      [7, expect.stringContaining('7,')],
      [9, expect.stringContaining('never closed')],
    ]);
    expect(result.errors).toContainEqual({
      code: 'INGEST-1401-400',
      column: '',
      message: "The row can't be read: missing columns.",
      rows: 1,
    });
  });

  test('are rejected for an encoding that is none even in a column that no mapping reads', async () => {
    const text = 'Id,FirstName\n1,fine\n2,\xff\n,no id\n';
    const table = tableOf([{ path: '_id', xdmType: 'string', from: column('Id') }], ['_id']);
    const staged = bench.folder.csv('1.csv', Buffer.from(text, 'latin1'));
    const result = await engine.transform(
      bench.folder.request(table, textColumns('Id', 'FirstName'), [staged]),
    );
    expect(result).toMatchObject({ inputRows: 3, outputRows: 1, failedRows: 2 });
    expect(result.errors.map(({ code }) => code)).toEqual(['INGEST-1401-400', 'INGEST-1555-400']);
  });

  test('are numbered rightly in a large file', async () => {
    const lines = Array.from({ length: 400_000 }, (_, index) => {
      if (index % 100_000 === 5) return 'corrupt';
      return index % 50_000 === 9 ? `,"bad\n",${index + 1},` : `${index},"text\n${'x'.repeat(60)}",1,`;
    });
    const staged = bench.folder.csv('1.csv', `Id,FirstName,Employees,Modified\n${lines.join('\n')}\n`);
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    expect(result).toMatchObject({ inputRows: 400_000, failedRows: 12 });
    const bad = result.diagnosticsFiles.flatMap(readJsonLines);
    const rejected = bad.filter(({ _corrupt_record }) => _corrupt_record === undefined);
    expect(rejected.map(({ _row, Employees }) => [_row, Employees])).toEqual(
      Array.from({ length: 8 }, (_, index) => [index * 50_000 + 10, String(index * 50_000 + 10)]),
    );
    expect(bad.slice(8).map(({ _row }) => _row)).toEqual([6, 100_006, 200_006, 300_006]);
  });

  test('are none for a value that is wrong in a column that no mapping reads', async () => {
    const table = tableOf([{ path: '_id', xdmType: 'string', from: column('Id') }]);
    const staged = bench.folder.csv('1.csv', 'Id,Employees\n1,not a number\n');
    const columns: readonly SourceColumn[] = [
      { name: 'Id', type: 'string' },
      { name: 'Employees', type: 'integer' },
    ];
    const result = await engine.transform(bench.folder.request(table, columns, [staged]));
    expect(result).toMatchObject({ outputRows: 1, failedRows: 0 });
  });

  test('break a constraint of the schema', async () => {
    const constrained = tableOf([
      {
        path: 'kind',
        xdmType: 'string',
        from: column('Kind'),
        constraints: { enum: ['it\'s "one"', 'two'] },
      },
      {
        path: 'code',
        xdmType: 'string',
        from: column('Code'),
        constraints: { pattern: '^[A-Z]{2}$', maxLength: 9 },
      },
      {
        path: 'size.inner',
        xdmType: 'int',
        from: column('Size', 'integer'),
        constraints: { minimum: 1, exclusiveMaximum: 9 },
      },
      { path: 'word', xdmType: 'string', from: column('Word'), constraints: { minLength: 2, maxLength: 3 } },
    ]);
    const columns: readonly SourceColumn[] = [
      ...textColumns('Kind', 'Code', 'Word'),
      { name: 'Size', type: 'integer' },
    ];
    const staged = bench.folder.csv(
      '1.csv',
      'Kind,Code,Size,Word\n"it\'s ""one""",AB,8,漢字\nthree,abc,9,é\n,,0,four\n,,,\n',
    );
    const result = await engine.transform(bench.folder.request(constrained, columns, [staged]));
    expect(result).toMatchObject({ inputRows: 4, outputRows: 2, failedRows: 2 });
    expect(result.errors.map(({ column: name, message }) => `${name}: ${message}`).toSorted()).toEqual([
      'code: The value does not match the pattern ^[A-Z]{2}$.',
      'kind: The value is not in the enum of the field.',
      'size.inner: The value is below 1.',
      'size.inner: The value is not below 9.',
      'word: The value is longer than 3 characters.',
      'word: The value is shorter than 2 characters.',
    ]);
    expect(new Set(result.errors.map(({ code }) => code))).toEqual(new Set(['INGEST-1554-400']));
  });

  test('lack a required field of an object that is there, and only then', async () => {
    const table = tableOf(
      [
        { path: '_id', xdmType: 'string', from: column('Id') },
        { path: 'address.city', xdmType: 'string', from: column('City') },
        { path: 'address.geo.lat', xdmType: 'string', from: column('Lat') },
      ],
      ['address.city', 'address.geo'],
    );
    const staged = bench.folder.csv('1.csv', 'Id,City,Lat\n1,,\n2,Rome,1\n3,Rome,\n4,,1\n');
    const result = await engine.transform(
      bench.folder.request(table, textColumns('Id', 'City', 'Lat'), [staged]),
    );
    expect(result).toMatchObject({ outputRows: 2, failedRows: 2 });
    expect(result.errors.map(({ code, column: name }) => [code, name])).toEqual([
      ['INGEST-1555-400', 'address.city'],
      ['INGEST-1555-400', 'address.geo'],
    ]);
  });

  test('come from JSON pages too', async () => {
    const staged = bench.folder.jsonPage('1.json', 'records', { records: [{ Id: '1' }, { FirstName: 'x' }] });
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    expect(result).toMatchObject({ inputRows: 2, outputRows: 1, failedRows: 1 });
    expect(result.diagnosticsFiles.flatMap(readJsonLines)).toMatchObject([{ FirstName: 'x', _row: 2 }]);
  });

  test('can be all of them: then no data file is made', async () => {
    const staged = bench.folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n,a,,\n,b,,\n');
    const result = await engine.transform(bench.folder.request(contacts, contactColumns, [staged]));
    expect(result).toMatchObject({ inputRows: 2, outputRows: 0, failedRows: 2, files: [] });
    expect(readdirSync(bench.folder.data)).toEqual([]);
  });
});
