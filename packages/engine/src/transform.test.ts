import { readdirSync, readFileSync } from 'node:fs';
import type { SourceColumn } from '@tributary/xdm';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEngine, type TransformResult } from './index.ts';
import { JobFolder, readJsonLines, textColumns } from './testing/job-folder.ts';
import { column, tableOf } from './testing/table.ts';

const temp = new JobFolder();
const engine = openEngine({ memoryLimitMb: 256, threads: 2, tempDirectory: temp.temp });
afterAll(async () => {
  await engine.close();
  temp.remove();
});

let folder: JobFolder;
beforeEach(() => {
  folder = new JobFolder();
});
afterEach(() => folder.remove());

const contactColumns: readonly SourceColumn[] = [
  { name: 'Id', type: 'string' },
  { name: 'FirstName', type: 'string' },
  { name: 'Employees', type: 'integer' },
  { name: 'Modified', type: 'date-time' },
];

const contacts = tableOf(
  [
    { path: '_id', xdmType: 'string', from: column('Id') },
    { path: 'person.name.firstName', xdmType: 'string', from: column('FirstName') },
    { path: 'person.employees', xdmType: 'int', from: column('Employees', 'integer') },
    { path: 'modified', xdmType: 'date-time', from: column('Modified', 'date-time') },
  ],
  ['_id'],
);

async function landedRows(result: TransformResult): Promise<readonly unknown[]> {
  const rows = await engine.readRows(result.files, { limit: 5000 });
  return sorted(rows);
}

function sorted(rows: readonly unknown[]): readonly unknown[] {
  const texts = rows.map((row) => JSON.stringify(row));
  return texts.toSorted().map((text) => JSON.parse(text) as unknown);
}

async function parquetOf(path: string) {
  const { buffer } = new Uint8Array(readFileSync(path));
  return { metadata: parquetMetadata(buffer), rows: await parquetReadObjects({ file: buffer, compressors }) };
}

describe('rows that land', () => {
  test('become nested columns; absent structs are null, not structs of nulls', async () => {
    const staged = folder.csv(
      '1.csv',
      'Id,FirstName,Employees,Modified\n1,Ada,3,2024-03-01T12:00:00.000Z\n2,,,\n',
    );
    const result = await engine.transform(folder.request(contacts, contactColumns, [staged]));
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
    expect(readdirSync(folder.diagnostics)).toEqual([]);
  });

  test('carry the Iceberg field id of every column, structs included', async () => {
    const staged = folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,3,\n');
    const result = await engine.transform(folder.request(contacts, contactColumns, [staged]));
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
    const staged = folder.csv(
      '1.csv',
      'Id,FirstName,Employees,Modified\nb,Ada,3,\na,,,2024-03-01T12:00:00.5Z\n',
    );
    const { files } = await engine.transform(folder.request(contacts, contactColumns, [staged]));
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
    const staged = folder.csv('1.csv', `Id,FirstName\n1,"${text.replaceAll('"', '""')}"\n`);
    const table = tableOf([{ path: 'name', xdmType: 'string', from: column('FirstName') }]);
    const result = await engine.transform(folder.request(table, textColumns('Id', 'FirstName'), [staged]));
    expect(await landedRows(result)).toEqual([{ name: text }]);
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
        const staged = folder.csv('any.csv', `N,A,B${lineEnd}${lines.join(lineEnd)}${lineEnd}`);
        const result = await engine.transform(folder.request(table, textColumns('N', 'A', 'B'), [staged]));
        const sent = rows.map(([a, b]) => ({ ...(a === '' ? {} : { a }), ...(b === '' ? {} : { b }) }));
        expect(await landedRows(result)).toEqual(sorted(sent));
      }),
      { numRuns: 15 },
    );
  });

  test('come from files whose headers differ in order and extent', async () => {
    const staged = [
      folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,3,\n'),
      folder.csv('2.csv', '\uFEFF"Modified","Extra","FirstName","Employees","Id"\r\n,x,Bob,4,2\r\n'),
    ];
    const result = await engine.transform(folder.request(contacts, contactColumns, staged));
    expect(await landedRows(result)).toEqual([
      { _id: '1', person: { name: { firstName: 'Ada' }, employees: 3 } },
      { _id: '2', person: { name: { firstName: 'Bob' }, employees: 4 } },
    ]);
  });

  test('come from JSON pages as from CSV', async () => {
    const staged = folder.jsonPage('1.json', 'value', {
      '@odata.count': 2,
      value: [
        { Id: '1', FirstName: 'Ada "x"', Employees: 3, Modified: '2024-03-01T12:00:00Z', other: { a: [1] } },
        { Id: '2', id: 'lower', FirstName: null },
      ],
    });
    const result = await engine.transform(folder.request(contacts, contactColumns, [staged]));
    expect(await landedRows(result)).toEqual([
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
    ['a header without a line end', 'Id,FirstName,Employees,Modified'],
    ['no byte', ''],
  ])('are none, and make no file, where the staged file has %s', async (_, text) => {
    const staged = [folder.csv('1.csv', text)];
    const result = await engine.transform(folder.request(contacts, contactColumns, staged));
    expect(result).toMatchObject({
      inputRows: 0,
      outputRows: 0,
      failedRows: 0,
      files: [],
      diagnosticsFiles: [],
    });
    expect(readdirSync(folder.data)).toEqual([]);
  });

  test('get new names each time, so that a transform can be run again', async () => {
    const staged = folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,3,\n');
    const request = folder.request(contacts, contactColumns, [staged]);
    const first = await engine.transform(request);
    const second = await engine.transform(request);
    expect(second.files[0]?.path).not.toBe(first.files[0]?.path);
    expect(readdirSync(folder.data)).toHaveLength(2);
  });

  test('can be many, in several row groups, on several threads', async () => {
    const lines = Array.from({ length: 300_000 }, (_, index) => `${index},"first\n${index}",${index % 7},`);
    const staged = folder.csv('1.csv', `Id,FirstName,Employees,Modified\n${lines.join('\n')}\n`);
    const result = await engine.transform(folder.request(contacts, contactColumns, [staged]));
    expect(result).toMatchObject({ inputRows: 300_000, outputRows: 300_000, failedRows: 0 });
  });
});

describe('rows that do not land', () => {
  test('are told with code, column, value, file and row number, beside their fields', async () => {
    const staged = [
      folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n1,Ada,3,\n"2","two\nlines",four,\n,No id,5,\n'),
      folder.csv('2.csv', 'Id,FirstName,Employees,Modified\n4,,3,2024-13-01T00:00:00Z\n'),
    ];
    const result = await engine.transform(folder.request(contacts, contactColumns, staged));
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

  test('are corrupt CSV records too, and count in the numbers of the rows after them', async () => {
    const staged = folder.csv(
      '1.csv',
      Buffer.concat([
        Buffer.from(
          'Id,FirstName,Employees,Modified\nshort\n,1 is bad,,\n"un"quoted,x,,\ntoo,many,,,5,6\n5,fine,,\n,6 is bad,,\n7,',
        ),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(',,\n,8 is bad,,\n9,"never closed'),
      ]),
    );
    const result = await engine.transform(folder.request(contacts, contactColumns, [staged]));
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
    const staged = folder.csv('1.csv', Buffer.from(text, 'latin1'));
    const result = await engine.transform(folder.request(table, textColumns('Id', 'FirstName'), [staged]));
    expect(result).toMatchObject({ inputRows: 3, outputRows: 1, failedRows: 2 });
    expect(result.errors.map(({ code }) => code)).toEqual(['INGEST-1401-400', 'INGEST-1555-400']);
  });

  test('are numbered rightly in a file that is read by several threads', async () => {
    const lines = Array.from({ length: 400_000 }, (_, index) => {
      if (index % 100_000 === 5) return 'corrupt';
      return index % 50_000 === 9 ? `,"bad\n",${index + 1},` : `${index},"text\n${'x'.repeat(60)}",1,`;
    });
    const staged = folder.csv('1.csv', `Id,FirstName,Employees,Modified\n${lines.join('\n')}\n`);
    const result = await engine.transform(folder.request(contacts, contactColumns, [staged]));
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
    const staged = folder.csv('1.csv', 'Id,Employees\n1,not a number\n');
    const columns: readonly SourceColumn[] = [
      { name: 'Id', type: 'string' },
      { name: 'Employees', type: 'integer' },
    ];
    const result = await engine.transform(folder.request(table, columns, [staged]));
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
    const staged = folder.csv(
      '1.csv',
      'Kind,Code,Size,Word\n"it\'s ""one""",AB,8,漢字\nthree,abc,9,é\n,,0,four\n,,,\n',
    );
    const result = await engine.transform(folder.request(constrained, columns, [staged]));
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
    const staged = folder.csv('1.csv', 'Id,City,Lat\n1,,\n2,Rome,1\n3,Rome,\n4,,1\n');
    const result = await engine.transform(folder.request(table, textColumns('Id', 'City', 'Lat'), [staged]));
    expect(result).toMatchObject({ outputRows: 2, failedRows: 2 });
    expect(result.errors.map(({ code, column: name }) => [code, name])).toEqual([
      ['INGEST-1555-400', 'address.city'],
      ['INGEST-1555-400', 'address.geo'],
    ]);
  });

  test('come from JSON pages too', async () => {
    const staged = folder.jsonPage('1.json', 'records', { records: [{ Id: '1' }, { FirstName: 'x' }] });
    const result = await engine.transform(folder.request(contacts, contactColumns, [staged]));
    expect(result).toMatchObject({ inputRows: 2, outputRows: 1, failedRows: 1 });
    expect(result.diagnosticsFiles.flatMap(readJsonLines)).toMatchObject([{ FirstName: 'x', _row: 2 }]);
  });

  test('can be all of them: then no data file is made', async () => {
    const staged = folder.csv('1.csv', 'Id,FirstName,Employees,Modified\n,a,,\n,b,,\n');
    const result = await engine.transform(folder.request(contacts, contactColumns, [staged]));
    expect(result).toMatchObject({ inputRows: 2, outputRows: 0, failedRows: 2, files: [] });
    expect(readdirSync(folder.data)).toEqual([]);
  });
});

describe('rows that landed before', () => {
  test('are skipped where they are equal in all columns, nulls included', async () => {
    const header = 'Id,FirstName,Employees,Modified\n';
    const landed = [
      folder.csv('old.csv', `${header}1,Ada,3,\n2,Bob,,\n2,Bob,,\n,bad then and now,,\ncorrupt\n`),
    ];
    const staged = [
      folder.csv('1.csv', `${header}1,Ada,3,\n2,Bob,1,\n,bad then and now,,\n`),
      folder.csv('2.csv', 'FirstName,Id,Employees,Modified\nBob,2,,\n,3,,\n,,1,\n'),
    ];
    const result = await engine.transform(folder.request(contacts, contactColumns, staged, landed));
    expect(result).toMatchObject({ inputRows: 6, skippedRows: 3, outputRows: 2, failedRows: 1 });
    expect(await landedRows(result)).toEqual([
      { _id: '2', person: { name: { firstName: 'Bob' }, employees: 1 } },
      { _id: '3' },
    ]);
    expect(result.diagnosticsFiles.flatMap(readJsonLines)).toMatchObject([{ _filename: '2.csv', _row: 3 }]);
  });
});

describe('names and values that look like SQL', () => {
  const evil = `"; DROP TABLE failed; --'`;
  const rowsAt = `re"c'ords`;
  const root = `x"y'`;

  test('stay names and values', async () => {
    const name = `a"'${evil}`;
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const table = tableOf([
      { path: `${root}.${evil}`, xdmType: 'string', from: column(name) },
      {
        path: 'id',
        xdmType: 'string',
        from: column('Id'),
        constraints: { enum: [evil], pattern: '^["\';]' },
      },
    ]);
    const staged = [
      folder.csv(
        `it's "${'; --'}.csv`,
        `${quoted},Id\n"${evil.replaceAll('"', '""')}","${evil.replaceAll('"', '""')}"\nx,y\n`,
      ),
      folder.jsonPage('1.json', rowsAt, { [rowsAt]: [{ [name]: evil, Id: evil }] }),
    ];
    const result = await engine.transform(folder.request(table, textColumns(name, 'Id'), staged));
    expect(result).toMatchObject({ inputRows: 3, outputRows: 2, failedRows: 1 });
    const row = { [root]: { [evil]: evil }, id: evil };
    expect(await landedRows(result)).toEqual([row, row]);
    expect(result.diagnosticsFiles.flatMap(readJsonLines)).toMatchObject([{ [name]: 'x', Id: 'y', _row: 2 }]);
  });
});

describe('a request that contradicts itself', () => {
  const csv = 'Id,FirstName,Employees,Modified\n1,Ada,3,\n';

  test.each([
    ['a column that the header lacks', 'Id,FirstName,Employees\n1,Ada,3\n', /no column named "Modified"/],
    [
      'a column that the header has twice',
      'Id,Id,FirstName,Employees,Modified\n1,1,Ada,3,\n',
      /more than one column named "Id"/,
    ],
  ])('is refused: %s', async (_, text, message) => {
    const staged = folder.csv('1.csv', text);
    const transform = engine.transform(folder.request(contacts, contactColumns, [staged]));
    await expect(transform).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(message),
    });
  });

  test('is refused: a target that is no field of the dataset', async () => {
    const request = folder.request({ ...contacts, fields: contacts.fields.slice(1) }, contactColumns, [
      folder.csv('1.csv', csv),
    ]);
    await expect(engine.transform(request)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/_id/),
    });
  });

  test('is refused: a mapping of a column that the source has not', async () => {
    const request = folder.request(contacts, contactColumns.slice(1), [folder.csv('1.csv', csv)]);
    await expect(engine.transform(request)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/"Id"/),
    });
  });

  test('is refused: a staged file that is not there', async () => {
    const missing = { path: `${folder.root}/none.csv`, format: { kind: 'csv' } } as const;
    const transform = engine.transform(folder.request(contacts, contactColumns, [missing]));
    await expect(transform).rejects.toMatchObject({
      kind: 'unreadable',
      message: expect.stringMatching(/none\.csv/),
    });
  });

  test.each([
    ['breaks off', '{"records":[{"Id":'],
    ['has no such array', '{"value":[]}'],
    ['has something else there', '{"records":{"Id":1}}'],
    ['is empty', ''],
  ])('is refused: a JSON page that %s', async (_, text) => {
    const staged = folder.jsonPage('1.json', 'records', text);
    const transform = engine.transform(folder.request(contacts, contactColumns, [staged]));
    await expect(transform).rejects.toMatchObject({ kind: 'unreadable' });
  });
});
