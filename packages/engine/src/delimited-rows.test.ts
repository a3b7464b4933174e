import { describe, expect, test } from 'vitest';
import { contactColumns, contacts } from './testing/contacts.ts';
import { engineBench } from './testing/engine-bench.ts';
import { readJsonLines, textColumns } from './testing/job-folder.ts';
import { column, tableOf } from './testing/table.ts';
import type { DelimitedFormat } from './transform.ts';

const bench = engineBench();
const COMMA: DelimitedFormat = {
  kind: 'delimited',
  delimiter: ',',
  quote: '"',
  escape: '"',
  hasHeader: true,
  nullText: '',
};
const names = tableOf(
  [
    { path: '_id', xdmType: 'string', from: column('Id') },
    { path: 'name', xdmType: 'string', from: column('Name') },
  ],
  ['_id'],
);

async function land(format: DelimitedFormat, ...texts: readonly (string | Uint8Array)[]) {
  const staged = texts.map((text, index) => bench.folder.file(`${index + 1}.csv`, format, text));
  const result = await bench.engine.transform(bench.folder.request(names, textColumns('Id', 'Name'), staged));
  return {
    result,
    rows: await bench.landedRows(result),
    diagnostics: result.diagnosticsFiles.flatMap(readJsonLines),
  };
}

describe('a delimited file', () => {
  test.each([
    ['semicolons', { delimiter: ';' }, 'Id;Name\n1;"A;B"\n'],
    ['tabs', { delimiter: '\t' }, 'Id\tName\n1\tA;B\n'],
    ['a character of several bytes', { delimiter: '¦' }, 'Id¦Name\n1¦A;B\n'],
    ['another quote', { quote: "'", escape: "'" }, "Id,Name\n1,'A;B'\n"],
    [
      'a control character for a quote',
      { quote: '\u0001', escape: '\u0001' },
      'Id,Name\n1,\u0001A;B\u0001\n',
    ],
    ['carriage returns', {}, 'Id,Name\r\n1,A;B\r\n'],
    ['a last record without a line end', {}, 'Id,Name\n1,A;B'],
    ['a byte order mark', {}, '\uFEFFId,Name\n1,A;B\n'],
    ['columns in another order, and more of them', {}, 'Other,Name,Id\n7,A;B,1\n'],
  ])('may have %s', async (_what, format, text) => {
    const { rows } = await land({ ...COMMA, ...format }, text);
    expect(rows).toEqual([{ _id: '1', name: 'A;B' }]);
  });

  test('may escape its quotes with another character', async () => {
    const { rows } = await land({ ...COMMA, escape: '\\' }, 'Id,"Na\\"me",Name\n1,x,"say \\"yes\\""\n');
    expect(rows).toEqual([{ _id: '1', name: 'say "yes"' }]);
  });

  test('may quote nothing', async () => {
    const { rows } = await land({ ...COMMA, quote: '', escape: '' }, 'Id,Name\n1,5" pipe\n"2",b\n');
    expect(rows).toEqual([
      { _id: '1', name: '5" pipe' },
      { _id: '"2"', name: 'b' },
    ]);
  });

  test('without a header has numbered columns', async () => {
    const table = tableOf([
      { path: '_id', xdmType: 'string', from: column('column_1') },
      { path: 'name', xdmType: 'string', from: column('column_2') },
    ]);
    const staged = [bench.folder.file('1.csv', { ...COMMA, hasHeader: false }, '1,Ada\n2,Bob\n')];
    const result = await bench.engine.transform(
      bench.folder.request(table, textColumns('column_1', 'column_2'), staged),
    );
    expect(await bench.landedRows(result)).toEqual([
      { _id: '1', name: 'Ada' },
      { _id: '2', name: 'Bob' },
    ]);
  });

  test('holds null where its null text stands unquoted, and empty texts where they are quoted', async () => {
    const { rows } = await land({ ...COMMA, nullText: 'NULL' }, 'Id,Name\n1,NULL\n2,"NULL"\n3,""\n');
    expect(rows).toEqual([{ _id: '1' }, { _id: '2', name: 'NULL' }, { _id: '3', name: '' }]);
  });

  test('holds null where a quoted field of a number is empty', async () => {
    const staged = [bench.folder.file('1.csv', COMMA, 'Id,FirstName,Employees,Modified\n"1","","",""\n')];
    const result = await bench.engine.transform(bench.folder.request(contacts, contactColumns, staged));
    expect(result).toMatchObject({ outputRows: 1, failedRows: 0 });
  });

  test('has null for columns that others have', async () => {
    const { rows } = await land(COMMA, 'Id,Name\n1,Ada\n', 'Id\n2\n', '');
    expect(rows).toEqual([{ _id: '1', name: 'Ada' }, { _id: '2' }]);
  });

  test('with none of the columns is refused by its name', async () => {
    await expect(land(COMMA, 'Key,Label\n1,Ada\n')).rejects.toMatchObject({
      kind: 'invalid',
      message: '1.csv has none of the columns that are read (Id, Name); its columns are Key, Label.',
    });
  });

  test('with a column twice is refused by its name', async () => {
    await expect(land(COMMA, 'Id,Name,Id\n1,Ada,2\n')).rejects.toMatchObject({
      kind: 'invalid',
      message: '1.csv has more than one column named "Id".',
    });
  });
});

describe('records of a delimited file that cannot be read', () => {
  test('are told with file and number, and the others land', async () => {
    const { result, rows, diagnostics } = await land(
      COMMA,
      'Id,Name\n1,Ada\n2\n3,Bob,more\n4,Cid\n,nobody\n',
      Buffer.concat([Buffer.from('Id,Name\n5,'), Buffer.from([0xff]), Buffer.from('\n6,Eve\n')]),
    );
    expect(result).toMatchObject({ inputRows: 7, outputRows: 3, failedRows: 4 });
    expect(rows).toEqual([
      { _id: '1', name: 'Ada' },
      { _id: '4', name: 'Cid' },
      { _id: '6', name: 'Eve' },
    ]);
    expect(diagnostics.map(({ _filename, _row }) => [_filename, _row])).toEqual([
      ['1.csv', 5],
      ['1.csv', 2],
      ['1.csv', 3],
      ['2.csv', 1],
    ]);
  });

  test('are counted from the first line where there is no header', async () => {
    const table = tableOf([{ path: '_id', xdmType: 'string', from: column('column_1') }]);
    const staged = [bench.folder.file('1.csv', { ...COMMA, hasHeader: false }, '1,Ada\n2,B,b\n3,Cid\n')];
    const result = await bench.engine.transform(bench.folder.request(table, textColumns('column_1'), staged));
    expect(result).toMatchObject({ outputRows: 2, failedRows: 1 });
    expect(result.diagnosticsFiles.flatMap(readJsonLines)).toMatchObject([{ _filename: '1.csv', _row: 2 }]);
  });
});
